"""The one table, as SQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

from bot.sessions.rows import Row

Statement = tuple[str, tuple[object, ...]]

#: Cast, so that a row somebody tampered with can hold nonsense, but no surprise.
_GET = "SELECT CAST(key AS BLOB), CAST(expiry AS INTEGER), CAST(sealed AS BLOB) FROM sessions"


def select(database: sqlite3.Connection, which: str, *values: object) -> list[Row]:
    return [Row(*row) for row in database.execute(f"{_GET} {which}", values).fetchall()]


#: Rows looked at before others get their turn: a millisecond or so.
SLICE = 32
NEXT = "WHERE key > ? ORDER BY key LIMIT ?"


class Unread(Exception):
    """Not all rows could be looked at."""


async def in_slices(read: Callable[[bytes], Awaitable[list[Row] | None]]) -> AsyncIterator[Row]:
    """All rows, by their names, so that a save in between neither hides nor repeats another row.

    `read` gives the `NEXT` few after a name, or None when that failed: then `Unread` is raised.
    """
    last = b""
    while rows := await read(last):
        last = rows[-1].key
        for row in rows:
            yield row
        await asyncio.sleep(0)
    if rows is None:
        raise Unread


def change(database: sqlite3.Connection, statements: Iterable[Statement]) -> None:
    """All or nothing. A single statement is that by itself."""
    whole = list(statements)
    if len(whole) > 1:
        whole = [("BEGIN IMMEDIATE", ()), *whole, ("COMMIT", ())]
    for sql, values in whole:
        database.execute(sql, values)


def free_pages(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA freelist_count").fetchone()[0])


def put(row: Row) -> Statement:
    return "INSERT OR REPLACE INTO sessions (key, expiry, sealed) VALUES (?, ?, ?)", tuple(row)


def deletions(rows: Iterable[Row]) -> list[Statement]:
    return [("DELETE FROM sessions WHERE key = ?", (row.key,)) for row in rows]
