"""Everything that removes: typed words, the quick exit, and the screen that stood too long in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from bot import conversation
from bot.channels.telegram.keyboard import start_key
from bot.channels.telegram.people import People
from bot.channels.telegram.send import Blocked, Sender, Unreachable
from bot.conversation import Book
from bot.dialogue import code
from bot.logs import event
from bot.sessions.model import Session

#: Screens hidden at the same time; Telegram takes about 25 requests a second.
_TOGETHER = 20


class Forgetting:
    def __init__(self, book: Book, people: People, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._book, self._people, self._sender, self._clock = book, people, sender, clock
        self._waiting: dict[int, set[int]] = {}  # chat -> ids to delete, while a deletion of that chat is under way
        self._under_way: set[asyncio.Task[None]] = set()

    def soon(self, chat: int, messages: Iterable[int]) -> None:
        """Delete these without anybody waiting for it; one call at a time and chat, so a flood makes few of them.

        What would not go stays remembered for the exit.
        """
        if chat in self._waiting:
            self._waiting[chat].update(messages)
            return
        self._waiting[chat] = set(messages)
        task = asyncio.create_task(self._clear(chat))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def everything(self, session: Session, language: str) -> None:
        """The quick exit: every message we know of. What Telegram will not delete is overwritten with a neutral line.

        The session goes last: interrupted, the exit is handed out once more, and still knows what to delete. Telegram
        may say "deleted" where nothing was, so the screen is written to: normally that finds no message.
        """
        left = await self._sender.delete(session.chat, (session.live, *session.messages))
        for message in sorted({session.live, *left} - {0}):
            await self._overwrite(session.chat, message, language)
        await self._people.forget(session.chat)

    async def card(self, session: Session, message: int) -> None:
        """Remove a card that was kept; the screen and the person's place stay as they are."""
        for left in await self._sender.delete(session.chat, (message,)):
            await self._overwrite(session.chat, left, self._language(session))
        kept = tuple(one for one in session.messages if one != message)
        if kept != session.messages:
            await self._people.save(replace(session, messages=kept))

    async def hide(self, seconds: float) -> None:
        """Overwrite the screens of those who have been silent so long. It edits; nothing is ever sent to anybody."""
        silent = await self._people.silent(seconds)
        for at in range(0, len(silent), _TOGETHER):
            await asyncio.gather(*(self._hide(session) for session in silent[at : at + _TOGETHER]))

    async def finished(self, seconds: float) -> None:
        """Wait so long for deletions under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    # ---- inside

    async def _clear(self, chat: int) -> None:
        try:
            while messages := self._waiting[chat]:
                self._waiting[chat] = set()
                await self._remove(chat, messages)
        finally:
            del self._waiting[chat]

    async def _remove(self, chat: int, messages: set[int]) -> None:
        try:
            left = set(await self._sender.delete(chat, messages))
        except Unreachable:
            left = messages
        except Blocked:
            return
        async with self._people.lock(chat):
            session = await self._people.known(chat)
            if session is not None:  # else they left meanwhile, and nothing may bring them back
                kept = tuple(one for one in session.messages if one not in messages)
                await self._people.save(replace(session, messages=(*kept, *sorted(left))))

    async def _hide(self, session: Session) -> None:
        async with self._people.lock(session.chat):
            if await self._people.known(session.chat) == session:  # else they came back meanwhile
                await self._cover(session)

    async def _cover(self, session: Session) -> None:
        try:
            still_there = await self._overwrite(session.chat, session.live, self._language(session))
        except Unreachable:
            return  # the next round tries again
        except Blocked:
            still_there = False
        if still_there:  # whoever comes next is a stranger, but the neutral line goes with their first screen
            await self._people.save(Session(session.chat, session.live, "", session.messages))
        else:
            await self._people.forget(session.chat)
        event("hidden")

    def _language(self, session: Session) -> str:
        return code.unpack(self._book.dialogue, session.code, 0).language

    async def _overwrite(self, chat: int, message: int, language: str) -> bool:
        now = self._clock()
        hidden = conversation.neutral(self._book, language, "hidden", now)
        start = conversation.neutral(self._book, language, "start", now)
        return await self._sender.edit(chat, message, hidden, start_key(start))
