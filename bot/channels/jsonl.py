"""The dialogue as JSON lines, for programs: each line read gives exactly one line, whatever the line holds.

In: `new`, `start`, `tap`, `say`, `place` or `pass`, one to a line. Out: the screen, or `{"problem": …}` for a line that
can't be read. Between two lines the person is nothing but the packed state of the last answer, as on every channel.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, NoReturn

from bot import conversation
from bot.conversation import Answer, Book
from bot.render import Screen, plain

#: Bytes in a line. A typed message of 4096 characters, each escaped as two `\uXXXX`, stays well below.
LONGEST_LINE = 65_536

#: How far `pass` may move the clock in all, in hours: ten years, after which nothing changes any more.
FURTHEST = 87_660


class Problem(Exception):
    """A line that can't be read; the message says why, without repeating what stood there."""


Clock = Callable[[], datetime]


@dataclass
class Person:
    """Somebody at the other end of the lines: their last answer and the clock they live by."""

    book: Book
    clock: Clock
    language: str  #: what their device says; a choice of another language is part of the packed state
    answer: Answer  #: the screen before them; taps are looked up on it
    passed: float = 0.0  #: hours the clock was moved by

    def now(self) -> datetime:
        return self.clock() + timedelta(hours=self.passed)


def newcomer(book: Book, language: str, clock: Clock) -> Person:
    """Somebody before the first screen."""
    return Person(book, clock, language, conversation.begin(book, language, clock()))


def run(book: Book, language: str, read: BinaryIO, write: BinaryIO, clock: Clock = lambda: datetime.now(UTC)) -> None:
    """Answer lines until the input ends. Raises BrokenPipeError when nobody reads the answers any more."""
    person = newcomer(book, language, clock)
    for line in lines(read):
        write.write(json.dumps(reply(person, line), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        write.flush()


def lines(read: BinaryIO) -> Iterator[bytes | None]:
    """Lines as bytes; None for one that is too long, which is skipped to its end without being kept."""
    while line := read.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = read.readline(LONGEST_LINE)
        yield None


def reply(person: Person, line: bytes | None) -> dict[str, Any]:
    """The one answer to one line."""
    try:
        key, value = parsed(line)
        person.answer = _MOVES[key](person, value)
    except Problem as problem:
        return {"problem": str(problem)}
    return shown(person.answer.screen)


def shown(screen: Screen) -> dict[str, Any]:
    """A screen as the keys and values promised to programs."""
    return {
        "step": None if screen.left else screen.step,
        "text": "" if screen.left else plain(screen.text),
        "buttons": [{"id": button.id, "label": button.label} for button in screen.buttons],
        "overlay": screen.over,
        "cards": [plain(card) for card in screen.cards],
        "lang": screen.language,
        "reader": None if screen.left else screen.reader,
        "wiped": screen.left,
    }


def parsed(line: bytes | None) -> tuple[str, Any]:
    """What a line asks for: its one known key and its value. Raises Problem."""
    if line is None:
        raise Problem(f"the line is longer than {LONGEST_LINE} bytes")
    try:
        found = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem("the line is not JSON in UTF-8") from None
    if not isinstance(found, dict) or len(found) != 1:
        raise Problem("the line is not an object with one key")
    [(key, value)] = found.items()
    if key not in _MOVES:
        raise Problem("unknown key: expected one of " + ", ".join(_MOVES))
    return key, value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise Problem("a key stands twice")
    return dict(pairs)


def _no_constant(_name: str) -> NoReturn:
    raise Problem("NaN and Infinity are no numbers")


# ---- what a line may ask for


def _new(person: Person, value: Any) -> Answer:
    if not isinstance(value, dict) or value.keys() - {"lang"}:
        raise Problem('"new" takes an object, empty or with "lang"')
    person.language = _text("lang", value.get("lang", "en"))
    return conversation.begin(person.book, person.language, person.now())


def _start(person: Person, value: Any) -> Answer:
    _text("start", value)  # a payload says how somebody came here; nothing may hang on it
    screen = person.answer.screen
    language = person.language if screen.left else screen.language  # whoever left is a stranger again
    return conversation.begin(person.book, language, person.now())


def _tap(person: Person, value: Any) -> Answer:
    wanted, buttons = _text("tap", value), person.answer.screen.buttons
    for button in [*(one for one in buttons if one.id == wanted), *(one for one in buttons if one.label == wanted)]:
        return conversation.tap(person.book, button.code, person.language, person.now())
    raise Problem("no button on this screen has this id or label")


def _say(person: Person, value: Any) -> Answer:
    return conversation.say(person.book, person.answer.code, _text("say", value), person.language, person.now())


def _place(person: Person, value: Any) -> Answer:
    if not isinstance(value, list) or len(value) != 2:
        raise Problem('"place" takes [latitude, longitude]')
    latitude, longitude = (_number("place", one) for one in value)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Problem('"place" is not on Earth: latitude -90 to 90, longitude -180 to 180')
    code = person.answer.code
    return conversation.share(person.book, code, latitude, longitude, person.language, person.now())


def _pass(person: Person, value: Any) -> Answer:
    hours = _number("pass", value)
    if hours < 0 or person.passed + hours > FURTHEST:
        raise Problem(f'"pass" takes hours, not negative, and not beyond {FURTHEST} in all')
    person.passed += hours
    if person.answer.screen.left:  # whoever left stays away, however long it takes
        return person.answer
    return conversation.redraw(person.book, person.answer.code, person.language, person.now())


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Problem(f'"{key}" takes text')
    return value.encode("utf-8", "replace").decode()  # JSON can carry half a character; nobody below should meet one


def _number(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Problem(f'"{key}" takes numbers')
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Problem(f'"{key}" takes numbers of a usual size')
    return number


_MOVES: dict[str, Callable[[Person, Any], Answer]] = {
    "new": _new,
    "start": _start,
    "tap": _tap,
    "say": _say,
    "place": _place,
    "pass": _pass,
}
