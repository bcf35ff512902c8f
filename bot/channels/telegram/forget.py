"""What goes by itself: typed words, the screen that stood too long in silence, and cards some hours after that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime

from bot.channels.telegram.cover import cover
from bot.channels.telegram.leave import around, language_of
from bot.channels.telegram.people import People
from bot.channels.telegram.send import Blocked, Sender, Unreachable
from bot.conversation import Book
from bot.logs import event
from bot.sessions.model import Session

#: Screens hidden at the same time; Telegram takes about 25 requests a second.
_TOGETHER = 20


class Forgetting:
    def __init__(self, book: Book, people: People, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._book, self._people, self._sender, self._clock = book, people, sender, clock
        # chat -> ids to delete, known and guessed, while a deletion of that chat is under way
        self._waiting: dict[int, tuple[set[int], set[int]]] = {}
        self._going: dict[int, set[int]] = {}  # chat -> ids asked for just now
        self._queued: set[tuple[int, int]] = set()  # chat and message: typed, and to go once it is answered
        self._under_way: set[asyncio.Task[None]] = set()
        self._tidied: set[int] = set()  # chats with something that will not go; not longer than it is known

    def queue(self, chat: int, message: int) -> None:
        """Somebody wrote this. From now on it goes, whatever becomes of its answer; nobody has looked at it yet."""
        self._queued.add((chat, message))

    def unqueue(self, chat: int, message: int, *, delete: bool) -> None:
        """Its turn is over. `delete`: without an answer after which it would have gone, so it goes now."""
        if (chat, message) in self._queued and delete:
            self.soon(chat, [message])
        self._queued.discard((chat, message))

    def soon(self, chat: int, messages: Iterable[int], guessed: Iterable[int] = ()) -> None:
        """Delete these without anybody waiting for it; one call at a time and chat, so a flood makes few of them.

        What would not go stays remembered for the exit. `guessed`: ids that may be messages of this chat, or nothing.
        """
        messages = set(messages)
        self._queued -= {(chat, one) for one in messages}
        busy = chat in self._waiting
        known, maybe = self._waiting.setdefault(chat, (set(), set()))
        known.update(messages)
        maybe.update(guessed)
        if busy:
            return
        task = asyncio.create_task(self._clear(chat))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def is_going(self, session: Session, message: int) -> bool:
        """Whether it is to be deleted, here or by another machine: a screen drawn there would vanish."""
        here = (*self._waiting.get(session.chat, ()), self._going.get(session.chat, set()))
        return message in session.messages or any(message in some for some in here)

    async def card(self, session: Session, message: int) -> None:
        """Remove a card that was kept; the screen and the person's place stay as they are."""
        for left in await self._sender.delete(session.chat, (message,)):
            await self._cover(session, left)
        if message in session.cards or message in session.messages:
            cards = tuple(one for one in session.cards if one != message)
            messages = tuple(one for one in session.messages if one != message)
            await self._people.save(replace(session, messages=messages, cards=cards))

    async def hide(self, seconds: float, own: bool = False) -> None:
        """Overwrite the screens of those silent so long (`own`: or as long as they chose). Nothing is ever sent."""
        await self._each(await self._people.silent(seconds, own), self._hide)

    async def tidy(self, seconds: float) -> None:
        """Delete what a run that was killed, here or on another machine, did not come to delete any more."""
        if self._tidied:
            self._tidied &= {session.chat for session in await self._people.untidy(0.0)}
        for session in await self._people.untidy(seconds):
            if session.chat not in self._tidied:  # else they will not go, and every try would put off the hiding
                self._tidied.add(session.chat)
                self.soon(session.chat, session.messages)

    async def end(self, seconds: float) -> None:
        """Remove the cards, and forget those, whose screen was hidden so long ago."""
        await self._each(await self._people.hidden(seconds), self._end)

    async def finished(self, seconds: float) -> None:
        """Wait so long for deletions under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    # ---- inside

    async def _clear(self, chat: int) -> None:
        try:
            while any(waiting := self._waiting[chat]):
                self._waiting[chat] = set(), set()
                self._going[chat] = set().union(*waiting)
                await self._remove(chat, *waiting)
        finally:
            del self._waiting[chat]
            self._going.pop(chat, None)

    async def _remove(self, chat: int, messages: set[int], guessed: set[int]) -> None:
        try:
            left = set(await self._sender.delete(chat, messages | guessed))
        except Unreachable:
            left = messages
        except Blocked:
            return
        async with self._people.lock(chat):
            session = await self._people.known(chat)
            if session is not None:  # else they left meanwhile, and nothing may bring them back
                kept = tuple(one for one in session.messages if one not in messages)
                await self._people.save(replace(session, messages=(*kept, *sorted(left))))

    async def _each(self, sessions: list[Session], deed: Callable[[Session], Awaitable[None]]) -> None:
        for at in range(0, len(sessions), _TOGETHER):
            await asyncio.gather(*(self._one(session, deed) for session in sessions[at : at + _TOGETHER]))

    async def _one(self, session: Session, deed: Callable[[Session], Awaitable[None]]) -> None:
        async with self._people.lock(session.chat):
            if await self._people.known(session.chat) != session:
                return  # they came back meanwhile
            try:
                await deed(session)
            except Unreachable:
                return  # the next round tries again
            except Blocked:
                await self._people.forget(session.chat)

    async def _hide(self, session: Session) -> None:
        """The screen first. Then what nobody would expect beside it; cards stay, they were asked for."""
        still_there = await self._cover(session, session.live)
        near = around({session.live}) - {*session.cards}
        left = await self._clear_away(session, {*session.messages}, near)
        if still_there or session.cards:  # a stranger comes next, but the neutral line goes with their first screen
            await self._people.save(Session(session.chat, session.live, "", left, cards=session.cards))
        else:
            await self._people.forget(session.chat)
        event("hidden")

    async def _end(self, session: Session) -> None:
        await self._clear_away(session, {*session.cards, *session.messages})
        await self._people.forget(session.chat)

    async def _clear_away(self, session: Session, known: set[int], guessed: Iterable[int] = ()) -> tuple[int, ...]:
        """Delete what nobody will ask for again, and look whether it went; what did not is overwritten. Its ids."""
        left = {*await self._sender.delete(session.chat, known.union(guessed))}
        left |= {*await self._sender.delete_for_certain(session.chat, known - left)}
        for message in sorted(left):
            await self._cover(session, message)
        return tuple(sorted(left))

    async def _cover(self, session: Session, message: int) -> bool:
        language = language_of(self._book, session)
        return await cover(self._book, self._sender, session.chat, message, language, self._clock())
