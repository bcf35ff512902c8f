"""One turn: read the move, let the hours pass, advance, put it in words. The time is an argument."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from bot.care import hours
from bot.conversation.book import Answer, Book, Meaning
from bot.conversation.meant import meaning, whereabouts
from bot.conversation.values import local, voice
from bot.dialogue import code, engine
from bot.dialogue.model import Dialogue, Event, State, Turn
from bot.dialogue.overlays import calm, uncovered
from bot.render import Screen, card, line, screen

#: Screens kept ready, those asked for last; about 5 KB each, so at most 10 MB.
MOST_READY = 2048
#: Stands for every moment where a screen does not depend on it.
_ANY_TIME = datetime.fromtimestamp(0, UTC)
#: The slot whose answer no screen ever reads: it dies with the turn, and the channel keeps it beside the state.
HIDE = "hide"


# ---- what a person can do


def begin(book: Book, hint: str, now: datetime) -> Answer:
    """The first screen; `hint` is the language a client claims, a guess that the screen offers to correct."""
    return _answer(book, Turn(State(book.dialogue.first)), _language(book, hint), now)


def tap(book: Book, data: str, hint: str, now: datetime) -> Answer:
    """A pressed button, however old; forged data is as welcome as any. Never raises."""
    dialogue = book.dialogue
    decoded = code.unpack(dialogue, data, _hour(now))
    language = decoded.switch if decoded.switch in book.catalogues else _known(book, decoded.language, hint)
    if decoded.switch:
        return _answer(book, Turn(_answered(dialogue, decoded.state)), language, now)
    if decoded.event is None:
        renewed = decoded.renewed and not book.numbers_only  # there, the screen itself says what became of the rest
        return _answer(book, Turn(decoded.state, "renewed" if renewed else ""), language, now, decoded.offer)
    hide = _chosen_minutes(book, decoded.state, decoded.event)
    told = replace(book, hide_minutes=hide) if hide else book
    return replace(_answer(told, engine.advance(dialogue, decoded.state, decoded.event), language, now), hide=hide)


def say(book: Book, remembered: str, words: str, hint: str, now: datetime) -> Answer:
    """Typed words. They end here: a command, a place where one is asked for, or a topic goes on; the words do not."""
    return mean(book, remembered, meaning(book, words), hint, now)


def share(book: Book, remembered: str, lat: float, lon: float, hint: str, now: datetime) -> Answer:
    """Coordinates, in degrees. They end here: only the id of the nearest town goes on, and only where one is asked."""
    return mean(book, remembered, whereabouts(book, lat, lon), hint, now)


def mean(book: Book, remembered: str, meant: Meaning, hint: str, now: datetime) -> Answer:
    """What `say` and `share` answer, once nothing is left of the words and the coordinates."""
    state, language, _ = _remembered(book, remembered, hint, now)
    return _mean(book, state, language, meant, now)


def _mean(book: Book, state: State, language: str, meant: Meaning, now: datetime) -> Answer:
    event = meant.place if meant.place and engine.asks_place(book.dialogue, state) else meant.event
    if event.kind == "start":
        return begin(book, language, now)
    if event == Event("command", "language") and meant.language in book.catalogues:
        return _answer(book, Turn(_answered(book.dialogue, state)), meant.language, now)
    if event == Event("topic", "greeting"):  # a hello or a thank you: the screen, with a word back
        return _answer(book, Turn(calm(book.dialogue, state), "hello"), language, now, meant.language)
    return _answer(book, engine.advance(book.dialogue, state, event), language, now, meant.language)


def command(book: Book, remembered: str, name: str, hint: str, now: datetime) -> Answer:
    state, language, _ = _remembered(book, remembered, hint, now)
    return _answer(book, engine.advance(book.dialogue, state, Event("command", name)), language, now)


def notice(book: Book, remembered: str, name: str, hint: str, now: datetime) -> Answer:
    """The same screen once more, with one line of `words.yaml` before it."""
    state, language, offer = _remembered(book, remembered, hint, now)
    return _answer(book, Turn(state, name), language, now, offer)


def redraw(book: Book, remembered: str, hint: str, now: datetime) -> Answer:
    """The same screen as it would be drawn now: hours may have passed."""
    return notice(book, remembered, "", hint, now)


def neutral(book: Book, hint: str, name: str, now: datetime) -> str:
    """One line of `words.yaml` in the person's language, outside any screen (`hidden`, `start`, `bot_name`)."""
    return line(voice(book, State(book.dialogue.first), _language(book, hint), now), name)


# ---- inside


def _answered(dialogue: Dialogue, state: State) -> State:
    """Where the person stood when they asked for another language: on a step or on any overlay."""
    return uncovered(dialogue, state) if state.over == dialogue.language else state


def _answer(book: Book, turn: Turn, language: str, now: datetime, offer: str = "") -> Answer:
    if turn.state is None:
        return Answer("", Screen(None, None, "", (), (), language, None, left=True))
    timed = any(slot == "elapsed" for slot, _ in turn.state.slots)
    drawn = _with_moment(book, turn.state, now)
    wanted = offer if offer in book.catalogues and offer != language else ""
    return _drawn(book, drawn, turn.note, turn.keep, language, _alike(now) if timed else _ANY_TIME, wanted)


@lru_cache(maxsize=MOST_READY)
def _drawn(book: Book, state: State, note: str, keep: str, language: str, now: datetime, offer: str) -> Answer:
    """The same for everybody who stands there, so common screens are worded once and kept ready."""
    hour = _hour(now)
    worded = voice(book, state, language, now)
    shown = screen(book.dialogue, state, worded, hour, note, offer)
    if keep:
        shown = replace(shown, cards=(card(book.dialogue, state, worded, keep),))
    return Answer(code.pack(book.dialogue, state, f"-{offer}" if offer else "", language, hour), shown)


def _alike(now: datetime) -> datetime:
    """One moment for all that read alike: the full hour itself, or the middle of it for every other moment of it."""
    sharp = now.replace(minute=0, second=0, microsecond=0)
    return sharp if now == sharp else sharp.replace(minute=30)


def _chosen_minutes(book: Book, state: State, event: Event) -> int:
    """`minutes_5` and its like."""
    choices = engine.visible_choices(book.dialogue, state) if event.kind == "choice" else ()
    chosen = next((dict(one.sets).get(HIDE, "") for one in choices if one.id == event.value), "")
    return int(chosen.rpartition("_")[2]) if chosen else 0


def _remembered(book: Book, remembered: str, hint: str, now: datetime) -> tuple[State, str, str]:
    """Where the person stood, the language they read, and the one that was offered to them there."""
    if not remembered:
        return State(book.dialogue.first), _language(book, hint), ""
    decoded = code.unpack(book.dialogue, remembered, _hour(now))
    return decoded.state, _known(book, decoded.language, hint), decoded.offer


def _with_moment(book: Book, state: State, now: datetime) -> State:
    """Night and weekend change what a screen says, never where the person stands."""
    if "moment" not in book.dialogue.slots:
        return state
    return replace(state, slots=(*state.slots, ("moment", hours.moment(local(now)))))


def _language(book: Book, hint: str) -> str:
    short = hint.replace("_", "-").partition("-")[0].lower()
    return short if short in book.catalogues else book.languages[0]


def _known(book: Book, language: str, hint: str) -> str:
    return language if language in book.catalogues else _language(book, hint)


def _hour(now: datetime) -> int:
    return int(now.timestamp() // 3600)
