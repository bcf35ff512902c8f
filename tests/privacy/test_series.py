"""A thousand random conversations with the real process, killed again and again between sending and remembering."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bot import conversation
from bot.authoring.neutral import telling
from bot.conversation import Book
from bot.dialogue import code
from bot.dialogue.model import State
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram, Person
from tests.privacy.subject import LONG, Subject
from tests.privacy.test_canaries import Figure, memory, needs_memory, rows
from tests.telegram_bot import screens

__all__ = ["memory"]
pytestmark = [pytest.mark.deep, needs_memory]

PEOPLE, TOGETHER, DEEDS = 1_000, 50, 7

Deed = Callable[[Person, random.Random], Awaitable[Any]]


def tap(book: Book) -> Deed:
    """Any button but the exit, which comes at the end, and two hours without hiding."""
    spared = {*said(book, "exit")}
    for language in book.languages:
        data = code.pack(book.dialogue, State("privacy.hide"), "", language, 0)
        buttons = conversation.tap(book, data, language, NOON).screen.buttons
        spared |= {button.label for button in buttons if button.id == "minutes_120"}
    assert len(spared) > len(book.languages)

    async def deed(person: Person, chance: random.Random) -> None:
        live = person.live()
        buttons = [button for button in live.buttons if button.data and button.label not in spared]
        await person.tap_message(live.id, chance.choice(buttons).data)

    return deed


def said(book: Book, name: str) -> set[str]:
    """A line of words.yaml, in every language."""
    return {conversation.neutral(book, language, name, NOON) for language in book.languages}


async def old_tap(person: Person, chance: random.Random) -> None:
    await person.tap_message(person.live().id - chance.randint(0, 30), "^")


async def say(person: Person, chance: random.Random) -> None:
    await person.send_text(chance.choice(["rape", "I am afraid", "112", "menu", "almaty", "zzz", "/start", "/help"]))


async def send(person: Person, chance: random.Random) -> None:
    await chance.choice([person.send_photo, person.send_voice, person.send_sticker, person.send_contact])()


async def share(person: Person, chance: random.Random) -> None:
    await person.send_location(chance.uniform(41, 55), chance.uniform(47, 87))


def card(book: Book) -> Deed:
    """The button that asks for a card to keep."""
    found = [(step.id, one.id) for step in book.dialogue.steps.values() for one in step.choices if one.keep]
    assert found

    async def deed(person: Person, chance: random.Random) -> None:
        step, choice = chance.choice(found)
        data = code.pack(book.dialogue, State(step), f".{choice}", "en", int(time.time() // 3600))
        await person.tap_message(person.live().id, data)

    return deed


@asynccontextmanager
async def revived(subject: Subject) -> Any:
    """Whenever the process dies, it is started again; yields the list of its deaths."""
    deaths: list[int] = []

    async def watch() -> None:
        while True:
            assert subject.process is not None
            deaths.append(await subject.process.wait())
            await subject.start()

    await subject.start()
    watching = asyncio.create_task(watch())
    try:
        yield deaths
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def arm(kill: Path) -> None:
    kill.touch()


def size(memory: Path) -> int:
    """Bytes of the database and its keys."""
    return sum(path.stat().st_size for path in memory.rglob("sessions.*"))


async def answered(server: FakeTelegram, subject: Subject) -> None:
    """Everything is answered, also what a killed process left to the next one."""
    await server.settle(LONG)
    await server.wait_for(lambda: subject.up, LONG)
    await server.settle(LONG, quiet=0.3)


async def random_talk(
    server: FakeTelegram,
    subject: Subject,
    people: Sequence[Person],
    deeds: Sequence[Deed],
    kill: Path,
    chance: random.Random,
) -> None:
    """Everybody does some things; the process is killed in the middle of two of them."""
    for person in people:
        await person.start()
    await server.settle(LONG)
    kills = set(chance.sample(range(DEEDS), 2))
    for number in range(DEEDS):
        for at, person in enumerate(people):
            if at == len(people) // 2 and number in kills:
                arm(kill)
            with suppress(LookupError):  # nothing of ours in sight just now
                await chance.choice(deeds)(person, chance)
        await answered(server, subject)


def sensitive(person: Person, kept: set[str]) -> list[str]:
    return [text for text in screens(person) if telling(text) and not any(line in text for line in kept)]


def play(book: Book, memory: Path, disk: Path, scene: Callable[..., Awaitable[None]]) -> None:
    async def whole() -> None:
        async with FakeTelegram() as server:
            kill = disk / "kill"
            more = {"CANARY_FAULTS": "no", "BOT_LOG_LEVEL": "INFO", "CANARY_KILL": str(kill)}
            subject = Subject(server, memory, disk, **more)
            try:
                async with revived(subject) as deaths:
                    await scene(server, subject, kill, deaths)
            finally:
                await subject.end(signal.SIGKILL)
                subject.token.unlink()
            assert server.violations == []

    asyncio.run(whole())


def test_after_a_thousand_random_conversations_no_message_is_left(
    book: Book, memory: Path, tmp_path: Path, record_property: Figure
) -> None:
    chance = random.Random(20_260_115)
    deeds: list[Deed] = [*[tap(book)] * 3, say, say, old_tap, send, share, card(book)]
    kept = said(book, "kept")
    seen: list[Any] = []

    async def scene(server: FakeTelegram, subject: Subject, kill: Path, deaths: list[int]) -> None:
        left: list[str] = []
        await server.wait_for(lambda: server.called("getUpdates"), LONG)
        sizes = [size(memory)]
        cards = 0
        for at in range(0, PEOPLE, TOGETHER):
            people = [server.person(10**9 + at + number) for number in range(TOGETHER)]
            await random_talk(server, subject, people, deeds, kill, chance)
            cards += sum(any(line in text for line in kept) for person in people for text in screens(person))
            for person in people:
                await person.send_text("/exit")
            await server.settle(LONG)
            await server.wait_for(lambda: rows(memory) == 0, LONG)
            left += [message.text for person in people for message in person.visible()]
        assert subject.process is not None
        subject.forward(hours=10)
        subject.process.send_signal(signal.SIGKILL)
        with suppress(TimeoutError):
            await server.wait_for(lambda: size(memory) == sizes[0], LONG)
        sizes.append(size(memory))
        seen.extend((left, len(deaths), cards, sizes))

    play(book, memory, tmp_path, scene)
    left, deaths, cards, sizes = seen
    told = f"{len(left)} messages left after {PEOPLE} exits, {deaths} kills, {cards} cards"
    record_property("figure", f"random conversations: {told}; the store had {sizes[0]:,} bytes, has {sizes[-1]:,}")
    assert deaths >= PEOPLE // TOGETHER
    assert cards
    assert left == []
    assert len(set(sizes)) == 1, "nor does the size of the database tell how many there were"


def test_after_half_an_hour_and_after_two_days_no_sensitive_word_is_visible(
    book: Book, memory: Path, tmp_path: Path, record_property: Figure
) -> None:
    chance = random.Random(48)
    deeds: list[Deed] = [*[tap(book)] * 3, say, send, share, card(book)]
    kept, hidden = said(book, "kept"), said(book, "hidden")
    seen: list[Any] = []

    async def scene(server: FakeTelegram, subject: Subject, kill: Path, deaths: list[int]) -> None:
        people = [server.person(10**9 + number) for number in range(200)]
        await random_talk(server, subject, people, deeds, kill, chance)
        told = sum(bool(sensitive(person, kept)) for person in people)
        server.clock.forward(seconds=31 * 60)
        subject.forward(hours=31 / 60)
        with suppress(TimeoutError):
            await server.wait_for(lambda: not any(sensitive(person, kept) for person in people), LONG)
        after = [text for person in people for text in sensitive(person, kept)]
        others = [server.person(2 * 10**9 + number) for number in range(50)]
        await random_talk(server, subject, others, deeds[:5], kill, chance)
        server.clock.forward(hours=48)
        for person in others:
            await person.send_text("/exit")
        await server.settle(LONG)
        late = [message.text for person in others for message in person.visible() if message.by_bot]
        seen.extend((told, after, late))

    play(book, memory, tmp_path, scene)
    told, after, late = seen
    record_property("figure", f"silence: {told} of 200 screens told the subject, {len(after)} after 31 minutes")
    assert told > 20
    assert after == []
    assert late
    assert set(late) <= hidden


def test_an_exit_interrupted_by_a_kill_is_finished_after_the_restart(
    book: Book, memory: Path, tmp_path: Path, record_property: Figure
) -> None:
    """Also when Telegram no longer hands out the tap that asked for it."""
    took: list[float] = []

    async def scene(server: FakeTelegram, subject: Subject, kill: Path, deaths: list[int]) -> None:
        for number in range(20):
            person = server.person(10**9 + number)
            await person.start()
            await person.settle(LONG)
            await person.tap("Yes, it's safe")
            await person.settle(LONG)
            server.fail("deleteMessages", "delay", seconds=1.0)
            server.fail("deleteMessage", "delay", seconds=1.0)
            await person.tap("Leave")
            await server.wait_for(lambda: server._busy and rows(memory) == 1, LONG)
            await asyncio.sleep(0.05 * (number % 4))
            assert subject.process is not None
            subject.process.send_signal(signal.SIGKILL)
            server.world.waiting.clear()
            began = time.monotonic()
            await server.wait_for(lambda: person.visible() == [], LONG)  # noqa: B023
            took.append(time.monotonic() - began)
            await server.wait_for(lambda: rows(memory) == 0, LONG)
            server.troubles.failures.clear()

    play(book, memory, tmp_path, scene)
    slowest = max(took)
    record_property("figure", f"interrupted exits: {len(took)} finished, at the latest {slowest:.1f} s after the kill")
    assert len(took) == 20
