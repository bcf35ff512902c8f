"""Sessions in SQLite, in memory: they outlive a crash of the process, and nothing else.

Every use of the database goes through one queue. Whatever fails in it ends in a session less, or in a fresh start for
everybody, but never in an error for the person.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from bot.sessions import clock as machine
from bot.sessions import seal
from bot.sessions.database import close_database, discard, open_database
from bot.sessions.encoding import Record
from bot.sessions.keys import Keys, open_keys
from bot.sessions.model import Clock, OnEvent, Session, deadline, is_over, person_of
from bot.sessions.queue import Queue
from bot.sessions.rows import Opened, Row, close_row, open_row, slot_of

T = TypeVar("T")

DATABASE_NAME = "sessions.db"
KEYS_NAME = "sessions.keys"
#: Seconds until closing stops waiting for work under way.
CLOSE_WAIT = 5.0
#: The file system is full (or its pages can't be had): what is there stays good.
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class SqliteStore:
    """To be started before use. `ttl` in seconds; beyond `capacity` rows those idle for longest go."""

    def __init__(self, folder: Path | None, ttl: float, capacity: int, on_event: OnEvent, clock: Clock) -> None:
        self._folder = folder
        self._ttl = ttl
        self._capacity = capacity
        self._on_event = on_event
        self._clock = clock
        self._queue = Queue()
        self._database: aiosqlite.Connection | None = None
        self._keys = Keys(0, ttl, b"")

    # What a store promises

    async def load(self, person: str) -> Session | None:
        async def work() -> Session | None:
            now = self._clock()
            for row in await self._rows_of(person):
                opened = None if is_over(row.expiry, now) else self._open(row)
                if opened is not None:
                    return opened.record.session
            return None

        return await self._safely(work, None)

    async def save(self, person: str, session: Session) -> None:
        await self._safely(lambda: self._save(person, session), None)

    async def forget(self, person: str) -> None:
        await self._safely(lambda: self._forget(person), None)

    async def silent(self, seconds: float) -> list[tuple[str, Session]]:
        nobody: list[Row] = []
        rows = await self._safely(lambda: self._select(""), nobody)
        now = self._clock()
        found = []
        for number, row in enumerate(rows):
            if number % 256 == 255:  # opening thousands of rows takes a while: others may be waiting for an answer
                await asyncio.sleep(0)
            opened = None if is_over(row.expiry, now) else self._open(row)
            if opened and opened.record.session.chat and opened.record.saved <= now - seconds:
                found.append((person_of(opened.record.channel, opened.record.session), opened.record.session))
        return found

    async def purge(self) -> int:
        return await self._safely(self._purge, 0)

    async def close(self) -> None:
        await self._queue.finish(self._close, CLOSE_WAIT)

    # The work in the queue

    async def _save(self, person: str, session: Session) -> None:
        now = self._clock()
        earlier = await self._rows_of(person)
        slot = await self._draw()
        if slot is None:
            return
        day_key = self._keys.day_keys(now)[0]
        record = Record(session, person.partition(":")[0], int(now))
        try:
            row = close_row(self._keys, day_key, seal.row_key(day_key, person), deadline(now, self._ttl), slot, record)
        except ValueError:
            self._keys.erase(slot)
            return self._on_event("session_unfit")
        outdated = [self._own_slot(old) for old in earlier]
        await self._change([*_deletions(old for old in earlier if old.key != row.key), (_PUT, tuple(row))])
        self._erase(outdated)

    async def _forget(self, person: str) -> None:
        try:
            rows = await self._rows_of(person)
        except (sqlite3.Error, MemoryError):
            return await self._start_afresh()  # if one row can't be found, all are forgotten
        await self._drop(rows)

    async def _drop(self, rows: list[Row]) -> None:
        """The secrets first: the deletion may fail for want of room, or a crash may come in between."""
        self._erase([self._own_slot(row) for row in rows])
        await self._change(_deletions(rows))

    async def _purge(self) -> int:
        minute = int(self._clock() // 60)
        over = await self._select("WHERE expiry <= ?", minute)
        await self._drop(over)
        await self._sweep()
        if await self._pragma("freelist_count"):  # the size of the file must not tell how many people there were
            await self._execute("VACUUM")
        return len(over)

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

    async def _sweep(self) -> None:
        self._keys.keep_only({slot_of(row) for row in await self._select("")})

    async def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            await close_database(database)
        self._keys.close()

    # Rows

    def _open(self, row: Row) -> Opened | None:
        return open_row(self._keys, self._keys.day_keys(self._clock()), row)

    def _own_slot(self, row: Row) -> int | None:
        """None for a dead row: its old slot may meanwhile be somebody else's."""
        opened = self._open(row)
        return None if opened is None else opened.slot

    def _erase(self, slots: Iterable[int | None]) -> None:
        for slot in slots:
            if slot is not None:
                self._keys.erase(slot)

    async def _rows_of(self, person: str) -> list[Row]:
        """Today's row and, on the day the key turned, yesterday's."""
        keys = [seal.row_key(day_key, person) for day_key in self._keys.day_keys(self._clock())]
        return [row for key in keys for row in await self._select("WHERE key = ?", key)]

    async def _select(self, which: str, *values: object) -> list[Row]:
        found = await self._execute(f"{_GET} {which}", *values)
        return [Row(*row) for row in found]

    async def _change(self, statements: Iterable[tuple[str, tuple[object, ...]]]) -> None:
        """All or nothing."""
        await self._execute("BEGIN IMMEDIATE")
        for sql, values in statements:
            await self._execute(sql, *values)
        await self._execute("COMMIT")

    async def _pragma(self, name: str) -> int:
        return int((await self._execute(f"PRAGMA {name}"))[0][0])

    async def _execute(self, sql: str, *values: object) -> list[Any]:
        if self._database is None:
            return []
        return list(await self._database.execute_fetchall(sql, values))

    # Staying out of trouble

    async def _safely(self, work: Callable[[], Awaitable[T]], otherwise: T) -> T:
        return await self._queue.run(lambda: self._attempt(work, otherwise))

    async def _attempt(self, work: Callable[[], Awaitable[T]], otherwise: T) -> T:
        for _ in range(2):
            if self._database is None:
                return otherwise
            try:
                return await work()
            except (sqlite3.Error, OSError, ValueError, MemoryError) as error:
                if not await self._mend(error):
                    return otherwise
        return otherwise

    async def _mend(self, error: Exception) -> bool:
        """Whether the work may be tried once more. Anything but a full file system means: start afresh."""
        with suppress(sqlite3.Error, ValueError):
            await self._execute("ROLLBACK")
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_ROOM or isinstance(error, MemoryError):
            self._on_event("store_full")
            with suppress(sqlite3.Error, ValueError):
                await self._sweep()
            return False
        await self._start_afresh()
        return True

    async def _start_afresh(self) -> None:
        """Forget everybody rather than show anybody an error."""
        self._on_event("store_fresh")
        if self._database is not None:
            await close_database(self._database)
            self._database = None
        self._keys.renew(self._clock())
        with suppress(OSError):
            if self._folder:
                discard(self._folder / DATABASE_NAME)
        await self.start()

    async def start(self) -> None:
        """Open what an earlier run left, or anew; in the process where the folder can't be used."""
        now = self._clock()
        self._keys.close()
        try:
            self._keys, resumed = self._open_keys(self._folder, now)
            if self._folder and not resumed:
                discard(self._folder / DATABASE_NAME)
            self._database = await open_database(self._folder and self._folder / DATABASE_NAME)
            await self._sweep()
        except (sqlite3.Error, OSError):
            self._on_event("store_in_process")
            self._folder = None
            self._keys, _ = self._open_keys(None, now)
            with suppress(sqlite3.Error):
                self._database = await open_database(None)

    def _open_keys(self, folder: Path | None, now: float) -> tuple[Keys, bool]:
        return open_keys(folder and folder / KEYS_NAME, self._capacity, self._ttl, machine.boot(), now)


#: Cast, so that a row somebody tampered with can hold nonsense, but no surprise.
_GET = "SELECT CAST(key AS BLOB), CAST(expiry AS INTEGER), CAST(sealed AS BLOB) FROM sessions"
_PUT = "INSERT OR REPLACE INTO sessions (key, expiry, sealed) VALUES (?, ?, ?)"


def _deletions(rows: Iterable[Row]) -> list[tuple[str, tuple[object, ...]]]:
    return [("DELETE FROM sessions WHERE key = ?", (row.key,)) for row in rows]
