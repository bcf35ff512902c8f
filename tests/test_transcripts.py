"""Stories a nurse could read: one person each, kept as golden files in `transcripts/`.

A line `> label` presses a button, `> type: words` types, `> hours: 26` lets time pass. Everything else is what the
bot answered. Between any two lines the state goes through its packed form, as it does in a chat. After a change of
words: `UPDATE_TRANSCRIPTS=1 pytest tests/test_transcripts.py`, then read what changed.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import conversation
from bot.conversation import Answer, Book
from bot.render import plain
from tests.conftest import NOON

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
#: Everybody the content is written for.
PEOPLE = {
    "survivor", "friend", "british", "man", "girl-of-16", "long-ago", "at-home", "pressed", "undecided", "aktau",
}  # fmt: skip


def test_everybody_named_has_a_story() -> None:
    assert {path.stem for path in FILES} >= PEOPLE


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_was_read(book: Book, path: Path) -> None:
    written = path.read_text("utf-8")
    moves = [line.removeprefix("> ") for line in written.splitlines() if line.startswith("> ")]
    assert moves
    told = "\n".join(_replay(book, _language(written), moves)) + "\n"
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        path.write_text(told, "utf-8")
    assert told == written


def _language(written: str) -> str:
    first = written.partition("\n")[0]
    return first.removeprefix("language: ") if first.startswith("language: ") else "en"


def _replay(book: Book, language: str, moves: list[str]) -> list[str]:
    now = NOON
    answer = conversation.begin(book, language, now)
    told = [f"language: {language}", *_drawn(answer)]
    for move in moves:
        answer, now = _move(book, answer, move, language, now)
        told += ["", f"> {move}", *_drawn(answer)]
    return told


def _move(book: Book, answer: Answer, move: str, language: str, now: datetime) -> tuple[Answer, datetime]:
    if move.startswith("type: "):
        return conversation.say(book, answer.code, move.removeprefix("type: "), language, now), now
    if move.startswith("hours: "):
        now += timedelta(hours=int(move.removeprefix("hours: ")))
        return conversation.redraw(book, answer.code, language, now), now
    button = next((one for one in answer.screen.buttons if one.label == move), None)
    assert button is not None, f"no button {move!r} among {[one.label for one in answer.screen.buttons]}"
    return conversation.tap(book, button.code, language, now), now


def _drawn(answer: Answer) -> list[str]:
    screen = answer.screen
    if screen.left:
        return ["", "(the chat is empty)"]
    told = ["", plain(screen.text)]
    for card in screen.cards:
        told += ["", "(sent as a message of its own)", plain(card)]
    return [*told, "", " ".join(f"[{button.label}]" for button in screen.buttons)]
