"""Sessions in SQLite, in memory: they outlive a crash of the process, and nothing else.

A tap changes only where a person stands, which their buttons carry as well. That is written a moment later, for many at
a time; whatever tells which messages are to be removed is written at once.
"""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bot.sessions.access import DATABASE_NAME as DATABASE_NAME
from bot.sessions.access import KEYS_NAME as KEYS_NAME
from bot.sessions.model import Clock, OnEvent, Session, deadline, is_over
from bot.sessions.rowstore import RowStore
from bot.sessions.table import SLICE

#: Seconds after which it is written where a person stands. So much of the way a crash may cost their typed words.
MOMENT = 1.0


class _Newer(NamedTuple):
    session: Session
    saved: float


class SqliteStore(RowStore):
    """To be started before use. `ttl` in seconds; beyond `capacity` rows those idle for longest go."""

    def __init__(self, folder: Path | None, ttl: float, capacity: int, on_event: OnEvent, clock: Clock) -> None:
        super().__init__(folder, ttl, capacity, on_event, clock)
        self._newer: dict[str, _Newer] = {}  # person -> what their row does not have yet
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    async def load(self, person: str) -> Session | None:
        newer = self._newer.get(person)
        if newer is None or self._database is None:
            return await super().load(person)
        return None if is_over(deadline(newer.saved, self._ttl), self._clock()) else newer.session

    async def save(self, person: str, session: Session) -> None:
        before = await self.load(person)
        if before is not None and _moved_on(before, session):
            self._newer[person] = _Newer(session, self._clock())
            self._write_soon()
        else:
            self._newer.pop(person, None)
            await super().save(person, session)

    async def forget(self, person: str) -> None:
        self._newer.pop(person, None)
        await super().forget(person)

    async def silent(self, seconds: float, own: bool = False) -> list[tuple[str, Session]]:
        await self._write()
        return await super().silent(seconds, own)

    async def purge(self) -> int:
        await self._write()
        return await super().purge()

    async def close(self) -> None:
        await self._write()
        if self._timer:
            self._timer.cancel()
        await super().close()

    # ---- inside

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MOMENT, self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._writing = asyncio.create_task(self._write())  # kept, since the loop would let go of it

    async def _write(self) -> None:
        while some := list(islice(self._newer.items(), SLICE // 2)):
            await self._safely(partial(self._write_some, some), None)
            for person, newer in some:
                if self._newer.get(person) is newer:
                    del self._newer[person]
            await asyncio.sleep(0)

    async def _write_some(self, some: list[tuple[str, _Newer]]) -> None:
        """Less those who have meanwhile been forgotten, or saved once more."""
        await self._save(*((person, *newer) for person, newer in some if self._newer.get(person) is newer))


def _moved_on(before: Session, after: Session) -> bool:
    """Whether nothing differs but where the person stands, and the screen was open and still is."""
    return bool(before.code and after.code) and _apart(before) == _apart(after)


def _apart(session: Session) -> tuple[object, ...]:
    s = session
    return s.chat, s.live, s.messages, s.told, s.cards, s.hide, s.leaving
