"""The chat in a terminal: what can be typed, what is drawn, and that leaving leaves nothing in the window."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from rich.console import Console

from bot import conversation
from bot.channels import terminal
from bot.conversation import Answer, Book
from bot.dialogue.model import COMMANDS
from bot.render import Button, Screen
from tests.conftest import NOON


class Tty(io.StringIO):
    """A stream that says somebody sits there."""

    def isatty(self) -> bool:
        return True


def chat(book: Book, typed: str, *, live: bool = False) -> str:
    kind = Tty if live else io.StringIO
    out = kind()
    terminal.run(book, "en", kind(typed), out, lambda: NOON)
    return out.getvalue()


def screen_of(*buttons: tuple[str, str], text: str = "words") -> Screen:
    drawn = tuple(Button(name, label, "", "danger" if name == "help" else "") for name, label in buttons)
    return Screen("a.b", None, text, drawn, (), "en", "survivor")


ALL = screen_of(
    ("yes", "Yes, it is"), ("no", "No"), ("help", "Numbers"), ("exit", "Leave"), ("back", "Back"), ("menu", "Menu"),
    ("language", "Language"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "button"),
    [
        ("1", "yes"),
        ("2", "no"),
        ("h", "help"),
        ("H", "help"),
        ("x", "exit"),
        ("b", "back"),
        ("m", "menu"),
        ("l", "language"),
        ("yes, IT is", "yes"),
        ("leave", "exit"),
        ("0", None),
        ("3", None),
        ("112", None),
        ("yes", None),
        ("no no", None),
        ("²", None),
    ],
)
def test_numbers_letters_and_labels_press_buttons_and_all_else_is_words(typed: str, button: str | None) -> None:
    pressed = terminal.pressed(ALL, typed)
    assert (pressed.id if pressed else None) == button


def test_every_button_can_be_typed_in_one_way_of_its_own() -> None:
    keys = [key for key, _ in terminal.keys(ALL)]
    assert len(keys) == len(set(keys)) == len(ALL.buttons)
    assert set(terminal.LETTERS) == set(COMMANDS)
    twice = screen_of(("menu", "What I can help with"), ("yes", "Yes"), ("help", "Numbers"), ("menu", "Menu"))
    assert [(key, button.label) for key, button in terminal.keys(twice)] == [
        ("1", "What I can help with"),
        ("2", "Yes"),
        ("h", "Numbers"),
        ("m", "Menu"),
    ]


def test_with_nobody_typing_the_first_screen_is_printed(book: Book) -> None:
    out = chat(book, "")
    screen = conversation.begin(book, "en", NOON).screen
    words = " ".join(out.split())
    for line in screen.text.replace("**", "").split("\n"):
        assert " ".join(line.split()) in words
    assert screen.buttons
    for button in screen.buttons:
        assert button.label in words


def test_in_a_pipe_there_are_no_colours_and_no_frame_and_no_prompt(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = chat(book, "1\nh\nb\nwords\n")
    assert "\x1b" not in out
    assert not re.search("[╭│╰]|^> ", out, re.MULTILINE)
    assert [line for line in out.split("\n") if line != line.rstrip()] == []


def test_lines_are_wrapped_to_the_window(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (40, 60, 80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        for live in (True, False):
            lines = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", chat(book, "1\nh\n", live=live)).split("\n")
            assert len(lines) > 10
            assert max(map(len, lines)) <= min(width, terminal.WIDEST)


def test_the_further_lines_of_a_bullet_stand_below_its_first_word() -> None:
    console = Console(file=io.StringIO(), width=20)
    drawn = terminal.paragraphs(console, "**bold** words\n\n- one two three four five six\n- [red]x", 20)
    assert drawn.plain.split("\n") == ["bold words", "", "- one two three four", "  five six", "- [red]x"]
    assert [drawn.plain[span.start : span.end] for span in drawn.spans if span.style == "bold"] == ["bold"]


def test_commands_are_never_broken_apart() -> None:
    rows = terminal.typeable(ALL, 30).plain.split("\n")
    assert rows[:3] == ["   1  Yes, it is", "   2  No", ""]
    assert len(rows) > 4
    assert all(len(row) < 30 and re.fullmatch(r"(  \[[a-z]\] [A-Z][a-z]+)+", row) for row in rows[3:])


def test_leaving_wipes_the_window_and_ends(book: Book) -> None:
    for typed in ("x\n", "1\nx\nnever read\n", "1\nleave\n", "exit\n"):
        out = chat(book, typed, live=True)
        assert out.endswith(terminal.WIPE)
        assert out.count(terminal.WIPE) == 1


def test_the_end_of_typing_and_ctrl_c_leave_too(book: Book) -> None:
    class Interrupted(Tty):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            raise KeyboardInterrupt

    out = Tty()
    terminal.run(book, "en", Interrupted(), out, lambda: NOON)
    assert out.getvalue().endswith(terminal.WIPE)
    assert chat(book, "1\n", live=True).endswith(terminal.WIPE)


def test_a_window_somebody_only_reads_is_not_wiped(book: Book) -> None:
    out = Tty()
    terminal.run(book, "en", io.StringIO("1\nx\n"), out, lambda: NOON)
    assert terminal.WIPE not in out.getvalue()


def test_empty_lines_say_nothing(book: Book) -> None:
    assert chat(book, "\n  \n\n1\n\n") == chat(book, "1\n")


def test_a_line_without_end_is_cut(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def say(_book: Book, code: str, words: str, hint: str, now: datetime) -> Answer:
        heard.append(words)
        return conversation.redraw(_book, code, hint, now)

    monkeypatch.setattr(conversation, "say", say)
    chat(book, "x" * 100_000 + "\n")
    assert [len(words) for words in heard] == [terminal.LONGEST_WORDS]


def test_a_defect_leads_to_the_menu_and_not_to_an_error(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(*_: object) -> Answer:
        raise RuntimeError("canary")

    monkeypatch.setattr(conversation, "say", say)
    answer = terminal.answered(book, conversation.begin(book, "en", NOON), "words", "en", NOON)
    assert answer.screen.step == book.dialogue.menu
