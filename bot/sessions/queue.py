"""One thing at a time, each to its end: a connection has one transaction, whoever uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Queue:
    """Runs work behind one lock. Who asked may be cancelled; the work is not, or a transaction would stay open."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()  # the loop itself would let go of a task nobody waits for

    @property
    def busy(self) -> bool:
        """Whether something is under way. If not, work that waits for nothing needs no place in here."""
        return self._lock.locked()

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        return await asyncio.shield(self._task(self._locked(work)))

    async def finish(self, last: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Run `last` after the work under way, or without it when that takes longer than `seconds`; never wait on."""
        done, _ = await asyncio.wait({self._task(self._locked(last))}, timeout=seconds)
        if not done:
            await asyncio.wait({self._task(last())}, timeout=seconds)

    async def _locked(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self._lock:
            return await work()

    def _task(self, work: Awaitable[T]) -> asyncio.Future[T]:
        task = asyncio.ensure_future(work)
        if isinstance(task, asyncio.Task):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return task
