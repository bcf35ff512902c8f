"""The real process, as an operator starts it, against the fake Telegram."""

from __future__ import annotations

import asyncio
import random
import signal
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import conversation
from bot.channels.telegram.letters import unmarked
from bot.conversation import Book
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram, Person
from tests.telegram_bot import LONG, Process, answering, running, screens

#: Secret part of the fake's token, and the canaries every fake person carries.
SECRETS = ("fake-token", "Canary", "canary")
NUMBERS = ("112", "103", "102", "150")

SURVIVOR = (
    ("start.first", "yes"),
    ("start.who", "me"),
    ("start.danger", "no_go_on"),
    ("medical.when", "under_48h"),
    ("medical.clock", "almaty"),
    ("place.pep", "told"),
    ("medical.told", "care"),
    ("medical.where", "hospital"),
    ("medical.hospital", "report"),
    ("report.choose", "not_now"),
)
FRIEND = (
    ("start.first", "yes"),
    ("start.who", "friend"),
    ("start.danger", "no_go_on"),
    ("medical.when", "unsure"),
    ("medical.clock", "astana"),
    ("place.pep", "visit"),
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where the machine has one: there sessions outlive a kill."""
    base = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=base if base.is_dir() else None) as name:
        yield Path(name)


def live(folder: Path, scene: Callable[[FakeTelegram, Process], Awaitable[None]], **more: str) -> str:
    """Play a scene with the process; what it printed. It must never have printed anything of a person or the token."""

    async def whole() -> str:
        async with FakeTelegram() as server:
            async with running(server, folder, **more) as process:
                await scene(server, process)
            assert server.violations == []
            return process.output

    output = asyncio.run(whole())
    assert [word for word in (*SECRETS, "Traceback") if word in output] == []
    return output


async def opened(person: Person) -> None:
    await person.start()
    await person.wait_for(lambda: screens(person), LONG)
    await person.settle(LONG)


def label(book: Book, step: str, choice: str, reader: str) -> str:
    labels = next(one.labels for one in book.dialogue.steps[step].choices if one.id == choice)
    return labels.get(reader) or labels[""]


async def tap(person: Person, words: str) -> str:
    """Tap a button; the text that stands there then."""
    await person.tap(words)
    await person.settle(LONG)
    assert len(person.visible()) == 1, "one living message"
    return person.live().text


@pytest.mark.parametrize(("reader", "way"), [("survivor", SURVIVOR), ("friend", FRIEND)])
def test_the_journey_with_the_emergency_card_one_tap_away_on_every_screen(
    book: Book, folder: Path, reader: str, way: tuple[tuple[str, str], ...]
) -> None:
    async def scene(server: FakeTelegram, process: Process) -> None:
        person = server.person(4_200_000_042)
        await opened(person)
        for step, choice in way:
            before = person.live().text
            assert before.strip()
            card = await tap(person, book.labels["help"])
            assert [number for number in NUMBERS if number not in card] == []
            assert await tap(person, book.labels["back"]) == before, "the card leaves the place untouched"
            after = await tap(person, label(book, step, choice, reader))
            assert after != before
            assert book.labels["exit"] in person.live().labels
        await person.tap(book.labels["exit"])
        await person.settle(LONG)
        assert person.visible() == []
        assert await process.end(signal.SIGTERM) == 0

    live(folder, scene)


def test_words_from_many_people_leave_nothing_behind_in_chat_or_output(book: Book, folder: Path) -> None:
    async def scene(server: FakeTelegram, process: Process) -> None:
        people = [server.person(4_200_000_000 + number) for number in range(8)]
        for person in people:
            await person.start()
            await person.send_text(f"canary words of {person.chat_id}")
            await person.send_contact()
            await person.send_location(43.2389, 76.8897)
        await server.settle(LONG)
        assert [len(screens(person)) for person in people] == [1] * len(people)
        assert all(message.by_bot for person in people for message in person.visible())
        assert await process.end(signal.SIGTERM) == 0

    output = live(folder, scene)
    assert "42000000" not in output
    assert "43.2" not in output


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_confirms_and_leaves_with_0(folder: Path, how: signal.Signals) -> None:
    async def scene(server: FakeTelegram, process: Process) -> None:
        await server.wait_for(lambda: server.called("getMe"), LONG)
        people = [server.person(number) for number in range(1, 21)]
        server.fail("sendMessage", "delay", times=len(people), seconds=0.3)
        await server.wait_for(lambda: server.called("deleteWebhook"), LONG)
        sent = [await person.start() for person in people]
        await server.wait_for(lambda: server._busy, LONG)  # answers are under way
        assert await process.end(how) == 0
        answered = [bool(screens(person)) for person in people]
        assert any(answered)
        confirmed = [server.is_confirmed(one.update_id) for one in sent]
        assert confirmed == answered, "what was answered was confirmed, and nothing else"

    live(folder, scene, STORE="sqlite")


def _kills(book: Book, folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)

    async def scene(server: FakeTelegram, process: Process) -> None:
        person = server.person(4_200_000_042)
        await opened(person)
        for kill in range(kills):
            button = chance.choice([one for one in person.live().buttons if one.data and _text(book, one.data)])
            message = person.live()
            stutters = kill % 6 == 0  # the answer needs more tries, and the kill falls between them, after another poll
            if stutters:
                server.fail("editMessageText", "drop", times=2)
            await person.tap(button.data)
            await asyncio.sleep(0.75 if stutters else chance.choice([0.004, 0.02, 0.06]) * chance.random())
            await process.end(signal.SIGKILL)
            await process.start()
            told = f"kill {kill}: {button.label}"
            await person.wait_for(lambda: _shows(person, book, button.data), LONG)  # noqa: B023
            await person.settle(LONG)
            assert len(person.visible()) == 1, told
            await person.tap_message(message.id, button.data)
            await person.settle(LONG)
            assert _shows(person, book, button.data), told
            assert len(person.visible()) == 1, told
        assert await process.end(signal.SIGTERM) == 0

    assert kills
    live(folder, scene, STORE="sqlite")


def _text(book: Book, data: str) -> str:
    """Of the screen that a tap brings; empty where it leaves, or keeps a card beside the screen."""
    screen = conversation.tap(book, data, "en", datetime.now(UTC)).screen
    return "" if screen.cards or screen.left else unmarked(screen.text)


def _shows(person: Person, book: Book, data: str) -> bool:
    return person.live().text == _text(book, data).rstrip()


def test_kill_9_at_3_moments_between_two_taps_loses_no_tap_and_no_button(book: Book, folder: Path) -> None:
    _kills(book, folder, 3, seed=8)


@pytest.mark.long
def test_kill_9_at_30_moments_between_two_taps_loses_no_tap_and_no_button(book: Book, folder: Path) -> None:
    _kills(book, folder, 30, seed=30)


@pytest.mark.deep
def test_kill_9_at_200_moments_between_two_taps_loses_no_tap_and_no_button(
    book: Book, folder: Path, record_property: Any
) -> None:
    _kills(book, folder, 200, seed=200)
    record_property("figure", "200 kills within 60 ms of a tap, or between the tries of its answer: 200 taps answered")


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "error", "code": 500},
        {"kind": "error", "code": 409, "description": "Conflict: terminated by other getUpdates request"},
        {"kind": "html", "code": 502},
        {"kind": "truncated"},
        {"kind": "drop"},
    ],
    ids=lambda trouble: f"{trouble['kind']}{trouble.get('code', '')}",
)
def test_a_stutter_of_telegram_delays_but_loses_nothing(book: Book, trouble: dict[str, object]) -> None:
    async def whole() -> None:
        async with answering(book) as server:
            person = server.person(7)
            await opened(person)
            server.fail("getUpdates", times=1, **trouble)  # type: ignore[arg-type]
            server.fail("editMessageText", times=1, **trouble)  # type: ignore[arg-type]
            card = unmarked(conversation.tap(book, _code(book, "help"), "en", NOON).screen.text)
            await person.tap(book.labels["help"])
            await person.wait_text(card.splitlines()[0], LONG)
            await person.settle(LONG)
            assert len(person.visible()) == 1

    asyncio.run(whole())


def _code(book: Book, name: str) -> str:
    return next(one.code for one in conversation.begin(book, "en", NOON).screen.buttons if one.id == name)
