"""The loop that fetches updates, hands each to its person's lane, and confirms only what is safe.

The library's own loop confirms first: killed, it loses what it holds, and one update it cannot parse stops it for
everybody. Here Telegram keeps each update until its answer is out, or until the inbox holds it: Telegram shows only the
lowest hundred that are not confirmed, and one slow answer must not hide a call for help behind it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import aiohttp

from bot.channels.telegram import updates
from bot.channels.telegram.intake import Deeds, Intake
from bot.channels.telegram.lanes import brings_screen
from bot.channels.telegram.ledger import Ledger
from bot.channels.telegram.poll import LIMIT, Batch, Trouble, poll
from bot.channels.telegram.updates import Incoming
from bot.logs import event
from bot.sessions.inbox import Inbox

#: Seconds one call waits for news.
LONG = 25
#: Asked for the same offset again within half a second, Telegram hands out a single update: so wait a little longer.
AGAIN = 0.6
#: Wait so long for a burst to be answered before the next call confirms it.
SOON = 0.1
#: Seconds between tries, doubling from the first to the last. A second poller needs longer than a stutter.
SHORTEST, LONGEST, CONFLICT = 0.5, 10.0, 3.0
#: Seconds that what is under way may take once we were told to stop, and that confirming it may take then.
LEAVING, CONFIRMING = 2.5, 1.0
#: After so many seconds without news we no longer rely on the numbers going on where they stood.
QUIET = 86_400.0
#: Seconds after which a message is too old to be answered as if it were new, unless another time is given.
WELCOME = 1_800.0
#: Telegram keeps messages for a day; an hour more for clocks that differ.
KEPT = 90_000.0

T = TypeVar("T")


class Receiver:
    """`welcome`: seconds after which a message is too old to be answered as if it were new."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        root: str,
        deeds: Deeds,
        inbox: Inbox | None = None,
        welcome: float = WELCOME,
    ) -> None:
        self._session, self._url, self._welcome = session, f"{root}/getUpdates", welcome
        self._ledger, self._intake = Ledger(), Intake(deeds, self._settled, inbox, welcome)
        self._moved = asyncio.Event()
        self._pause, self._last = 0.0, 0.0

    async def run(self, stop: asyncio.Event) -> bool:
        """Until told to stop, or, returning False, until the token is refused."""
        valid = True
        for number in await self._intake.resume():
            self._ledger.kept(number)
        while valid and not stop.is_set():
            began = _clock()
            outcome = await _unless(stop, self._fetch())
            if isinstance(outcome, Batch):
                news, more = self._take(outcome), len(outcome.updates) >= LIMIT
                outcome = None  # names and words are in it, and the next may be half a minute away
                hurried = not news and self._ledger.idle and _clock() - began < AGAIN
                await _unless(stop, asyncio.sleep(AGAIN) if hurried else self._settle(more))
            elif outcome is not None:
                valid = outcome.kind != "revoked"
                await _unless(stop, self._rest(outcome))
        await self._intake.drained(LEAVING)
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

    def _take(self, batch: Batch) -> bool:
        """Whether there was anything new in it. A server that brings the old again and again must not make us spin."""
        if self._pause:
            event("network-back")
        self._pause = 0.0
        raws = {number: raw for raw in batch.updates if (number := updates.update_id(raw)) is not None}
        if raws:
            self._last = _clock()
        fresh = self._ledger.batch(sorted(raws))
        for number in fresh:
            self._put(number, updates.parse(raws[number]), batch.date)
        if len(batch.updates) < LIMIT:
            self._intake.go_late()
        return bool(fresh)

    def _put(self, number: int, incoming: Incoming | None, now: float) -> None:
        """`now` by Telegram's own clock, since ours may jump."""
        if incoming is None:
            self._ledger.answered(number)
            event("update-unreadable")
        elif is_late(incoming, now, self._welcome):
            self._ledger.answered(number)
            self._intake.put_late(incoming)
        else:
            self._intake.put(incoming)

    async def _settle(self, more: bool) -> None:
        """Let a burst be answered, so that one call confirms it; go on without those who take longer.

        `more`: Telegram has more to show, so nothing is waited for that the inbox can hold.
        """
        before = self._ledger.offset
        await self._until(lambda: self._ledger.idle, 0.0 if more and self._intake.keeps else SOON)
        await self._keep()
        if not self._ledger.idle and self._ledger.offset == before:
            await self._until(lambda: self._ledger.idle or self._ledger.offset != before, AGAIN - SOON)

    async def _keep(self) -> None:
        """Put into the inbox what is not answered yet, the oldest first: were a crash to leave a person's later move
        alone in there, the next run would answer it before the earlier one."""
        for number in self._ledger.open if self._intake.keeps else ():
            if await self._intake.keep(number) and self._intake.is_kept(number):
                self._ledger.kept(number)

    async def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not holds():
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

    def _settled(self, number: int, answered: bool) -> None:
        if answered:
            self._ledger.answered(number)
        else:
            self._ledger.failed(number)
        self._moved.set()


def is_late(incoming: Incoming, now: float, welcome: float) -> bool:
    """Whether it is a message that waited longer than its author will. A time nobody can have told in earnest counts as
    none: Telegram keeps messages for a day."""
    if not (now and incoming.date) or not brings_screen(incoming):
        return False
    return welcome < now - incoming.date <= KEPT


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
