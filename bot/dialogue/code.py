"""A state and a move, packed into a button: at most 64 bytes of plain ASCII.

    version 1 | language 2 | what follows 1 | step 4 | hour of the answer 0 or 4 | overlays 0 to 6 | page 0 or 4
    | topics 0 to 9 | kind of move 1 | move 4 | fingerprint 3 | answers, 4 each

Steps, answers and moves stand as short hashes of their names. So a button outlives restarts and edits elsewhere in the
flows; a name that is gone simply no longer decodes. Codes are validated, not trusted, and hold no secret: whoever
forges one reaches a screen that anybody may reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.dialogue import engine
from bot.dialogue.model import COMMANDS, READERS, Dialogue, Event, State
from bot.dialogue.overlays import heard, sound
from bot.dialogue.tables import ALPHABET, Tables, short, tables_of

VERSION = "2"
#: Buttons from before overlays could lie upon each other; they still hold.
_BEFORE = "1"
#: Telegram's limit for the data of a button, in bytes.
MOST_BYTES = 64
#: Hours since 1970 fit into four characters of six bits until the year 3883.
MOST_HOUR = 64**4 - 1
#: With everything else present, so many answers still fit into a button; the checker refuses flows that need more.
MOST_SLOTS = 6
#: The button on a screen that was hidden: whoever presses it is a stranger.
START = "^"

_DIGIT = {letter: number for number, letter in enumerate(ALPHABET)}
_KINDS = {"-": "", ".": "choice", "!": "command", "@": "place", "#": "page", "?": "about", "~": "language"}
_MARKS = {kind: mark for mark, kind in _KINDS.items()}
#: What follows: two flags, the number of topics and that of overlays (at most 3 each).
_HOUR, _PAGE, _TOPIC, _OVER = 1, 2, 4, 16


@dataclass(frozen=True, slots=True)
class Decoded:
    state: State
    event: Event | None = None  #: the move; None: just the state
    language: str = ""  #: the language of the screen; empty: unknown
    switch: str = ""  #: the language the person asks for
    offer: str = ""  #: the language their words were in, in which the screen offers to go on
    renewed: bool = False  #: the button no longer fits the flows: this is the menu with what still makes sense


def pack(dialogue: Dialogue, state: State, move: str, language: str, hour: int) -> str:
    """The data of one button. `move` is a kind mark and a name: `.yes`, `!help`, `@almaty`, `#page`, `?topic`, `~ru`.

    An empty move packs just the state, `-ru` the state with a language to offer.
    `hour`: whole hours since 1970; the answer's own hour is `hour - passed`.
    """
    return packer(dialogue, state, language, hour)(move)


def packer(dialogue: Dialogue, state: State, language: str, hour: int) -> Callable[[str], str]:
    """`pack` for all buttons of one screen: what they share is put together once."""
    answered = any(slot == "elapsed" for slot, _ in state.slots)
    over = (state.over, *state.under) if state.over else ()
    flags = _HOUR * answered | _PAGE * bool(state.page) | _TOPIC * len(state.topics) | _OVER * len(over)
    parts = [VERSION, language, ALPHABET[flags], short(state.step, 4)]
    parts += [_number(hour - state.passed)] if answered else []
    parts += [short(one, 2) for one in over]
    parts += [short(state.page, 4)] if state.page else []
    parts += [short(topic, 3) for topic in state.topics]
    head = "".join(parts)
    answers = [f"{slot}={value}" for slot, value in state.slots if not dialogue.slots[slot].computed]
    tail = "".join(short(answer, 4) for answer in answers)

    def packed(move: str) -> str:
        kind, name = (move[0], move[1:]) if move else ("-", "")
        named = name.ljust(4, "-") if kind in "~-" else short(name, 4)
        return f"{head}{kind}{named}{fingerprint(dialogue, state, kind, name)}{tail}"

    return packed


def unpack(dialogue: Dialogue, code: str, hour: int) -> Decoded:
    """What a button says. Never raises: whatever does not fit leads to the menu, with the answers that still decode."""
    if code == START:
        return Decoded(State(dialogue.first), Event("start"))
    try:
        return _unpack(dialogue, code, hour)
    except (ValueError, IndexError, KeyError):
        return Decoded(State(dialogue.menu), renewed=True)


def _unpack(dialogue: Dialogue, code: str, hour: int) -> Decoded:
    if len(code) > MOST_BYTES or not code.isascii():
        raise ValueError("no code of ours")
    tables, read = tables_of(dialogue), _Reader(code)
    version = read.take(1)
    if version not in (VERSION, _BEFORE):
        raise ValueError("another version")
    language, flags, step = read.take(2), _DIGIT[read.take(1)], tables.steps.get(read.take(4))
    stamp = _value(read.take(4)) if flags & _HOUR else hour
    lying, flags = _lying_before(dialogue, tables, read, flags) if version == _BEFORE else _lying(tables, read, flags)
    page = tables.pages.get(read.take(4), "") if flags & _PAGE else ""
    topics = tuple(topic for _ in range(flags // _TOPIC % 4) if (topic := tables.topics.get(read.take(3))))
    mark, move, printed = read.take(1), read.take(4), read.take(3)
    slots = tuple(sorted({slot: (slot, value) for slot, value in _answers(tables, read.rest())}.values()))
    passed = min(max(hour - stamp, 0), engine.MOST_HOURS)
    known = step is not None and not dialogue.steps[step].overlay
    over, *under = lying if lying and known else ("",)
    state = State(step if step and known else dialogue.menu, slots, passed, over, tuple(under), page, topics)
    state = sound(dialogue, engine.settle(dialogue, state))
    if mark == "~":
        return Decoded(state, None, language, move.rstrip("-"))
    event = _event(dialogue, tables, state, mark, move)
    if event in (Event("command", "exit"), Event("command", "help")):  # also where a step is gone
        return Decoded(state, event, language)
    if event is None and mark != "-" or not known or event and not _fits(dialogue, state, mark, event, printed):
        return Decoded(engine.settle(dialogue, State(dialogue.menu, slots, passed)), None, language, renewed=True)
    return Decoded(state, event, language, offer=move.rstrip("-") if mark == "-" else "")


def _lying(tables: Tables, read: _Reader, flags: int) -> tuple[tuple[str, ...], int]:
    """The overlays, the uppermost first, and the flags. Those that are gone fall out, and nothing lies there twice."""
    found = (tables.overlays.get(read.take(2), "") for _ in range(flags // _OVER))
    return tuple(dict.fromkeys(one for one in found if one)), flags


def _lying_before(dialogue: Dialogue, tables: Tables, read: _Reader, flags: int) -> tuple[tuple[str, ...], int]:
    """As `_lying`: one overlay at most, the question for the language perhaps upon it; flags in another order."""
    over = tables.steps.get(read.take(4), "") if flags & 2 else ""
    lying = (dialogue.language, over) if flags & 32 else (over,)
    kept = dict.fromkeys(one for one in lying if one and dialogue.steps[one].overlay)
    return tuple(kept), flags & 1 | _PAGE * bool(flags & 4) | flags // 8 % 4 * _TOPIC


def _fits(dialogue: Dialogue, state: State, mark: str, event: Event, printed: str) -> bool:
    return mark in "!#" or fingerprint(dialogue, state, mark, event.value) == printed


def fingerprint(dialogue: Dialogue, state: State, kind: str, name: str) -> str:
    """Three characters that change when this move no longer means what it meant when the button was drawn.

    Words may be mended without breaking a button; where a choice leads, or what it answers, may not.
    """
    step = engine.shown(dialogue, state)
    if kind == "." and (known := tables_of(dialogue).prints.get((step.id, name))):
        return known
    if kind == ".":
        meaning = repr((step.id, None))
    elif kind == "@":
        meaning = repr((step.id, step.ask, step.go))
    elif kind == "?":
        meaning = repr((name, dialogue.topics[name].go if name in dialogue.topics else ""))
    else:
        meaning = kind
    return short(meaning, 3)


def _event(dialogue: Dialogue, tables: Tables, state: State, mark: str, move: str) -> Event | None:
    kind = _KINDS[mark]
    if kind == "choice":
        step = engine.shown(dialogue, state)
        return _named("choice", move, (choice.id for choice in step.choices))
    if kind == "command":
        return _named("command", move, COMMANDS)
    if kind == "place":
        return Event("place", tables.places[move])
    if kind == "page":
        return Event("page", tables.pages[move])
    if kind == "about":
        return _named("about", move, ("", heard(state), *READERS) if heard(state) else state.topics)
    return None


def _named(kind: str, move: str, names: Iterable[str]) -> Event | None:
    found = next((name for name in names if short(name, 4) == move), None)
    return None if found is None else Event(kind, found)  # type: ignore[arg-type]


def _answers(tables: Tables, rest: str) -> Iterable[tuple[str, str]]:
    for start in range(0, len(rest), 4):
        if (answer := tables.answers.get(rest[start : start + 4])) is not None:
            yield answer


class _Reader:
    """Takes characters from the left; ValueError when there are too few."""

    def __init__(self, code: str) -> None:
        self.code, self.at = code, 0

    def take(self, count: int) -> str:
        piece = self.code[self.at : self.at + count]
        if len(piece) < count:
            raise ValueError("cut off")
        self.at += count
        return piece

    def rest(self) -> str:
        return self.code[self.at :]


def _number(hour: int) -> str:
    hour = min(max(hour, 0), MOST_HOUR)
    return "".join(ALPHABET[hour >> 6 * place & 63] for place in reversed(range(4)))


def _value(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 64 + _DIGIT[letter]
    return number
