"""What we remember of a person, and one lock each. A store that fails answers as for a newcomer, so no turn fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.logs import event
from bot.sessions.model import Session, Store

#: Ids of messages remembered for deletion; the oldest go first, they are the likeliest to be gone already.
MOST_MESSAGES = 40


class People:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def lock(self, chat: int) -> asyncio.Lock:
        """Taps, hiding and clearing up of one person never overlap. The lock goes when nobody holds it."""
        lock = self._locks.get(chat)
        if lock is None:
            lock = self._locks[chat] = asyncio.Lock()
        return lock

    async def load(self, chat: int) -> Session:
        """What is remembered; an empty session for somebody new, or long silent."""
        return await self.known(chat) or Session(chat)

    async def known(self, chat: int) -> Session | None:
        return await self._store.load(_person(chat))

    async def save(self, session: Session) -> None:
        kept = tuple(dict.fromkeys(one for one in session.messages if one not in (0, session.live)))
        await self._store.save(_person(session.chat), replace(session, messages=kept[-MOST_MESSAGES:]))

    async def forget(self, chat: int) -> None:
        await self._store.forget(_person(chat))

    async def silent(self, seconds: float) -> list[Session]:
        """Those who have done nothing for so long and still have a screen that tells something."""
        found = [session for person, session in await self._store.silent(seconds) if person == _person(session.chat)]
        return [session for session in found if session.live and session.code]

    async def purge(self) -> None:
        event("purged", rows=await self._store.purge())


def _person(chat: int) -> str:
    """How the store knows a person: two messengers may hand out the same number."""
    return f"telegram:{chat}"
