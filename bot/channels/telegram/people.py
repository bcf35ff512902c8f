"""What we remember of a person, and one lock each. A store that fails answers as for a newcomer, so no turn fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.logs import event
from bot.sessions.model import Session, Store
from bot.sessions.together import Together

#: Ids of messages remembered for deletion; the oldest go first, they are the likeliest to be gone already.
MOST_MESSAGES = 40
#: Kept cards remembered as such; older ones go with the next hiding instead.
MOST_CARDS = 8


class People:
    """`together`: what other machines that answer for this bot have to say."""

    def __init__(self, store: Store, together: Together | None = None) -> None:
        self._store, self._together = store, together
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def lock(self, chat: int) -> AbstractAsyncContextManager[None]:
        """Taps, hiding and clearing up of one person never overlap. The lock goes when nobody holds it."""
        lock = self._locks.get(chat)
        if lock is None:
            lock = self._locks[chat] = asyncio.Lock()
        return lock if self._together is None else self._both(lock, self._together.lock(person_of(chat)))

    @asynccontextmanager
    async def _both(self, here: asyncio.Lock, everywhere: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        async with here, everywhere:
            yield

    async def load(self, chat: int) -> Session:
        """What is remembered; an empty session for somebody new, or long silent."""
        return await self.known(chat) or Session(chat)

    async def known(self, chat: int) -> Session | None:
        return await self._store.load(person_of(chat))

    async def save(self, session: Session) -> None:
        cards = tuple(dict.fromkeys(one for one in session.cards if one not in (0, session.live)))
        others = (*session.messages, *cards[:-MOST_CARDS])
        kept = tuple(dict.fromkeys(one for one in others if one not in (0, session.live, *cards[-MOST_CARDS:])))
        known = replace(session, messages=kept[-MOST_MESSAGES:], cards=cards[-MOST_CARDS:])
        await self._store.save(person_of(session.chat), known)

    async def forget(self, chat: int) -> None:
        await self._store.forget(person_of(chat))

    async def silent(self, seconds: float, own: bool = False) -> list[Session]:
        """Those who did nothing for so long (`own`: or for the time they chose) and have a screen that tells much."""
        return [one for one in await self._silent(seconds, own) if one.live and one.code and not one.leaving]

    async def leaving(self) -> list[Session]:
        """Those whose exit was begun and not finished."""
        return [session for session in await self._silent(0.0) if session.leaving]

    async def untidy(self, seconds: float) -> list[Session]:
        """Those in whose chat something stands that should be gone, and has not gone for so long."""
        return [session for session in await self._silent(seconds) if session.messages and not session.leaving]

    async def hidden(self, seconds: float) -> list[Session]:
        """Those whose screen was hidden so long ago and who still have messages there."""
        return [one for one in await self._silent(seconds) if not one.code and (one.cards or one.messages)]

    async def _silent(self, seconds: float, own: bool = False) -> list[Session]:
        found = await self._store.silent(seconds, own)
        return [session for person, session in found if person == person_of(session.chat)]

    async def purge(self) -> None:
        event("purged", rows=await self._store.purge())


def person_of(chat: int) -> str:
    """How the store knows a person: two messengers may hand out the same number."""
    return f"telegram:{chat}"
