"""One phone beside the fake Telegram and our bot: the store's clock is moved by hand, and nobody waits for a pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from bot.channels.telegram import outbox, run
from bot.conversation import Book
from bot.dialogue import code
from bot.dialogue.model import State
from bot.sessions.memory import MemoryStore
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram, Person
from tests.telegram_bot import serving

#: Seconds that anything may take; far beyond what it does take.
LONG = 20.0
HOUR = int(NOON.timestamp() // 3600)


@dataclass
class Phone:
    server: FakeTelegram
    book: Book
    person: Person
    now: float = 1_000_000.0
    store: MemoryStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = MemoryStore(4 * 3600.0, 10_000, lambda _: None, lambda: self.now)

    def pass_time(self, *, minutes: float = 0, hours: float = 0) -> None:
        """On the machine that runs the bot, and at Telegram."""
        self.now += minutes * 60 + hours * 3600
        self.server.clock.forward(seconds=minutes * 60, hours=hours)

    async def start(self, person: Person | None = None) -> None:
        who = person or self.person
        await who.start()
        await who.settle(LONG)

    async def go(self, step: str, person: Person | None = None, language: str = "en") -> None:
        """A button that leads to this step, as if it stood on the screen."""
        who = person or self.person
        await who.tap_message(who.live().id, code.pack(self.book.dialogue, State(step), "", language, HOUR))
        await who.settle(LONG)

    async def press(self, choice: str, step: str, person: Person | None = None) -> None:
        who = person or self.person
        data = code.pack(self.book.dialogue, State(step), f".{choice}", "en", HOUR)
        await who.tap_message(who.live().id, data)
        await who.settle(LONG)

    async def leave(self) -> None:
        await self.person.send_text("/exit")
        await self.person.settle(LONG)

    def orphan(self, text: str) -> int:
        """A message of ours that nobody remembers: sent in the instant of a crash. Its id."""
        world = self.server.world
        chat = world.chats[self.person.chat_id]
        return world.add(chat, world.me, {"text": text, "reply_markup": {"inline_keyboard": []}}, by_bot=True).id


Scene = Callable[[Phone], Awaitable[None]]


@contextmanager
def hurried(round_seconds: float = 3600.0) -> Iterator[None]:
    """No pace, one fixed moment, and rounds (hiding, finishing exits, dropping cards) every so many seconds."""
    plain = outbox.Outbox.__init__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox.Outbox, "__init__", lambda self, call, *_, **__: plain(self, call, 1e6, 1e6))
        patch.setattr(outbox, "PAUSE", 0.01)
        patch.setattr(run, "_ROUND", round_seconds)
        patch.setattr(run, "_now", lambda: NOON)
        yield


def play(book: Book, scene: Scene, chat: int = 4_200_000_042, language: str = "en") -> None:
    """The bot looks for what is due twenty times a second."""

    async def whole() -> None:
        async with FakeTelegram() as server:
            phone = Phone(server, book, server.person(chat, language))
            async with serving(server, book, phone.store):
                await scene(phone)
            assert server.violations == []

    with hurried(0.05):
        asyncio.run(whole())
