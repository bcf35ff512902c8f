"""The loop that fetches updates, hands each to its person's lane, and confirms only what was answered.

The library's own loop confirms first: killed, it loses what it holds, and one update it cannot parse stops it for
everybody. Here Telegram keeps each update until its answer is out.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import aiohttp

from bot.channels.telegram import updates
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.ledger import Ledger
from bot.channels.telegram.poll import Batch, Trouble, poll
from bot.channels.telegram.send import Unreachable
from bot.channels.telegram.updates import Incoming
from bot.logs import event

#: Seconds one call waits for news.
LONG = 25
#: Asked for the same offset again within half a second, Telegram hands out a single update: so wait a little longer.
AGAIN = 0.6
#: Wait so long for a burst to be answered before the next call confirms it.
SOON = 0.1
#: Seconds between tries, doubling from the first to the last. A second poller needs longer than a stutter.
SHORTEST, LONGEST, CONFLICT = 0.5, 30.0, 3.0
#: Seconds that what is under way may take once we were told to stop, and that confirming it may take then.
LEAVING, CONFIRMING = 2.5, 1.0
#: After so many seconds without news we no longer rely on the numbers going on where they stood.
QUIET = 86_400.0

Answer = Callable[[Incoming], Awaitable[None]]
T = TypeVar("T")


class Receiver:
    """`answer` may raise `Unreachable`, then the update comes again; `drop` hears of updates a flood leaves behind."""

    def __init__(
        self, session: aiohttp.ClientSession, root: str, answer: Answer, drop: Callable[[Incoming], None]
    ) -> None:
        self._session, self._url = session, f"{root}/getUpdates"
        self._answer, self._drop = answer, drop
        self._ledger, self._lanes = Ledger(), Lanes(self._work, self._leave_out)
        self._moved = asyncio.Event()
        self._pause, self._last = 0.0, 0.0

    async def run(self, stop: asyncio.Event) -> bool:
        """Until told to stop, or, returning False, until the token is refused."""
        valid = True
        while valid and not stop.is_set():
            began = _clock()
            outcome = await _unless(stop, self._fetch())
            if isinstance(outcome, Batch):
                news = self._take(outcome.updates)
                hurried = not news and self._ledger.idle and _clock() - began < AGAIN
                await _unless(stop, asyncio.sleep(AGAIN) if hurried else self._settle())
            elif outcome is not None:
                valid = outcome.kind != "revoked"
                await _unless(stop, self._rest(outcome))
        await self._lanes.drained(LEAVING)
        if valid and self._ledger.offset:
            await self._confirm()
        return valid

    async def _confirm(self) -> None:
        """Tell Telegram what was answered. The update this may bring stays with Telegram."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONFIRMING):
                await poll(self._session, self._url, self._ledger.offset, 0, 1)

    async def _fetch(self) -> Batch | Trouble:
        if self._ledger.idle and self._last and _clock() - self._last > QUIET:
            self._ledger.restart()
        return await poll(self._session, self._url, self._ledger.offset, LONG if self._ledger.idle else 0)

    def _take(self, batch: list[Any]) -> bool:
        """Whether there was anything new in it. A server that brings the old again and again must not make us spin."""
        if self._pause:
            event("network-back")
        self._pause = 0.0
        raws = {number: raw for raw in batch if (number := updates.update_id(raw)) is not None}
        if raws:
            self._last = _clock()
        fresh = self._ledger.batch(sorted(raws))
        for number in fresh:
            incoming = updates.parse(raws[number])
            if incoming is None:
                self._ledger.answered(number)
                event("update-unreadable")
            else:
                self._lanes.put(incoming)
        return bool(fresh)

    async def _settle(self) -> None:
        """Let a burst be answered, so that one call confirms it; go on without those who take longer."""
        before = self._ledger.offset
        await self._finished(SOON)
        if not self._ledger.idle and self._ledger.offset == before:
            await self._finished(AGAIN - SOON)

    async def _finished(self, seconds: float) -> None:
        """Wait until nothing is open, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._ledger.idle:
                    self._moved.clear()
                    await self._moved.wait()

    async def _rest(self, trouble: Trouble) -> None:
        if trouble.kind == "slowed":
            event("slowed", seconds=trouble.seconds)
            self._pause = float(trouble.seconds)
        else:
            if not self._pause:
                event("network-failed" if trouble.kind == "network" else "refused", status=trouble.status)
            least = CONFLICT if trouble.kind == "conflict" else SHORTEST
            self._pause = min(max(self._pause * 2, least), LONGEST)
        await asyncio.sleep(self._pause * random.uniform(1.0, 1.3))

    async def _work(self, incoming: Incoming) -> None:
        try:
            await self._answer(incoming)
            self._ledger.answered(incoming.id)
        except Unreachable:
            self._ledger.failed(incoming.id)
        except Exception as error:  # a defect of ours; the others go on
            event("turn-failed", error=error)
            self._ledger.answered(incoming.id)
        finally:
            self._moved.set()

    def _leave_out(self, incoming: Incoming) -> None:
        event("update-dropped")
        self._drop(incoming)
        self._ledger.answered(incoming.id)
        self._moved.set()


def _clock() -> float:
    """Seconds that no change of the wall clock moves."""
    return asyncio.get_running_loop().time()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The outcome of `work`, or None when we were told to stop before."""
    task, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for one in (task, told):
            one.cancel()
        await asyncio.gather(task, told, return_exceptions=True)
