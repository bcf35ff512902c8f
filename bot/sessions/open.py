"""Which store the operator's setting `STORE` means, and what comes with it."""

from __future__ import annotations

import os
from pathlib import Path

from bot.sessions.clock import boottime
from bot.sessions.folder import demand, find
from bot.sessions.inbox import Inbox, NoInbox, open_inbox
from bot.sessions.memory import MemoryStore
from bot.sessions.model import Clock, OnEvent, Store, StoreRefused, lifetime
from bot.sessions.none import NoStore
from bot.sessions.sqlite import SqliteStore
from bot.sessions.together import Alone, Together

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
    """The store for "sqlite", "memory", "none" or "redis://…".

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
    if kind in ("redis", "rediss"):
        return await _open_redis(spec, lifetime(ttl_hours), on_event)
    raise StoreRefused(f"STORE={kind} is not known: use sqlite, memory, none or redis://")  # the rest may be a password


def attendants(store: Store, on_event: OnEvent) -> tuple[Inbox, Together]:
    """Where updates are kept safe, and what machines agree on, beside this store."""
    if isinstance(store, SqliteStore):
        return open_inbox(store.folder, on_event), Alone()
    if isinstance(store, MemoryStore | NoStore):
        return NoInbox(), Alone()
    return _redis_attendants(store)


async def _open_redis(url: str, ttl: float, on_event: OnEvent) -> Store:
    """Imported only here: a single machine has no use for it, and starts sooner without."""
    from bot.sessions.link import Link
    from bot.sessions.shared import RedisStore

    try:
        link = Link(url, on_event)
    except ValueError:
        raise StoreRefused("STORE is no address of a Redis: redis://host:port/number") from None
    await link.start()
    return RedisStore(link, ttl, on_event)


def _redis_attendants(store: Store) -> tuple[Inbox, Together]:
    from bot.sessions.agreed import Agreed
    from bot.sessions.shared import RedisStore
    from bot.sessions.shared_inbox import RedisInbox

    if not isinstance(store, RedisStore):  # a store of a test's own
        return NoInbox(), Alone()
    return RedisInbox(store.link, store.keys), Agreed(store.link, store.keys)


def _place(folder: Path | None, on_event: OnEvent) -> Path | None:
    if folder == IN_PROCESS:
        return None
    if folder is not None:
        return demand(folder)
    found = find(os.environ)
    if found is None:
        on_event("store_in_process")
    return found
