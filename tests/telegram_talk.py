"""One person and the bot, in one process: what many tests of the channel play."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot import conversation
from bot.channels.telegram.letters import unmarked
from bot.conversation import Book
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram, Person
from tests.telegram_bot import answering

Scene = Callable[[FakeTelegram, Person], Awaitable[None]]


def play(book: Book, scene: Scene, **how: Any) -> None:
    """One person and the bot."""

    async def whole() -> None:
        async with answering(book, **how) as server:
            await scene(server, server.person(4_200_000_042))

    asyncio.run(whole())


def line(book: Book, name: str) -> str:
    return conversation.neutral(book, "en", name, NOON)


def first_text(book: Book) -> str:
    return unmarked(conversation.begin(book, "en", NOON).screen.text)


async def opened(person: Person) -> None:
    """/start, and the answer is there."""
    await person.start()
    await person.settle()
    assert len(person.visible()) == 1


async def press(person: Person, book: Book, name: str) -> None:
    await person.tap(line(book, name))
    await person.settle()
