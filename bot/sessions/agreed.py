"""What machines agree on through Redis: whose turn a person's is, how fast to ask Telegram, who has which update."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.sessions import seal
from bot.sessions.link import PREFIX, Client, Link
from bot.sessions.shared_keys import SharedKeys
from bot.sessions.together import Claim

#: Milliseconds after which a dead machine's lock falls; while alive it is renewed. Seconds between two looks at a lock
#: that another holds, growing; and after which we go on without it: an answer out of order beats none.
LOCK_MS, RENEW = 6_000, 2.0
LOOK, RAREST_LOOK, MOST_WAIT = 0.01, 0.2, 90.0
#: Seconds a claim holds; a dead machine's updates are then anybody's. And seconds that "answered" is remembered, as
#: long as Telegram may repeat an update.
CLAIM, DONE = 20, 86_400
#: Seconds for which a person's latest update is remembered: as long as an older one could turn up in the inbox.
LATEST = 1_800

_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
_EXTEND = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
_NEWEST = """
local latest = redis.call('get', KEYS[1])
if latest and tonumber(latest) > tonumber(ARGV[1]) then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'ex', ARGV[2])
return 1
"""
#: A bucket by Redis's own clock: how many of those wanted may go now, and the microseconds until the next may.
_SLOTS = """
local time = redis.call('time')
local now = time[1] * 1000000 + time[2]
local due = tonumber(redis.call('get', KEYS[1]) or 0)
local gap, slack, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local given = 0
while given < wanted and due - slack <= now do
  due = math.max(due, now) + gap
  given = given + 1
end
if given > 0 then redis.call('set', KEYS[1], string.format('%.0f', due), 'px', 60000) end
return {given, math.max(0, due - slack - now)}
"""


class Agreed:
    def __init__(self, link: Link, keys: SharedKeys) -> None:
        self._link, self._keys = link, keys
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def machines(self) -> int:
        return 0 if self._link.up else self._link.machines

    @asynccontextmanager
    async def lock(self, person: str) -> AsyncIterator[None]:
        keys = await self._keys.get()
        name = f"{PREFIX}lock:{seal.row_key(keys[0], person).hex()}" if keys else ""
        token = os.urandom(8).hex()
        held = bool(name) and await self._acquire(name, token)
        renewing = asyncio.create_task(self._renew(name, token)) if held else None
        try:
            yield
        finally:
            if renewing is not None:
                renewing.cancel()
                await self._link.ask(lambda redis: redis.eval(_RELEASE, 1, name, token), 0)

    async def slots(self, rate: float, wanted: int) -> tuple[int, float]:
        gap = 1_000_000 / rate
        slack = (max(1.0, rate / 5) - 1.0) * gap
        ask = (f"{gap:.0f}", f"{slack:.0f}", str(wanted))
        given, micros = await self._link.ask(lambda redis: redis.eval(_SLOTS, 1, f"{PREFIX}budget", *ask), (0, 50_000))
        return given, max(micros / 1e6, 0.001)

    async def claim(self, number: int) -> Claim:
        mine = self._link.name
        before = await self._link.ask(lambda redis: redis.set(_seen(number), mine, nx=True, ex=CLAIM, get=True))
        if before in (None, mine):
            return "ours"
        return "done" if before == b"done" else "taken"

    async def newest(self, person: str, number: int) -> bool:
        keys = await self._keys.get()
        if not keys:
            return True
        name = f"{PREFIX}latest:{seal.row_key(keys[0], person).hex()}"
        return bool(await self._link.ask(lambda redis: redis.eval(_NEWEST, 1, name, str(number), str(LATEST)), True))

    async def settle(self, number: int, safe: bool) -> None:
        async def work(redis: Client) -> None:
            if safe:
                await redis.set(_seen(number), b"done", ex=DONE)
            else:
                await redis.delete(_seen(number))

        await self._link.ask(work)

    # ---- inside

    async def _acquire(self, name: str, token: str) -> bool:
        pause, waited = LOOK, 0.0
        while waited < MOST_WAIT and self._link.up:
            if await self._link.ask(lambda redis: redis.set(name, token, nx=True, px=LOCK_MS)):
                return True
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(pause * 1.5, RAREST_LOOK)
        return False

    async def _renew(self, name: str, token: str) -> None:
        while True:
            await asyncio.sleep(RENEW)
            await self._link.ask(lambda redis: redis.eval(_EXTEND, 1, name, token, str(LOCK_MS)), 0)


def _seen(number: int) -> str:
    return f"{PREFIX}seen:{number}"
