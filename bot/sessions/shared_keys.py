"""The day's keys of everything we put into Redis: there too, under expiry, and gone with it."""

from __future__ import annotations

import os

from bot.sessions import seal
from bot.sessions.link import PREFIX, Client, Link

DAY = 86_400.0


class SharedKeys:
    """Asked for once a day, and again after Redis was gone. `ttl`: seconds a session lives."""

    def __init__(self, link: Link, ttl: float) -> None:
        self._link, self._span, self._ttl = link, max(DAY, ttl), ttl
        self._known: dict[tuple[int, int], bytes] = {}

    async def get(self) -> tuple[bytes, ...]:
        """Today's and, while something sealed with it may live, yesterday's; empty while Redis is gone."""
        day = int(self._link.now() // self._span)
        found = [await self._key(day), await self._key(day - 1)]
        return tuple(key for key in found if key) if self._link.up else ()

    async def _key(self, day: int) -> bytes:
        name = (self._link.generation, day)
        if name not in self._known:
            key: bytes = await self._link.ask(lambda redis: self._fetch(redis, day), b"")
            if not key:
                return b""
            self._known = {one: value for one, value in self._known.items() if one[0] == name[0] and one[1] >= day - 1}
            self._known[name] = key
        return self._known[name]

    async def _fetch(self, redis: Client, day: int) -> bytes:
        name = f"{PREFIX}key:{day}"
        until = int((day + 1) * self._span + self._ttl) + 60
        await redis.set(name, os.urandom(seal.KEY_SIZE), nx=True, exat=until)
        found: bytes | None = await redis.get(name)
        return found or b""
