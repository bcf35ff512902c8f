"""The table and the keys of its rows: opened, used one at a time, and mended when something fails.

The file lies in memory, so a statement takes a hundredth of a millisecond: handing it to a thread would cost ten times
as much. Whatever fails ends in a session less, or in a fresh start for everybody, but never in an error for the person.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.sessions import clock as machine
from bot.sessions import seal
from bot.sessions.database import close_database, discard, open_database
from bot.sessions.keys import Keys, open_keys
from bot.sessions.lately import Lately
from bot.sessions.model import Clock, OnEvent
from bot.sessions.queue import Queue
from bot.sessions.rows import Opened, Row, open_row, slot_of
from bot.sessions.table import NEXT, SLICE, Statement, change, in_slices, select

T = TypeVar("T")

DATABASE_NAME = "sessions.db"
KEYS_NAME = "sessions.keys"
#: The file system is full (or its pages can't be had): what is there stays good.
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class Access:
    """To be started before use."""

    def __init__(self, folder: Path | None, ttl: float, capacity: int, on_event: OnEvent, clock: Clock) -> None:
        self._folder = folder
        self._ttl = ttl
        self._capacity = capacity
        self._on_event = on_event
        self._clock = clock
        self._queue = Queue()
        self._database: sqlite3.Connection | None = None
        self._keys = Keys(0, ttl, b"")
        self._lately = Lately()

    @property
    def folder(self) -> Path | None:
        """Where the file lies; None: in the process."""
        return self._folder

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
        return [] if self._database is None else select(self._database, which, *values)

    def _everybody(self) -> AsyncIterator[Row]:
        async def some(after: bytes) -> list[Row] | None:
            return await self._select(NEXT, after, SLICE)

        return in_slices(lambda after: self._safely(partial(some, after), None))

    async def _change(self, statements: Iterable[Statement]) -> None:
        if self._database is not None:
            change(self._database, statements)

    async def _sweep(self) -> None:
        self._keys.begin_count()
        self._keys.keep_only({slot_of(row) for row in await self._select("")})

    async def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            close_database(database)
        self._lately.clear()
        self._keys.close()

    # Staying out of trouble

    async def _safely(self, work: Callable[[], Awaitable[T]], otherwise: T) -> T:
        if self._queue.busy:
            return await self._queue.run(lambda: self._attempt(work, otherwise))
        return await self._attempt(work, otherwise)  # it waits for nothing, so nothing can come in between

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
            if self._database is not None:
                self._database.execute("ROLLBACK")
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
            close_database(self._database)
            self._database = None
        self._lately.clear()
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
            self._database = open_database(self._folder and self._folder / DATABASE_NAME)
            await self._sweep()
        except (sqlite3.Error, OSError):
            self._on_event("store_in_process")
            self._folder = None
            self._keys, _ = self._open_keys(None, now)
            with suppress(sqlite3.Error):
                self._database = open_database(None)

    def _open_keys(self, folder: Path | None, now: float) -> tuple[Keys, bool]:
        return open_keys(folder and folder / KEYS_NAME, self._capacity, self._ttl, machine.boot(), now)
