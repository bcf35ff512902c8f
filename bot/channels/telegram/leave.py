"""The quick exit: empties the chat as far as Telegram lets us, looks whether it did, is finished after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from bot.channels.telegram.cover import cover
from bot.channels.telegram.line import Lane
from bot.channels.telegram.people import People
from bot.channels.telegram.send import BATCH, Blocked, Sender, Unreachable
from bot.conversation import Book
from bot.dialogue import code
from bot.logs import event
from bot.sessions.model import Session

#: A message sent in the instant of a crash is known to nobody. Its id lies near those we know: one counter numbers the
#: messages of all chats with the bot, and Telegram skips ids of other chats. So far around them ids are tried (mostly
#: one request), and so many at the most.
NEAR, MOST = BATCH // 2 - 1, 4 * BATCH


class Leaving:
    def __init__(self, book: Book, people: People, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._book, self._people, self._sender, self._clock = book, people, sender, clock

    async def everything(self, session: Session, language: str) -> None:
        """Delete every message we know of, then whatever stands near them; overwrite what Telegram will not delete.

        The session goes last, marked: interrupted by a crash, the exit still knows what to delete. Nothing is sent.
        Raises `Unreachable`, `Blocked`.
        """
        if not session.leaving:
            await self._people.save(replace(session, leaving=True))
        chat, known = session.chat, ids(session)
        left = {*await self._sender.delete(chat, known, Lane.EMERGENCY)}
        left |= {*await self._sender.delete_for_certain(chat, known - left, Lane.EMERGENCY)}
        left |= {*await self._sender.delete(chat, around(known), Lane.REST)}
        for message in sorted(left):
            await cover(self._book, self._sender, chat, message, language, self._clock())
        await self._people.forget(chat)

    async def unfinished(self) -> None:
        """Finish the exits that a crash, or a Telegram out of reach, interrupted."""
        for found in await self._people.leaving():
            async with self._people.lock(found.chat):
                session = await self._people.known(found.chat)
                if session is None or not session.leaving:
                    continue
                try:
                    await self.everything(session, language_of(self._book, session))
                except Unreachable:
                    continue  # the next round tries again
                except Blocked:
                    await self._people.forget(found.chat)
                event("left")


def ids(session: Session) -> set[int]:
    """Every message of the chat that we know of."""
    return {session.live, *session.messages, *session.cards} - {0}


def around(known: Iterable[int], near: int = NEAR, most: int = MOST) -> set[int]:
    """Ids between and near those known, the newest of them."""
    known = set(known)
    if not known:
        return set()
    first, last = min(known) - near, max(known) + near
    return set(range(max(1, first, last - most + 1), last + 1)) - known


def language_of(book: Book, session: Session) -> str:
    return code.unpack(book.dialogue, session.code, 0).language
