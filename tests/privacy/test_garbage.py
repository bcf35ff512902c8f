"""What was a person's is freed the moment it is done with, and does not wait for Python to look for garbage.

Freed memory is overwritten; an error whose traceback holds the request that holds the error is not freed for hours, and
the chat's id with it.
"""

from __future__ import annotations

import asyncio
import gc
from types import FrameType, ModuleType
from typing import Any, cast
from weakref import ReferenceType, ref

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram import receive
from bot.channels.telegram.intake import Deeds
from bot.channels.telegram.line import Job
from bot.channels.telegram.poll import Batch
from bot.channels.telegram.updates import Incoming
from bot.conversation import Book
from bot.sessions.model import Session
from tests.fake_telegram import FakeTelegram, Person
from tests.privacy.phone import LONG, Phone, hurried
from tests.telegram_bot import serving
from tests.test_telegram_intake import message
from tests.test_telegram_webhook import hook, listening

OF_A_PERSON = (BaseException, FrameType, Job, Incoming, Session)


async def talk(server: FakeTelegram, people: list[Person]) -> None:
    """With everything that Telegram may refuse, and what it may break off."""
    for person in people:
        await person.start()
    await server.settle(LONG)
    for person in people:
        await person.tap("Yes, it's safe")
        await person.send_text("zzz")
    await server.settle(LONG)
    server.fail("editMessageText", times=2)
    server.fail("sendMessage", "drop", times=2)
    for person in people:
        await person.tap_message(person.live().id, f"forged-{person.chat_id}")
        await person.send_voice()
        await person.send_dice()
    await server.settle(LONG)
    server.fail("deleteMessages", times=2)
    await people[0].block()
    for person in people:
        await person.send_text("/exit")
    await server.settle(LONG)


def garbage() -> list[object]:
    """What Python finds that nobody frees."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return [*gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def left_behind(book: Book) -> list[object]:
    async def whole() -> list[object]:
        async with FakeTelegram() as server:
            people = [server.person(4_200_000_042 + number) for number in range(6)]
            async with serving(server, book, Phone(server, book, people[0]).store):
                await server.settle(LONG)
                gc.collect()
                gc.disable()
                await talk(server, people)
                return [one for one in garbage() if isinstance(one, OF_A_PERSON)]

    with hurried():
        try:
            return asyncio.run(whole())
        finally:
            gc.enable()


def test_nothing_of_a_person_waits_to_be_found(book: Book) -> None:
    assert [type(one).__name__ for one in left_behind(book)] == []


def test_the_webhooks_server_keeps_no_update_it_has_read() -> None:
    """It holds the last request of a connection until the next one comes, an hour later perhaps."""
    words = "canary-" + "x" * 40

    async def whole() -> tuple[list[web.BaseRequest], list[bytes]]:
        async with listening(hook()) as client:
            status, _, _ = await client.post(message(1, 4_200_000_042) | {"canary": words})
            assert status == 200
            requests = [one for one in gc.get_objects() if isinstance(one, web.BaseRequest)]
            held = [one for one in requests if one.path == "/updates"]
            near = [one for request in held for one in reachable(request)]
            return held, [one for one in near if isinstance(one, bytes | bytearray) and words.encode() in one]

    held, found = asyncio.run(whole())
    assert len(held) == 1, "or there is nothing to look into"
    assert found == []


class Raw(dict[str, Any]):
    """An update as it was read, which can be watched as it goes."""


def test_what_was_fetched_is_gone_before_the_next_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next may come in half a minute; so long names and words would stay."""
    seen: list[bool] = []
    watched: list[ReferenceType[Raw]] = []
    stop = asyncio.Event()

    async def poll(*_: object) -> Batch:
        if not watched:
            raw = Raw(message(1, 4_200_000_042))
            watched.append(ref(raw))
            return Batch([raw])
        seen.append(watched[0]() is None)
        stop.set()
        return Batch([])

    async def answer(_: Incoming) -> None:
        return None

    monkeypatch.setattr(receive, "poll", poll)
    receiver = receive.Receiver(cast(aiohttp.ClientSession, None), "", Deeds(answer, lambda _: None))
    assert asyncio.run(asyncio.wait_for(receiver.run(stop), LONG))
    assert seen[0]


def reachable(start: object, steps: int = 4) -> list[object]:
    """What an object holds, and what that holds, a few steps far."""
    found, edge = {id(start): start}, [start]
    for _ in range(steps):
        edge = [one for one in gc.get_referents(*edge) if not isinstance(one, type | ModuleType)]
        edge = [one for one in edge if id(one) not in found]
        found |= {id(one): one for one in edge}
    return [*found.values()]


def test_an_error_that_holds_itself_would_be_seen() -> None:
    def fail() -> None:
        try:
            raise ValueError
        except ValueError as error:
            kept = error
            assert kept is not None

    gc.disable()
    try:
        fail()
        assert {"ValueError", "frame"} <= {type(one).__name__ for one in garbage() if isinstance(one, OF_A_PERSON)}
    finally:
        gc.enable()
