"""One event in, one turn out. Pure: the same state and event always give the same turn.

Nothing here can fail for a person: an event that does not fit the screen shows that screen again, or the menu.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.model import COMMANDS, READERS, Choice, Condition, Dialogue, Event, Rule, Say, State, Step, Turn
from bot.dialogue.overlays import FOR, HEARD, heard, laid, offering, stated, supposed, uncovered

#: So many things are offered at once.
OFFERED = 3
#: An answer older than this has long become its last phase; it keeps the number small enough for a button.
MOST_HOURS = 24 * 366 * 10


def advance(dialogue: Dialogue, state: State, event: Event) -> Turn:
    """What follows when `event` happens in `state`."""
    if event.kind == "start":
        return Turn(State(dialogue.first))
    if event.kind == "command":
        return _command(dialogue, state, event.value)
    if event.kind == "choice":
        return _choice(dialogue, state, event.value)
    if event.kind == "place":
        return _place(dialogue, state, event.value)
    if event.kind == "page":
        return _page(dialogue, state, event.value)
    if event.kind == "about":
        return _about(dialogue, state, event.value)
    if event.kind == "pass":
        return Turn(passing(dialogue, state, int(event.value)))
    return _topic(dialogue, state, event.value)


# ---- reading


def shown(dialogue: Dialogue, state: State) -> Step:
    """The step whose words are on the screen: the overlay, if one lies on top."""
    topic = heard(state)
    return dialogue.steps[dialogue.topics[topic].go if topic else state.over or state.step]


def answer(dialogue: Dialogue, state: State, slot: str) -> str:
    """The value kept for `slot`, or its `unset` value."""
    return dict(state.slots).get(slot, dialogue.slots[slot].unset)


def reads_as(dialogue: Dialogue, state: State, slot: str) -> str:
    """What a condition sees of `slot` in this state, hours and a supposed reader included."""
    if slot == "reader" and (reader := supposed(state)):
        return reader
    table = dialogue.slots[slot].table[answer(dialogue, state, slot)]
    found = table[0][1]
    for hours, word in table:
        if hours <= state.passed:
            found = word
    return found


def holds(dialogue: Dialogue, state: State, condition: Condition) -> bool:
    return all(reads_as(dialogue, state, slot) in words for slot, words in condition)


def target(dialogue: Dialogue, state: State, rules: tuple[Rule, ...]) -> str | None:
    """Where the first rule that holds leads; None if no rule covers this state (the checker reports it)."""
    return next((rule.to for rule in rules if holds(dialogue, state, rule.when)), None)


def visible_says(dialogue: Dialogue, state: State) -> tuple[Say, ...]:
    """The paragraphs of the screen, in order: of each group of conditions the first that holds."""
    chosen: list[Say] = []
    told: set[int] = set()
    for say in shown(dialogue, state).says:
        if say.group < 0:
            chosen.append(say)
        elif say.group not in told and holds(dialogue, state, say.when):
            told.add(say.group)
            chosen.append(say)
    return tuple(chosen)


def visible_choices(dialogue: Dialogue, state: State) -> tuple[Choice, ...]:
    """What the screen offers. While a crisis is a guess, of its card only what helps at once: other overlays."""
    held = (choice for choice in shown(dialogue, state).choices if holds(dialogue, state, choice.when))
    return tuple(one for one in held if not heard(state) or all(_lies_over(dialogue, rule) for rule in one.rules))


def _lies_over(dialogue: Dialogue, rule: Rule) -> bool:
    return rule.to in dialogue.steps and dialogue.steps[rule.to].overlay


def asks_place(dialogue: Dialogue, state: State) -> bool:
    return shown(dialogue, state).ask == "place"


# ---- moving


def _choice(dialogue: Dialogue, state: State, name: str) -> Turn:
    choice = next((one for one in visible_choices(dialogue, state) if one.id == name), None)
    if choice is None:
        return Turn(state)
    answered = _answer(dialogue, state, choice.sets)
    turn = _go(dialogue, answered, target(dialogue, answered, choice.rules))
    if choice.over and turn.state:
        turn = replace(turn, state=laid(dialogue, turn.state, choice.over))
    return replace(turn, keep=choice.keep)


def _place(dialogue: Dialogue, state: State, place: str) -> Turn:
    """A place is taken wherever it is asked for; elsewhere the screen stays."""
    if not asks_place(dialogue, state) or place not in dialogue.slots["place"].table:
        return Turn(state)
    answered = replace(_answer(dialogue, state, (("place", place),)), page="")
    return _go(dialogue, answered, target(dialogue, answered, shown(dialogue, state).go))


def _page(dialogue: Dialogue, state: State, page: str) -> Turn:
    if not asks_place(dialogue, state) or page not in dialogue.pages:
        return Turn(state)
    return Turn(replace(state, page=page))


def _topic(dialogue: Dialogue, state: State, value: str) -> Turn:
    """A crisis shows its card at once; anything else is offered, never assumed."""
    offers = tuple(one for one in dict.fromkeys(value.split(",")) if offerable(dialogue, one))[:OFFERED]
    if not offers:
        missed_before = dialogue.again and state.over in (dialogue.lost, dialogue.again)
        return Turn(laid(dialogue, state, dialogue.again if missed_before else dialogue.lost))
    if offers[0] in dialogue.topics and dialogue.topics[offers[0]].crisis:
        return Turn(laid(dialogue, state, HEARD + _for(dialogue, state, offers) + offers[0]))
    placed = any(one not in dialogue.topics for one in offers)
    return Turn(laid(dialogue, state, dialogue.near if placed else dialogue.guess, offers))


def _for(dialogue: Dialogue, state: State, offers: tuple[str, ...]) -> str:
    """The mark of the reader whom words on a crisis point to; empty where that is who reads anyway."""
    reader = next((one for one in offers if one in READERS), "")
    return reader + FOR if reader and reader != answer(dialogue, state, "reader") else ""


def offerable(dialogue: Dialogue, offer: str) -> bool:
    """A topic, or a town or page where the nearest help is known how to be looked for."""
    if offer[:1] == "@":
        return bool(dialogue.near and dialogue.nearest) and offer[1:] in dialogue.slots["place"].table
    if offer[:1] == "#":
        return bool(dialogue.near and dialogue.nearest) and offer[1:] in dialogue.pages
    return offer in dialogue.topics


def _about(dialogue: Dialogue, state: State, offer: str) -> Turn:
    """The person said: yes, it is about that; or of a crisis: that is not it, or of whom it is."""
    if heard(state):
        return Turn(_about_crisis(dialogue, state, heard(state), offer))
    if offer not in state.topics or state.over not in offering(dialogue):
        return Turn(state)
    if offer in dialogue.topics:
        return _go(dialogue, state, dialogue.topics[offer].go)
    asked = settle(dialogue, State(dialogue.nearest, state.slots, state.passed))
    return _place(dialogue, asked, offer[1:]) if offer[0] == "@" else _page(dialogue, asked, offer[1:])


def _about_crisis(dialogue: Dialogue, state: State, topic: str, offer: str) -> State:
    """Who confirms the card confirms for whom it was worded; "not it" takes back both."""
    if offer in READERS:
        return stated(_answer(dialogue, state, (("reader", offer),)))
    beneath = uncovered(dialogue, state)
    if offer != topic:
        return state if offer else beneath
    who = supposed(state)
    said = stated(_answer(dialogue, beneath, (("reader", who),))) if who else beneath
    return laid(dialogue, said, dialogue.topics[topic].go)


def _command(dialogue: Dialogue, state: State, command: str) -> Turn:
    if command == "exit":
        return Turn(None)
    if command == "help":
        return Turn(laid(dialogue, state, dialogue.help))
    if command == "language":
        return Turn(laid(dialogue, state, dialogue.language))
    if command == "menu":
        return _go(dialogue, state, _menu(dialogue, state))
    return Turn(_back(dialogue, state))


def _back(dialogue: Dialogue, state: State) -> State:
    """From an overlay to what it covers, from a page of the picker to the page before, else to the parent."""
    if state.over:
        return uncovered(dialogue, state)
    if state.page:
        return replace(state, page=dialogue.pages[state.page].parent)
    return settle(dialogue, replace(state, step=dialogue.steps[state.step].parent))


def _go(dialogue: Dialogue, state: State, to: str | None) -> Turn:
    if to is None:  # the checker refuses such flows; should one slip through, the person still gets the menu
        to = dialogue.menu
    if to in COMMANDS and to != "menu":
        return _command(dialogue, state, to)
    menu = _menu(dialogue, state) if state.over else dialogue.menu  # the first screen's own choices lead where they say
    step = dialogue.steps[menu if to == "menu" else to]
    if step.overlay:
        return Turn(laid(dialogue, uncovered(dialogue, state), step.id))  # instead of the overlay that led there
    return Turn(settle(dialogue, State(step.id, state.slots, state.passed)))


def _menu(dialogue: Dialogue, state: State) -> str:
    """Whoever still stands on the first screen has not said that it is safe to read: they stay there."""
    return dialogue.first if state.step == dialogue.first else dialogue.menu


# ---- answers


def _answer(dialogue: Dialogue, state: State, sets: tuple[tuple[str, str], ...]) -> State:
    if not sets:
        return state
    slots = dict(state.slots) | dict(sets)
    passed = 0 if "elapsed" in dict(sets) else state.passed
    return replace(state, slots=_sorted(dialogue, slots), passed=passed)


def _sorted(dialogue: Dialogue, slots: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in slots.items() if value != dialogue.slots[name].unset))


def settle(dialogue: Dialogue, state: State) -> State:
    """Forgets every answer that no later step can read, and the hours with the answer they belong to.

    This keeps the state space small, and it is what "we keep only what is needed" means.
    """
    live = dialogue.live.get(state.step, frozenset())
    slots = {name: value for name, value in state.slots if name in live}
    passed = state.passed if "elapsed" in slots else 0
    page = state.page if dialogue.steps[state.step].ask == "place" else ""
    return replace(state, slots=_sorted(dialogue, slots), passed=passed, page=page)


def passing(dialogue: Dialogue, state: State, hours: int) -> State:
    """The state after `hours` more; a clock that jumps back counts as 0."""
    if not any(name == "elapsed" for name, _ in state.slots):
        return state
    return replace(state, passed=min(state.passed + max(hours, 0), MOST_HOURS))


def canonical(dialogue: Dialogue, state: State) -> State:
    """One state for all that read alike: exploration visits each of these once.

    Each answer becomes the first value that reads as this one does now, with no hours passed.
    """
    slots = {name: _stand_in(dialogue, name, reads_as(dialogue, state, name)) for name, _ in state.slots}
    return replace(state, slots=_sorted(dialogue, slots), passed=0)


def _stand_in(dialogue: Dialogue, slot: str, word: str) -> str:
    table = dialogue.slots[slot].table
    return next(value for value, rows in table.items() if rows[0][1] == word)
