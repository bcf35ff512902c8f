"""Sessions as sealed rows: what a store promises. No row stays whose secret is gone, and no secret without its row.

What grows with the number of people is done in slices, and what can't be sliced in a thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from bot.sessions import seal
from bot.sessions.access import Access
from bot.sessions.encoding import Record
from bot.sessions.model import Session, deadline, is_over, is_silent, person_of
from bot.sessions.rows import Row, close_row, slot_of
from bot.sessions.table import SLICE, Statement, Unread, deletions, free_pages, put

#: Seconds until closing stops waiting for work under way.
CLOSE_WAIT = 5.0


class _Draft(NamedTuple):
    """A save that is ready to be written."""

    session: Session
    row: Row
    slot: int
    statements: list[Statement]
    outdated: list[int | None]  #: slots to be erased once it is written
    replaced: list[bytes]  #: names of the rows it takes the place of


class RowStore(Access):
    """To be started before use."""

    # What a store promises

    async def load(self, person: str) -> Session | None:
        return await self._safely(partial(self._load, person), None)

    async def save(self, person: str, session: Session) -> None:
        await self._safely(lambda: self._save((person, session, self._clock())), None)

    async def forget(self, person: str) -> None:
        await self._safely(lambda: self._forget(person), None)

    async def silent(self, seconds: float, own: bool = False) -> list[tuple[str, Session]]:
        now = self._clock()
        found = []
        with suppress(Unread):
            async for row in self._everybody():
                opened = None if is_over(row.expiry, now) else self._open(row)
                if opened and is_silent(opened.record.session, opened.record.saved, now, seconds, own):
                    found.append((person_of(opened.record.channel, opened.record.session), opened.record.session))
        return found

    async def purge(self) -> int:
        over = 0
        for _ in range(1 + self._capacity // SLICE):  # a row somebody tampered with might never go
            dropped = await self._safely(self._drop_over, 0)
            over += dropped
            await asyncio.sleep(0)
            if not dropped:
                break
        await self._count()
        await self._queue.run(lambda: self._attempt(self._pack, None))
        return over

    async def close(self) -> None:
        await self._queue.finish(self._close, CLOSE_WAIT)

    # The work in the queue

    async def _load(self, person: str) -> Session | None:
        now = self._clock()
        known = self._lately.find(self._keys, self._name(person, now), now)
        if known is not None:
            return known.session
        for row in await self._rows_of(person):
            opened = None if is_over(row.expiry, now) else self._open(row)
            if opened is not None:
                self._lately.note(self._keys, row, opened.slot, opened.record.session)
                return opened.record.session
        return None

    async def _save(self, *newer: tuple[str, Session, float]) -> None:
        """Sessions of persons with the time at which each was saved: all or none."""
        drafts = [draft for one in newer if (draft := await self._draft(*one)) is not None]
        await self._change([statement for draft in drafts for statement in draft.statements])
        for draft in drafts:
            self._erase(draft.outdated)
            for name in draft.replaced:
                self._lately.drop(name)
            self._lately.note(self._keys, draft.row, draft.slot, draft.session)

    async def _draft(self, person: str, session: Session, now: float) -> _Draft | None:
        name = self._name(person, now)
        known = self._lately.find(self._keys, name, now)
        earlier = [] if known else await self._rows_of(person)
        slot = await self._draw()
        if slot is None:
            return None
        record = Record(session, person.partition(":")[0], int(now))
        try:
            row = close_row(self._keys, self._keys.day_keys(now)[0], name, deadline(now, self._ttl), slot, record)
        except ValueError:
            self._keys.erase(slot)
            return self._on_event("session_unfit")
        known = known and self._lately.find(self._keys, name, now)  # drawing may have cost them their row
        outdated = [self._own_slot(old) for old in earlier] + ([known.slot] if known else [])
        statements = [*deletions(old for old in earlier if old.key != name), put(row)]
        return _Draft(session, row, slot, statements, outdated, [old.key for old in earlier])

    def _name(self, person: str, now: float) -> bytes:
        """Of the row that a save writes today."""
        return seal.row_key(self._keys.day_keys(now)[0], person)

    async def _forget(self, person: str) -> None:
        try:
            rows = await self._rows_of(person)
        except (sqlite3.Error, MemoryError):
            return await self._start_afresh()  # if one row can't be found, all are forgotten
        await self._drop(rows)

    async def _drop(self, rows: list[Row]) -> None:
        """The secrets first: the deletion may fail for want of room, or a crash may come in between."""
        self._erase([self._own_slot(row) for row in rows])
        for row in rows:
            self._lately.drop(row.key)
        await self._change(deletions(rows))

    async def _drop_over(self) -> int:
        over = await self._select("WHERE expiry <= ? LIMIT ?", int(self._clock() // 60), SLICE)
        await self._drop(over)
        return len(over)

    async def _count(self) -> None:
        """As `_sweep`, while others save and forget."""
        self._keys.begin_count()
        with suppress(Unread):
            self._keys.keep_only({slot_of(row) async for row in self._everybody()})

    async def _pack(self) -> None:
        """The size of the file must not tell how many people there were."""
        if self._database is not None and free_pages(self._database):
            await asyncio.to_thread(self._database.execute, "VACUUM")

    async def _draw(self) -> int | None:
        slot = self._keys.draw()
        if slot is None:
            self._on_event("store_capped")
            await self._drop(await self._select("ORDER BY expiry LIMIT ?", 1 + self._capacity // 64))
            slot = self._keys.draw()
        if slot is None:
            await self._sweep()
            slot = self._keys.draw()
        return slot
