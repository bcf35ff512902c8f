"""A screen's buttons as Telegram's inline keyboard."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from bot.dialogue.code import START
from bot.dialogue.model import COMMANDS
from bot.render import Button, Screen

#: Telegram's limits: bytes of a button's data, buttons in a row, buttons in all.
MOST_BYTES, MOST_IN_ROW, MOST_BUTTONS = 64, 8, 100
#: Two labels of at most so many letters stand side by side on a narrow phone without being cut.
SHORT_LABEL = 14
#: Numbers that get a button which copies them; more would push the answers off the screen.
MOST_COPIES = 4

#: What the button on a kept card sends: it removes that message and touches nothing else.
REMOVE = "=remove"

Key = dict[str, object]
Rows = list[list[Key]]


@lru_cache(maxsize=1024)
def keyboard(screen: Screen) -> Rows:
    """Choices first; then numbers to copy; then the commands, always in the same place. To be sent, not changed."""
    rows = [list(row) for _, row in groupby(screen.buttons, key=lambda button: button.row)]
    choices = [row for row in rows if not _commands(row)]
    commands = [row for row in rows if _commands(row)]
    drawn = [[_key(button) for button in row] for row in _paired(choices)]
    copies = [_copy(number) for number in screen.numbers[:MOST_COPIES]]
    drawn += [copies[at : at + 2] for at in range(0, len(copies), 2)]
    return drawn + [[_key(button) for button in row] for row in commands]


def start_key(label: str) -> Rows:
    """The one button of a hidden screen."""
    return [[{"text": label, "callback_data": START}]]


def remove_key(label: str) -> Rows:
    """The one button of a card that a person asked to keep."""
    return [[{"text": label, "callback_data": REMOVE}]]


def _commands(row: Iterable[Button]) -> bool:
    return any(button.id in COMMANDS for button in row)


def _paired(rows: list[list[Button]]) -> list[list[Button]]:
    """Neighbouring short choices side by side, so that more of the text stays in view."""
    drawn: list[list[Button]] = []
    for row in rows:
        if drawn and len(drawn[-1]) == len(row) == 1 and all(_is_short(button) for button in drawn[-1] + row):
            drawn[-1].extend(row)
        else:
            drawn.append(list(row))
    return drawn


def _is_short(button: Button) -> bool:
    return len(button.label) <= SHORT_LABEL


def _key(button: Button) -> Key:
    key: Key = {"text": button.label, "callback_data": button.code}
    return key | {"style": button.style} if button.style else key


def _copy(number: str) -> Key:
    return {"text": number, "copy_text": {"text": number}}
