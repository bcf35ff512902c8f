"""The promises of the design, under whatever a person may do in whatever order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import conversation
from bot.conversation import Answer, Book
from bot.dialogue import tables
from tests.conftest import NOON

#: What a person may do: press the n-th button, press an old one, type, share a place, send nonsense.
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.integers(0, 30)),
        st.tuples(st.just("again"), st.integers(0, 30)),
        st.tuples(st.just("type"), st.text(max_size=80)),
        st.tuples(st.just("type"), st.sampled_from(["help", "112", "menu", "exit", "almaty", "көмек", "\u202e", "💔"])),
        st.tuples(st.just("share"), st.tuples(st.floats(-90, 90), st.floats(-180, 180))),
        st.tuples(st.just("forge"), st.text(max_size=70)),
    ),
    max_size=25,
)
COLD = re.compile(r"\b(error|invalid|failed|illegal input|victim)\b", re.IGNORECASE)


@dataclass
class Walk:
    """One conversation, its old buttons kept as a chat would keep them."""

    book: Book
    answer: Answer
    seen: list[str]

    def move(self, kind: str, value: object) -> None:
        book, before = self.book, self.answer
        if kind == "press" and before.screen.buttons:
            buttons = before.screen.buttons
            self.answer = conversation.tap(book, buttons[int(str(value)) % len(buttons)].code, "en", NOON)
        elif kind == "again" and self.seen:
            self.answer = conversation.tap(book, self.seen[int(str(value)) % len(self.seen)], "en", NOON)
        elif kind == "type":
            self.answer = conversation.say(book, before.code, str(value), "en", NOON)
        elif kind == "share" and isinstance(value, tuple):
            self.answer = conversation.share(book, before.code, value[0], value[1], "en", NOON)
        elif kind == "forge":
            self.answer = conversation.tap(book, str(value), "en", NOON)
        if self.answer.screen.left:
            self.answer = conversation.begin(book, "en", NOON)
        self.seen += [button.code for button in self.answer.screen.buttons]


@given(MOVES)
@settings(max_examples=150, deadline=None)
def test_whatever_a_person_does_help_and_exit_stay_one_tap_away(book: Book, moves: list[tuple[str, object]]) -> None:
    walk = Walk(book, conversation.begin(book, "en", NOON), [])
    for kind, value in moves:
        walk.move(kind, value)
        screen = walk.answer.screen
        ids = {button.id: button for button in screen.buttons}
        assert {"help", "exit"} <= set(ids)
        assert screen.text.strip() and not COLD.search(screen.text)
        assert "112" in conversation.tap(book, ids["help"].code, "en", NOON).screen.text
        assert conversation.tap(book, ids["exit"].code, "en", NOON).screen.left


@given(MOVES, st.text(min_size=4, max_size=40))
@settings(max_examples=100, deadline=None)
def test_typed_words_are_never_said_back_nor_kept(book: Book, moves: list[tuple[str, object]], words: str) -> None:
    walk = Walk(book, conversation.begin(book, "en", NOON), [])
    for kind, value in moves:
        walk.move(kind, value)
    marked = f"zq{words}qz"
    answer = conversation.say(book, walk.answer.code, marked, "en", NOON)
    assert marked not in answer.screen.text
    assert marked not in answer.code
    assert set(answer.code) <= set(tables.ALPHABET + ".!@#?~-")


@given(MOVES)
@settings(max_examples=100, deadline=None)
def test_a_restart_between_any_two_moves_changes_nothing(book: Book, moves: list[tuple[str, object]]) -> None:
    """The packed state alone draws the same screen again."""
    walk = Walk(book, conversation.begin(book, "en", NOON), [])
    for kind, value in moves:
        walk.move(kind, value)
        again = conversation.redraw(book, walk.answer.code, "", NOON)
        if kind not in ("forge", "again", "type"):  # these may show a line that is said once
            assert again.screen == walk.answer.screen
        assert again.code == walk.answer.code


def test_after_leaving_a_person_is_met_as_a_stranger(book: Book) -> None:
    stranger = conversation.begin(book, "en", NOON)
    friend = conversation.tap(book, _button(stranger, "yes"), "en", NOON)
    assert friend.screen.step != stranger.screen.step
    left = conversation.command(book, friend.code, "exit", "en", NOON)
    assert left.code == ""
    assert conversation.say(book, left.code, "/start", "en", NOON) == stranger


def _button(answer: Answer, name: str) -> str:
    return next(button.code for button in answer.screen.buttons if button.id == name)
