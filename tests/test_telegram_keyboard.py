"""Keyboards of every state in every language fit Telegram, and the way out stands in the same place on each."""

from __future__ import annotations

from bot import conversation
from bot.channels.telegram.keyboard import MOST_BUTTONS, MOST_BYTES, MOST_IN_ROW, keyboard
from bot.conversation import Book
from bot.dialogue import code
from bot.dialogue.explore import Exploration, overlays
from bot.dialogue.model import COMMANDS
from bot.render import Screen
from tests.conftest import NOON
from tests.fake_telegram.rules import check_markup


def _screens(book: Book, exploration: Exploration) -> list[Screen]:
    states = list(exploration.states)
    above = {state.step: state for state in states}
    states += [over for state in above.values() for over in overlays(book.dialogue, state)]
    hour = int(NOON.timestamp() // 3600)
    packed = [code.pack(book.dialogue, state, "", language, hour) for state in states for language in book.languages]
    return [conversation.redraw(book, one, "", NOON).screen for one in dict.fromkeys(packed)]


def test_every_keyboard_fits_and_keeps_every_button(book: Book, exploration: Exploration) -> None:
    screens = _screens(book, exploration)
    assert screens
    for screen in screens:
        rows = keyboard(screen)
        check_markup({"inline_keyboard": rows})
        keys = [key for row in rows for key in row]
        assert 0 < len(keys) <= MOST_BUTTONS
        assert all(0 < len(row) <= MOST_IN_ROW for row in rows)
        data = [str(key["callback_data"]) for key in keys if "callback_data" in key]
        assert all(0 < len(one.encode()) <= MOST_BYTES for one in data)
        assert sorted(data) == sorted(button.code for button in screen.buttons)


def test_the_red_button_is_the_emergency_card_and_the_exit_stands_beside_it(
    book: Book, exploration: Exploration
) -> None:
    screens = _screens(book, exploration)
    assert screens
    for screen in screens:
        rows = keyboard(screen)
        codes = {button.id: button.code for button in screen.buttons if button.id in COMMANDS}
        beside = next(row for row in rows if any(key.get("callback_data") == codes["exit"] for key in row))
        if "help" in codes:
            assert beside[0]["callback_data"] == codes["help"]
            assert beside[0]["style"] == "danger"
        red = [key for row in rows for key in row if key.get("style") == "danger"]
        assert len(red) == ("help" in codes)
        assert rows.index(beside) >= len(rows) - 2, "commands come last"
