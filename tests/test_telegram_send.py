"""Requests to Telegram: what is repeated and what is not, who waits, and what an error may say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram.error import InvalidToken, NetworkError, TelegramError

from bot.channels.telegram.send import Blocked, Sender, Unreachable
from bot.channels.telegram.transport import Api, NotSent, Transport
from tests.fake_telegram import FakeTelegram, Person

CHAT = 7
Scene = Callable[[FakeTelegram, Person, Sender], Awaitable[None]]


@asynccontextmanager
async def api(token: str, url: str) -> AsyncIterator[Api]:
    transport = Transport()
    await transport.initialize()
    try:
        yield Api(token, base_url=f"{url}/bot", request=transport, get_updates_request=transport)
    finally:
        await transport.shutdown()


def play(scene: Scene) -> FakeTelegram:
    async def whole() -> FakeTelegram:
        async with FakeTelegram() as server, api(server.token, server.url) as calls:
            await scene(server, server.person(CHAT), Sender(calls))
            assert server.violations == []
            return server

    return asyncio.run(whole())


@pytest.mark.parametrize(("kind", "code"), [("drop", 0), ("truncated", 0), ("html", 502), ("error", 500)])
def test_an_edit_whose_answer_is_lost_is_repeated(kind: str, code: int) -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        sent = await sender.send(CHAT, "one", [])
        server.fail("editMessageText", kind, code=code, applied=True)  # type: ignore[arg-type]
        assert await sender.edit(CHAT, sent, "two", [])
        assert [message.text for message in person.visible()] == ["two"]

    assert len(play(scene).called("editMessageText")) == 2


def test_a_message_that_may_have_arrived_is_not_sent_twice() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        server.fail("sendMessage", "truncated", applied=True)
        assert await sender.send(CHAT, "one", []) == 0
        assert len(person.visible()) == 1

    play(scene)


def test_a_message_on_a_connection_that_had_been_closed_is_sent_again() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        server.fail("sendMessage", "drop")
        assert await sender.send(CHAT, "one", []) > 0
        assert len(person.visible()) == 1

    play(scene)


def test_who_is_told_to_wait_waits() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        server.flood(1.0, "sendMessage", CHAT)
        assert await asyncio.gather(*(sender.send(CHAT, "one", []) for _ in range(1)))
        assert len(person.visible()) == 1
        assert server.troubles.too_early == []

    play(scene)


def test_a_wait_of_hours_frees_the_turn_instead() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        server.flood(10_000.0, "sendMessage", CHAT)
        for _ in range(2):
            with pytest.raises(Unreachable):
                await sender.send(CHAT, "one", [])
        assert len(server.called("sendMessage")) == 1, "the second try did not even ask"

    play(scene)


def test_the_same_screen_again_is_a_success_and_a_missing_one_is_told() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        sent = await sender.send(CHAT, "one", [])
        assert await sender.edit(CHAT, sent, "one", [])
        assert not await sender.edit(CHAT, sent + 100, "one", [])

    play(scene)


def test_a_message_that_is_too_old_does_not_keep_the_others_from_going() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        old = await sender.send(CHAT, "old", [])
        server.clock.forward(hours=49)
        new = [await sender.send(CHAT, "new", []) for _ in range(6)]
        assert await sender.delete(CHAT, [old, *new, 999_999]) == (old,)
        assert [message.text for message in person.visible()] == ["old"]

    play(scene)


def test_a_person_who_blocked_us_is_told_apart() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        await person.block()
        with pytest.raises(Blocked):
            await sender.send(CHAT, "one", [])

    play(scene)


def test_markup_that_telegram_refuses_still_arrives_as_plain_words() -> None:
    async def scene(server: FakeTelegram, person: Person, sender: Sender) -> None:
        server.fail("sendMessage", "error", code=400, description="Bad Request: can't parse entities: x")
        assert await sender.send(CHAT, "**one** & <two>\n- three", []) > 0
        assert person.live().text == "one & <two>\n• three"

    play(scene)


def test_no_error_names_the_token_or_the_address() -> None:
    async def failure(token: str, url: str) -> TelegramError:
        async with api(token, url) as calls:
            with pytest.raises(TelegramError) as caught:
                await calls.call("getMe")
            return caught.value

    async def whole() -> list[TelegramError]:
        async with FakeTelegram() as server:
            found = [await failure("1:canary", server.url), await failure("1:canary", "http://127.0.0.1:9")]
            found.append(await failure("1:canary", "http://canary.invalid."))
            for kind in ("drop", "html", "truncated"):
                server.fail("getMe", kind, code=502)  # type: ignore[arg-type]
                found.append(await failure(server.token, server.url))
        return found

    errors = asyncio.run(whole())
    assert [type(error) for error in errors[:3]] == [InvalidToken, NotSent, NotSent]
    assert all(isinstance(error, NetworkError) for error in errors[1:])
    for error in errors:
        chain: BaseException | None = error
        while chain is not None:
            assert not {"canary", "fake-token", "127.0.0.1", "nginx"} & set(repr(chain).replace(":", " ").split())
            assert "canary" not in repr(chain)
            assert "fake-token" not in repr(chain)
            chain = chain.__cause__ or chain.__context__
