"""Every screen as people see it, in every offered language: does it fit the smallest channel?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from bot.authoring.compile import Compiled
from bot.authoring.diagnostic import Diagnostic, at
from bot.authoring.directory import LONGEST_LABEL
from bot.authoring.reach import Reach
from bot.conversation import Book, redraw
from bot.dialogue import code
from bot.dialogue.model import State, Step
from bot.render import Screen, plain

LONGEST_SCREEN = 1024  #: the body of a WhatsApp message with buttons
#: 07:00 UTC is noon in Almaty: a Thursday, when places are open, and a Sunday, when they are not.
NOON = datetime(2026, 1, 15, 7, tzinfo=UTC)
CLOSED = datetime(2026, 1, 18, 7, tzinfo=UTC)
#: Towns with the longest names stand for all others on screens that name one.
_LONG_NAMES = 3


def check_sizes(book: Book, compiled: Compiled, visited: Reach) -> Iterator[Diagnostic]:
    """Screens over 1024 characters and labels over 24, with everything filled in."""
    for step in book.dialogue.steps.values():
        for state in _states(book, visited, step):
            for language in book.languages:
                for now in (NOON, CLOSED):
                    yield from _fits(compiled, step, drawn(book, state, language, now))


def drawn(book: Book, state: State, language: str, now: datetime) -> Screen:
    """The screen of a state at some time."""
    hour = int(now.timestamp() // 3600)
    return redraw(book, code.pack(book.dialogue, state, "", language, hour), language, now).screen


def _states(book: Book, visited: Reach, step: Step) -> Iterator[State]:
    for state in visited.screens(book.dialogue, step.id):
        yield state
        if "place" in step.reads and dict(state.slots).get("place"):
            others = tuple(pair for pair in state.slots if pair[0] != "place")
            for place in _long_names(book):
                yield replace(state, slots=tuple(sorted((*others, ("place", place)))))


def _long_names(book: Book) -> list[str]:
    places = book.directory.places.values()
    return [place.id for place in sorted(places, key=lambda p: -max(map(len, p.names.values())))[:_LONG_NAMES]]


def _fits(compiled: Compiled, step: Step, screen: Screen) -> Iterator[Diagnostic]:
    size = len(plain(screen.text))
    if size > LONGEST_SCREEN:
        message = f"the screen has {size} characters in '{screen.language}', at most {LONGEST_SCREEN}"
        yield at(compiled.marks["step", step.id], "F302", message, "say less, or on two screens")
    for button in screen.buttons:
        if len(button.label) > LONGEST_LABEL:
            mark = compiled.marks.get(("choice", step.id, button.id), compiled.marks["step", step.id])
            message = f"the label '{button.label}' has {len(button.label)} characters in '{screen.language}'"
            yield at(mark, "F301", message, f"at most {LONGEST_LABEL}")
