"""The SQLite file: opened if it is ours and whole, thrown away and made anew in every other case.

Settings, each for a reason: deleted rows are overwritten (`secure_delete`); the journal is emptied rather than
unlinked or kept (TRUNCATE: the one that survives `kill -9` and leaves no named copy); temporary tables stay in the
process (`temp_store`); the file does not shuffle pages about (`auto_vacuum`). No row number, no index, no time of
creation: nothing tells in which order people came.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import suppress
from pathlib import Path

import aiosqlite

APPLICATION = 0x4A4D4453
VERSION = 1
#: Seconds to wait for another process that holds the file, before it counts as lost.
LOCK_WAIT = 1.0
TABLE = (
    "CREATE TABLE sessions (key BLOB PRIMARY KEY NOT NULL, expiry INTEGER NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID"
)
PRAGMAS = (
    "auto_vacuum=NONE",
    "secure_delete=ON",
    "journal_mode=TRUNCATE",
    "temp_store=MEMORY",
    "mmap_size=0",
    "trusted_schema=OFF",
)


class Foreign(sqlite3.DatabaseError):
    """A whole database, but not one of ours or not of this version."""


async def open_database(path: Path | None) -> aiosqlite.Connection:
    """A connection to our table; without a path, in the process. sqlite3.Error or OSError if nothing can be opened."""
    if path is None:
        return await _connect(":memory:")
    try:
        _claim(path)
        return await _connect(str(path))
    except sqlite3.Error:
        discard(path)
        _claim(path)
        return await _connect(str(path))


def discard(path: Path) -> None:
    """Remove the database with everything SQLite may have put beside it. OSError if that is impossible."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").unlink()


async def close_database(database: aiosqlite.Connection) -> None:
    """Close, without any error. Its thread ends even if the file is beyond closing."""
    try:
        await database.close()
    except (sqlite3.Error, ValueError):
        database.stop()


def _claim(path: Path) -> None:
    """Only a plain file of our own stays. SQLite itself would follow a link and create files for everybody to read."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        ours = found.st_uid == os.geteuid() and found.st_nlink == 1 and stat.S_IMODE(found.st_mode) == 0o600
        if stat.S_ISREG(found.st_mode) and ours:
            return
        discard(path)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


async def _connect(name: str) -> aiosqlite.Connection:
    connection = aiosqlite.connect(name, timeout=LOCK_WAIT, isolation_level=None)
    _let_process_end(connection)
    database = await connection
    try:
        await _prepare(database)
    except BaseException:
        await close_database(database)
        raise
    return database


def _let_process_end(connection: aiosqlite.Connection) -> None:
    """The library's thread would hold up the end of a process that never came to close it."""
    thread = getattr(connection, "_thread", None)
    if isinstance(thread, threading.Thread):
        thread.daemon = True


async def _prepare(database: aiosqlite.Connection) -> None:
    for pragma in PRAGMAS:
        await database.execute_fetchall(f"PRAGMA {pragma}")
    tables = [str(row[0] or "") for row in await database.execute_fetchall("SELECT sql FROM sqlite_master")]
    if not tables and await _number(database, "application_id") == 0:
        return await _create(database)
    if tables != [TABLE] or not await _is_sound(database):
        raise Foreign("not a database of sessions")


async def _create(database: aiosqlite.Connection) -> None:
    script = f"BEGIN IMMEDIATE; {TABLE}; PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; COMMIT"
    for statement in script.split("; "):
        await database.execute_fetchall(statement)


async def _is_sound(database: aiosqlite.Connection) -> bool:
    named = await _number(database, "application_id") == APPLICATION
    current = await _number(database, "user_version") == VERSION
    verdict = [row[0] for row in await database.execute_fetchall("PRAGMA quick_check(1)")]
    return named and current and verdict == ["ok"]


async def _number(database: aiosqlite.Connection, pragma: str) -> int:
    rows = list(await database.execute_fetchall(f"PRAGMA {pragma}"))
    return int(rows[0][0])
