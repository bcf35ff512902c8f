"""Many people at once while the process, or the Redis of three of them, is killed again and again: no tap is lost."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot import conversation
from bot.channels.telegram.letters import unmarked
from bot.conversation import Book
from tests.fake_telegram import FakeTelegram, Person
from tests.fake_telegram.hook import Hook
from tests.redis_server import RedisServer, needs_redis, redis_server
from tests.telegram_bot import Process, environment, running, screens
from tests.test_telegram_webhook import address, announced, free_port

#: Seconds a tap may take while everything is killed all the time; a tap lives 150 in Telegram.
PATIENT = 120.0
REAL_LIMITS = {"BOT_RATE": "25", "BOT_CHAT_RATE": "1"}


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


def text_after(book: Book, data: str) -> str:
    """Of the screen that a tap brings; empty where it leaves, or keeps a card beside the screen."""
    screen = conversation.tap(book, data, "en", datetime.now(UTC)).screen
    return "" if screen.cards or screen.left else unmarked(screen.text).rstrip()


class Crowd:
    """People who tap one button after the other, each as soon as the screen of the last one stands there."""

    def __init__(self, book: Book, server: FakeTelegram, count: int, chance: random.Random) -> None:
        self._book, self._chance = book, chance
        self.people = [server.person(4_200_000_000 + number) for number in range(count)]
        self.taps = 0
        self.wrong: list[str] = []

    async def start(self) -> None:
        for person in self.people:
            await person.start()
        for person in self.people:
            await person.wait_for(lambda: screens(person), PATIENT)  # noqa: B023

    async def tap_until(self, over: asyncio.Event) -> None:
        await asyncio.gather(*(self._one(person, over) for person in self.people))

    async def _one(self, person: Person, over: asyncio.Event) -> None:
        while not over.is_set():
            buttons = [one for one in person.live().buttons if one.data and text_after(self._book, one.data)]
            button = self._chance.choice(buttons)
            await person.tap_message(person.live().id, button.data)
            self.taps += 1
            wanted = text_after(self._book, button.data)
            try:
                await person.wait_for(lambda: screens(person)[-1:] == [wanted], PATIENT)  # noqa: B023
            except TimeoutError:
                self.wrong.append(f"{button.label}: {wanted[:60]!r} was not reached, but {screens(person)[-1:]}")
            await asyncio.sleep(self._chance.uniform(0.0, 0.5))

    def check(self) -> None:
        assert self.wrong == []
        assert [len(screens(person)) for person in self.people] == [1] * len(self.people), "no duplicates"
        assert self.taps


async def kills_under_load(book: Book, folder: Path, kills: int, people: int, seed: int) -> int:
    chance, over = random.Random(seed), asyncio.Event()
    async with FakeTelegram(limits=True) as server:
        async with running(server, folder, STORE="sqlite", **REAL_LIMITS) as process:
            crowd = Crowd(book, server, people, chance)
            await crowd.start()
            load, polls = asyncio.create_task(crowd.tap_until(over)), 0
            for kill in range(kills):
                if kill % 5:  # every fifth comes at any moment of the start itself
                    await server.wait_for(lambda: server.polls > polls, PATIENT)  # noqa: B023
                await asyncio.sleep(chance.uniform(0.0, 1.0))
                await process.end(signal.SIGKILL)
                polls = server.polls
                await process.start()
            over.set()
            await load
            await server.settle(PATIENT)
            crowd.check()
            assert await process.end(signal.SIGTERM) == 0
        assert server.violations == []
        assert "Traceback" not in process.output
        return crowd.taps


def test_typed_words_that_a_killed_run_had_not_removed_go_after_the_restart(book: Book, folder: Path) -> None:
    async def whole() -> None:
        async with FakeTelegram() as server, running(server, folder, STORE="sqlite") as process:
            person = server.person(4_200_000_042)
            server.flood(3600.0, "deleteMessage")
            await person.start()
            await person.wait_for(lambda: screens(person), PATIENT)
            await server.wait_for(lambda: server.called("deleteMessage"), PATIENT)
            await process.end(signal.SIGKILL)
            assert len(person.visible()) == 2
            server.troubles.halts.clear()
            await process.start()
            await person.wait_for(lambda: len(person.visible()) == 1, PATIENT)
            assert screens(person)

    asyncio.run(whole())


def test_a_few_kills_under_load_lose_no_tap(book: Book, folder: Path) -> None:
    assert asyncio.run(kills_under_load(book, folder, 2, 10, seed=1))


@pytest.mark.deep
def test_200_kills_under_load_lose_no_tap(book: Book, folder: Path, record_property: Any) -> None:
    taps = asyncio.run(kills_under_load(book, folder, 200, 40, seed=2))
    record_property("figure", f"200 x kill -9 under load of 40 people: {taps} taps, 0 lost, 0 duplicates visible")


async def replicas(
    book: Book, folder: Path, redis: RedisServer, scene: Callable[[Crowd, asyncio.Event], Awaitable[None]]
) -> tuple[Crowd, list[Process], Hook]:
    """Three of them behind a proxy that hands out connections in turn."""
    ports, over = [free_port() for _ in range(3)], asyncio.Event()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FakeTelegram(limits=True))
        processes = []
        for port in ports:
            env = environment(server, folder, STORE=redis.url, **address(port), **REAL_LIMITS)
            process = Process(env)
            await process.start()
            processes.append(process)
            stack.push_async_callback(process.end, signal.SIGKILL)
        secret = await announced(server, 3)
        addresses = [f"http://127.0.0.1:{port}/updates" for port in ports]
        hook = await stack.enter_async_context(Hook(server, addresses, secret))
        crowd = Crowd(book, server, 30, random.Random(3))
        await crowd.start()
        load = asyncio.create_task(crowd.tap_until(over))
        await scene(crowd, over)
        over.set()
        await load
        await server.settle(PATIENT)
        crowd.check()
        for process in processes:
            assert await process.end(signal.SIGTERM) == 0
        assert server.violations == []
    return crowd, processes, hook


@needs_redis
@pytest.mark.deep
def test_three_replicas_while_redis_is_killed_twice(book: Book, folder: Path, record_property: Any) -> None:
    with redis_server() as redis:

        async def scene(crowd: Crowd, over: asyncio.Event) -> None:
            await asyncio.sleep(5)
            for _ in range(2):
                redis.kill()
                await asyncio.sleep(4)
                redis.start()
                await asyncio.sleep(4)

        crowd, processes, hook = asyncio.run(replicas(book, folder, redis, scene))
    outputs = [process.output for process in processes]
    assert [one.count("shared-gone") for one in outputs] == [2, 2, 2], "one line each time"
    assert [one.count("shared-back") for one in outputs] == [2, 2, 2]
    record_property(
        "figure",
        f"3 replicas, Redis killed and restarted twice: {crowd.taps} taps of 30 people, 0 wrong screens, 0 lost; "
        f"answers to Telegram {dict(hook.answers)}",
    )


@needs_redis
@pytest.mark.deep
def test_a_replica_that_dies_loses_nothing_while_redis_lives(book: Book, folder: Path, record_property: Any) -> None:
    with redis_server() as redis:
        victims: list[Process] = []
        real = Process.start

        async def scene(crowd: Crowd, over: asyncio.Event) -> None:
            for _ in range(4):
                await asyncio.sleep(4)
                await victims[0].end(signal.SIGKILL)
                await real(victims[0])

        async def remember(self: Process) -> None:
            victims.append(self)
            await real(self)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Process, "start", remember)
            crowd, _, _ = asyncio.run(replicas(book, folder, redis, scene))
    record_property("figure", f"3 replicas, one killed four times: {crowd.taps} taps of 30 people, 0 lost")
