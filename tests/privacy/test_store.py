"""What the files of the store tell to somebody who may look at them, but has no key."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.sessions import clock
from bot.sessions.model import Session
from bot.sessions.open import open_store
from tests.privacy.test_canaries import memory, needs_memory

__all__ = ["memory"]
pytestmark = needs_memory


def rights(memory: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in memory.rglob("*") if path.is_file()}


def filled(memory: Path) -> dict[str, int]:
    """A store in use; its files and their rights."""

    async def life() -> dict[str, int]:
        store = await open_store("sqlite", memory, 6.0, lambda _: None, lambda: 1_000_000.0)
        for chat in range(1, 40):
            await store.save(f"telegram:{chat}", Session(chat, chat + 1, "1code"))
        found = rights(memory)
        await store.close()
        return found

    return asyncio.run(life())


def test_no_file_is_open_to_others_and_none_keeps_old_pages(memory: Path) -> None:
    found = filled(memory)
    assert {"sessions.db", "sessions.keys"} <= set(found)
    assert {name for name in found if name.endswith(("-wal", "-shm"))} == set()
    assert set(found.values()) == {0o600}


def test_the_expiry_tells_no_more_than_the_minute(memory: Path) -> None:
    filled(memory)
    (database,) = memory.rglob("sessions.db")
    with closing(sqlite3.connect(database)) as connection:
        expiries = {row[0] for row in connection.execute("SELECT expiry FROM sessions")}
    assert expiries == {(1_000_000 + 6 * 3600) // 60}


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system has no clock that counts sleep")
def test_no_change_of_the_wall_clock_moves_an_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = {time.CLOCK_BOOTTIME: 123.0}
    monkeypatch.setattr(time, "clock_gettime", lambda which: clocks[which])
    for wall in (0.0, 2e9):
        monkeypatch.setattr(time, "time", lambda: wall)  # noqa: B023
        assert clock.boottime() == 123.0
