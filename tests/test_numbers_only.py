"""With BOT_NUMBERS_ONLY the bot is the emergency card, on every channel and whatever somebody does."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cli, conversation, settings
from bot.authoring.neutral import OPEN, telling
from bot.conversation import Answer, Book
from bot.dialogue import code
from bot.dialogue.explore import Exploration, explore, overlays
from bot.dialogue.model import State
from bot.render import Screen, plain
from bot.settings import SettingsError
from tests.conftest import NIGHT, NOON

CARD = "help.card"
#: What may lie over the card.
OVER = {None, "help.quiet", "help.next", "help.language"}


@pytest.fixture(scope="module")
def reduced(book: Book) -> Book:
    return conversation.numbers_only(book)


@lru_cache(maxsize=2)
def _everything(reduced: Book) -> dict[str, Screen]:
    """Every screen of the reduced bot, by what is read on it: all buttons of all screens, in all languages."""
    waiting = [conversation.begin(reduced, language, NOON) for language in reduced.languages]
    found = {answer.screen.text: answer.screen for answer in waiting}
    while waiting:
        for button in waiting.pop().screen.buttons:
            answer = conversation.tap(reduced, button.code, "en", NOON)
            if not answer.screen.left and answer.screen.text not in found:
                found[answer.screen.text] = answer.screen
                waiting.append(answer)
    return found


def _is_one_of_them(reduced: Book, answer: Answer) -> bool:
    return answer.screen.left or answer.screen.text in _everything(reduced)


def test_nothing_but_the_card_and_what_lies_over_it_can_be_reached(reduced: Book) -> None:
    states = explore(reduced.dialogue).states
    assert {state.step for state in states} == {CARD} == set(reduced.dialogue.steps) - {o for o in OVER if o}
    screens = _everything(reduced).values()
    assert {(screen.step, screen.over) for screen in screens} == {(CARD, over) for over in OVER}
    assert {screen.language for screen in screens} == set(reduced.languages)
    assert len(screens) == len(OVER) * len(reduced.languages)


def test_every_screen_has_the_numbers_the_exit_and_fits(reduced: Book) -> None:
    screens = _everything(reduced).values()
    assert screens
    for screen in screens:
        assert all(number in screen.text for number in ("112", "103", "102", "150"))
        assert {"help", "exit"} <= {button.id for button in screen.buttons}
        assert len(screen.text) <= 1024
        assert all(0 < len(button.label) <= 24 for button in screen.buttons)
        assert not {"menu", "topics", "go_on"} & {button.id for button in screen.buttons}


def test_the_number_for_under_18_is_one_tap_away(reduced: Book) -> None:
    card = conversation.begin(reduced, "en", NOON).screen
    after = [conversation.tap(reduced, button.code, "en", NOON).screen.text for button in card.buttons]
    assert any("111" in text for text in after)


def test_what_is_seen_first_is_neutral_and_says_how_old_it_is(book: Book, reduced: Book) -> None:
    for language in reduced.languages:
        first = conversation.begin(reduced, language, NOON).screen
        assert telling(plain(first.text)) == ""
        assert "2024" in first.text
        for name in OPEN:
            told = conversation.neutral(reduced, language, name, NOON)
            assert told == conversation.neutral(book, language, name, NOON)
            assert telling(told) == ""


def test_every_button_of_the_full_version_ends_there(book: Book, reduced: Book, exploration: Exploration) -> None:
    """Of every state, and of every overlay over each step: old messages may still stand in a chat."""
    above = {state.step: state for state in exploration.states}
    shown = [*exploration.states, *(lying for state in above.values() for lying in overlays(book.dialogue, state))]
    pressed, left = 0, 0
    for number, state in enumerate(shown):
        language = book.languages[number % len(book.languages)]
        data = code.pack(book.dialogue, state, "", language, int(NOON.timestamp() // 3600))
        for button in conversation.redraw(book, data, language, NOON).screen.buttons:
            answer = conversation.tap(reduced, button.code, language, NOON)
            assert _is_one_of_them(reduced, answer), (state, button.id)
            assert answer.screen.left == (button.id == "exit"), "an old exit still leaves"
            assert answer.screen.cards == ()
            pressed += 1
            left += answer.screen.left
        remembered = conversation.say(reduced, data, "menu", language, NOON)
        assert _is_one_of_them(reduced, remembered), state
    assert pressed > 10_000
    assert left == len(shown)


WORDS = ["menu", "hiv", "I was raped", "изнасиловали", "зорлады", "112", "Almaty", "hello", "/start", "апельсин"]


@given(st.one_of(st.sampled_from(WORDS), st.text(max_size=80)), st.sampled_from(["en", "ru", "kk"]))
def test_whatever_is_typed_ends_there(reduced: Book, words: str, language: str) -> None:
    for before in ("", conversation.begin(reduced, language, NOON).code):
        answer = conversation.say(reduced, before, words, language, NOON)
        assert _is_one_of_them(reduced, answer)
        assert words.strip().casefold() not in ("menu", "/start", "hiv") or answer.screen.over is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_shared_place_ends_there(reduced: Book, lat: float, lon: float) -> None:
    before = conversation.begin(reduced, "en", NOON)
    assert conversation.share(reduced, before.code, lat, lon, "en", NOON) == before


@given(st.one_of(st.text(max_size=70), st.text("ABCDwxyz0123-_.!@#?~^", max_size=70)))
def test_a_forged_button_ends_there(reduced: Book, data: str) -> None:
    assert _is_one_of_them(reduced, conversation.tap(reduced, data, "en", NOON))


def test_an_answer_of_the_full_version_changes_nothing(book: Book, reduced: Book) -> None:
    card = conversation.begin(reduced, "en", NOON).screen.text
    for slots in ((("age", "minor"),), (("reader", "friend"),), (("elapsed", "under_24h"), ("place", "almaty"))):
        data = code.pack(book.dialogue, State("medical.clock", slots), ".find", "en", int(NOON.timestamp() // 3600))
        for now in (NOON, NIGHT):
            assert conversation.tap(reduced, data, "en", now).screen.text == card


def test_the_full_card_stays_as_it_is(book: Book, reduced: Book) -> None:
    assert not book.numbers_only
    assert book.dialogue.steps[CARD].overlay
    assert not reduced.dialogue.steps[CARD].overlay
    assert replace(reduced, dialogue=book.dialogue).dialogue is book.dialogue


# ---- the switch


def test_the_switch_is_on_off_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"": False, " ": False, "0": False, "1": True, " 1 ": True}
    for value, expected in values.items():
        assert settings.read({"BOT_NUMBERS_ONLY": value}).numbers_only is expected
        monkeypatch.setenv("BOT_NUMBERS_ONLY", value)
        assert settings.numbers_only() is expected
    for value in ("yes", "2", "true", "١"):
        with pytest.raises(SettingsError, match="BOT_NUMBERS_ONLY"):
            settings.read({"BOT_NUMBERS_ONLY": value})


def test_every_channel_gets_the_reduced_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """All channels take their book from one place."""
    for value, expected in {"1": True, "0": False}.items():
        monkeypatch.setenv("BOT_NUMBERS_ONLY", value)
        assert cli._book().numbers_only is expected
        assert cli._book(5).numbers_only is expected
    source = (settings.__file__).replace("settings.py", "cli.py")
    with open(source, encoding="utf-8") as file:
        text = file.read()
    assert text.count("_book(") == 3, "the function, the terminal and the messenger"


def test_the_terminal_shows_the_card_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [{"new": {"lang": "ru"}}, {"say": "ВИЧ"}, {"place": [43.2, 76.9]}, {"tap": "quiet"}, {"tap": "exit"}]
    written = io.BytesIO()
    read = io.BytesIO("".join(json.dumps(move) + "\n" for move in moves).encode())
    monkeypatch.setenv("BOT_NUMBERS_ONLY", "1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(read))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))
    assert cli._chat("en", jsonl=True) == 0
    answers = [json.loads(line) for line in written.getvalue().decode().splitlines()]
    assert [(one["step"], one["overlay"]) for one in answers] == [
        (CARD, None),
        (CARD, None),
        (CARD, None),
        (CARD, "help.quiet"),
        (None, None),
    ]
    assert answers[0]["lang"] == answers[3]["lang"] == "ru"
