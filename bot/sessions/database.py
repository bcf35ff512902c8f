"""The SQLite file: opened if it is ours and whole, thrown away and made anew in every other case.

Settings, each for a reason: deleted rows are overwritten (`secure_delete`); the journal is emptied rather than
unlinked or kept (TRUNCATE: the one that survives `kill -9` and leaves no named copy); temporary tables stay in the
process (`temp_store`); the file does not shuffle pages about (`auto_vacuum`); nobody waits for a disk to have it: there
is none (`synchronous`). No row number, no index, no time of creation: nothing tells in which order people came.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path

APPLICATION = 0x4A4D4453
VERSION = 1
#: Seconds to wait for another process that holds the file, before it counts as lost. Everybody waits along.
LOCK_WAIT = 0.1
TABLE = (
    "CREATE TABLE sessions (key BLOB PRIMARY KEY NOT NULL, expiry INTEGER NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID"
)
PRAGMAS = (
    "auto_vacuum=NONE",
    "secure_delete=ON",
    "journal_mode=TRUNCATE",
    "synchronous=OFF",
    "temp_store=MEMORY",
    "mmap_size=0",
    "trusted_schema=OFF",
)


class Foreign(sqlite3.DatabaseError):
    """A whole database, but not one of ours or not of this version."""


def open_database(path: Path | None) -> sqlite3.Connection:
    """A connection to our table; without a path, in the process. sqlite3.Error or OSError if nothing can be opened."""
    if path is None:
        return _connect(":memory:")
    try:
        _claim(path)
        return _connect(str(path))
    except sqlite3.Error:
        discard(path)
        _claim(path)
        return _connect(str(path))


def discard(path: Path) -> None:
    """Remove the database with everything SQLite may have put beside it. OSError if that is impossible."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").unlink()


def close_database(database: sqlite3.Connection) -> None:
    """Close, without any error, even if the file is beyond closing."""
    with suppress(sqlite3.Error):
        database.close()


def _claim(path: Path) -> None:
    """Only a plain file of our own stays. SQLite itself would follow a link and create files for everybody to read."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        ours = found.st_uid == os.geteuid() and found.st_nlink == 1 and stat.S_IMODE(found.st_mode) == 0o600
        if stat.S_ISREG(found.st_mode) and ours:
            return
        discard(path)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def _connect(name: str) -> sqlite3.Connection:
    """To be used by one thread at a time, but not always by the same: packing the file may take long."""
    database = sqlite3.connect(name, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False)
    try:
        _prepare(database)
    except BaseException:
        close_database(database)
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    for pragma in PRAGMAS:
        database.execute(f"PRAGMA {pragma}").fetchall()
    tables = [str(row[0] or "") for row in database.execute("SELECT sql FROM sqlite_master").fetchall()]
    if not tables and _number(database, "application_id") == 0:
        return _create(database)
    if tables != [TABLE] or not _is_sound(database):
        raise Foreign("not a database of sessions")


def _create(database: sqlite3.Connection) -> None:
    script = f"BEGIN IMMEDIATE; {TABLE}; PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; COMMIT"
    for statement in script.split("; "):
        database.execute(statement).fetchall()


def _is_sound(database: sqlite3.Connection) -> bool:
    named = _number(database, "application_id") == APPLICATION
    current = _number(database, "user_version") == VERSION
    verdict = [row[0] for row in database.execute("PRAGMA quick_check(1)").fetchall()]
    return named and current and verdict == ["ok"]


def _number(database: sqlite3.Connection, pragma: str) -> int:
    return int(database.execute(f"PRAGMA {pragma}").fetchall()[0][0])
