"""What lies over a step: cards and questions, one upon the other, so that whoever takes one away loses nothing."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.model import READERS, Dialogue, State

#: So many may lie upon each other; the lowest goes first, and the step beneath them all never does.
MOST = 3
#: A crisis heard in typed words stands as this mark and its topic: the card, and the question whether it is right.
HEARD = "?"
#: Between the reader whom the words point to and the topic, where somebody else reads so far: "?friend/danger".
FOR = "/"


def heard(state: State) -> str:
    """The crisis that typed words were taken for, while the person has not said whether that is right."""
    return _crisis(state.over)


def _crisis(overlay: str) -> str:
    return overlay.removeprefix(HEARD).rpartition(FOR)[2] if overlay.startswith(HEARD) else ""


def supposed(state: State) -> str:
    """The reader whom words on a crisis pointed to, while that card lies there; empty: nobody but who reads anyway."""
    marks = (one.removeprefix(HEARD).partition(FOR) for one in (state.over, *state.under) if one.startswith(HEARD))
    return next((reader for reader, between, _ in marks if between), "")


def stated(state: State) -> State:
    """The same, with nobody supposed: the person has said who reads."""
    over, *under = (HEARD + _crisis(one) if _crisis(one) else one for one in (state.over, *state.under))
    return replace(state, over=over, under=tuple(under))


def crises(dialogue: Dialogue) -> tuple[str, ...]:
    """Every crisis as it may lie there, heard in words: for whoever reads, and for a reader whom the words point to.

    A reader has the same name as the topic of words that point to them: `friend`.
    """
    found = [topic.id for topic in dialogue.topics.values() if topic.crisis]
    pointed = [reader for reader in READERS if reader in dialogue.topics]
    return (*(HEARD + one for one in found), *(f"{HEARD}{reader}{FOR}{one}" for reader in pointed for one in found))


def offering(dialogue: Dialogue) -> tuple[str, str]:
    """The overlays that offer what typed words may be about."""
    return dialogue.guess, dialogue.near


def own(dialogue: Dialogue) -> frozenset[str]:
    """The overlays that the engine lays by itself, and the cards of crises."""
    cards = (topic.go for topic in dialogue.topics.values() if topic.crisis)
    screens = (dialogue.help, dialogue.language, dialogue.lost, dialogue.again, *offering(dialogue))
    return frozenset(one for one in (*screens, *cards) if one)


def offered_place(state: State) -> str:
    """The place that is offered, `@aktau` or `#which.a.b`; empty if none is."""
    return next((one for one in state.topics if one[0] in "@#"), "")


def laid(dialogue: Dialogue, state: State, overlay: str, topics: tuple[str, ...] = ()) -> State:
    """`overlay` on top of all that lies there, so that "back", or "that is not it", loses nothing.

    Nothing lies there twice, nor over itself as a step. The screen that says "not understood" is covered only by what
    comes unasked or asks something back; else it goes, so that the next words count anew. `topics`: what it offers.
    """
    if overlay == state.step:
        return replace(state, over="", under=(), topics=())
    gone = {overlay, *(offering(dialogue) if overlay in offering(dialogue) else ())}
    gone |= {one for one in (state.over, *state.under) if _crisis(overlay) and _crisis(one) == _crisis(overlay)}
    if not overlay.startswith(HEARD) and overlay != dialogue.language:
        gone |= {dialogue.lost, dialogue.again}
    beneath = tuple(one for one in (state.over, *state.under) if one and one not in gone)
    return sound(dialogue, replace(state, over=overlay, under=beneath[: MOST - 1], topics=topics or state.topics))


def uncovered(dialogue: Dialogue, state: State) -> State:
    """What the uppermost overlay lay over."""
    return sound(dialogue, replace(state, over="".join(state.under[:1]), under=state.under[1:]))


def calm(dialogue: Dialogue, state: State) -> State:
    """Without the screens on words that were not understood, or only guessed: what they lay over."""
    while state.over and state.over in (dialogue.lost, dialogue.again, dialogue.guess):
        state = uncovered(dialogue, state)
    return state


def sound(dialogue: Dialogue, state: State) -> State:
    """What is offered stays only with the overlay that offers it, and a town is only asked about where one is named."""
    lying = (state.over, *state.under)
    if dialogue.near and dialogue.near in lying and not offered_place(state):
        over, *under = (dialogue.guess if one == dialogue.near else one for one in lying)
        return sound(dialogue, replace(state, over=over, under=tuple(under)))
    return state if any(one and one in offering(dialogue) for one in lying) else replace(state, topics=())
