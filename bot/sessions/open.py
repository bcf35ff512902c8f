"""Which store the operator's setting `STORE` means."""

from __future__ import annotations

import os
from pathlib import Path

from bot.sessions.clock import boottime
from bot.sessions.folder import demand, find
from bot.sessions.memory import MemoryStore
from bot.sessions.model import Clock, OnEvent, Store, StoreRefused, lifetime
from bot.sessions.none import NoStore
from bot.sessions.sqlite import SqliteStore

#: As a folder: SQLite in the process, without any file. What SQLite itself calls it.
IN_PROCESS = Path(":memory:")
#: Rows at the most: about 6 MiB with their keys (measured), and as much again for the journal while the file is packed,
#: fits a memory folder of 16 MiB. Flooding bots push out rows idle for long.
CAPACITY = 8_192


async def open_store(
    spec: str,
    folder: Path | None,
    ttl_hours: float,
    on_event: OnEvent,
    clock: Clock = boottime,
    capacity: int = CAPACITY,
) -> Store:
    """The store for "sqlite", "memory" or "none".

    `folder` None: wherever memory is found, else in the process. StoreRefused for a folder on a disk or an unknown
    word. `on_event` is told by fixed codes what weakens or resets the store.
    """
    if spec == "none":
        return NoStore()
    if spec == "memory":
        return MemoryStore(lifetime(ttl_hours), capacity, on_event, clock)
    if spec == "sqlite":
        store = SqliteStore(_place(folder, on_event), lifetime(ttl_hours), capacity, on_event, clock)
        await store.start()
        return store
    kind = spec.partition(":")[0]
    raise StoreRefused(f"STORE={kind} is not known: use sqlite, memory or none")  # the rest of a URL may be a password


def _place(folder: Path | None, on_event: OnEvent) -> Path | None:
    if folder == IN_PROCESS:
        return None
    if folder is not None:
        return demand(folder)
    found = find(os.environ)
    if found is None:
        on_event("store_in_process")
    return found
