"""The connection to Redis, which may be gone at any moment. Then everybody is answered without it, and at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.sessions.clock import boottime
from bot.sessions.model import OnEvent, StoreRefused

#: The library's own types call every answer bytes or text, at once or later.
Client = Any

#: Before every name: others may use the same Redis.
PREFIX = "janymda:"
#: Seconds Redis may take. Longer, and it counts as gone: an answer without a session beats one that comes too late.
PATIENCE = 0.5
#: Seconds between two looks: for a Redis that is gone, and at one that is there.
KNOCK, BEAT = 0.5, 2.0
#: A machine not heard of for so many seconds no longer counts.
SILENT = 8.0
CONNECTIONS = 32
#: Machines assumed while we were never told: nobody takes Redis for one.
FEW = 3
PERSISTENT = "this Redis writes to a disk: start it with --save '' --appendonly no; sessions are kept in memory only"


class Link:
    """To be started before use. Times are Redis's own, in seconds since 1970: all machines have the same."""

    def __init__(self, url: str, on_event: OnEvent) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=PATIENCE,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),  # a failure is never hidden: behind it may stand an empty Redis
        )
        self._redis: Client = Redis.from_pool(pool)
        self._on_event = on_event
        self.name = os.urandom(8).hex().encode()  # of this machine
        self.machines = FEW
        self.up = False
        self.generation = 0  # how often the connection was made: each time Redis may have forgotten everything
        self._told = False
        self._shift = 0.0
        self._task: asyncio.Task[None] | None = None
        self._kick = asyncio.Event()
        self._again: list[Callable[[], Awaitable[None]]] = []

    def on_return(self, work: Callable[[], Awaitable[None]]) -> None:
        """To be done each time Redis is back."""
        self._again.append(work)

    async def start(self) -> None:
        """Raises StoreRefused if this Redis would write to a disk. One that is not there yet is waited for."""
        try:
            await self._look()
        except StoreRefused:
            await self.close()
            raise
        self._task = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self.up:
            await self.ask(lambda redis: redis.zrem(f"{PREFIX}machines", self.name), 0)
        self.up = False
        with suppress(RedisError, OSError, TimeoutError):
            await self._redis.aclose()

    async def ask(self, work: Callable[[Client], Awaitable[Any]], otherwise: Any = None) -> Any:
        """What Redis says, or `otherwise` when it is gone."""
        generation = self.generation
        if not self.up:
            return otherwise
        try:
            return await work(self._redis)
        except (RedisError, OSError, TimeoutError):
            if generation == self.generation:  # else this is late news of a loss that is over
                self._lose()
            return otherwise

    def now(self) -> float:
        return boottime() + self._shift

    # ---- inside

    def _lose(self) -> None:
        self.up = False
        self._kick.set()
        if not self._told:
            self._told = True
            self._on_event("shared_gone")

    async def _watch(self) -> None:
        while True:
            self._kick.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT if self.up else KNOCK):
                    await self._kick.wait()
            try:
                await self._look()
            except StoreRefused:  # somebody changed its settings while we run
                self._lose()

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(4 * PATIENCE):
                if not self.up:
                    await self._redis.connection_pool.disconnect()  # to the Redis that is gone
                    await self._refuse_disk()
                await self._beat()
        except (RedisError, OSError, TimeoutError):
            return self._lose()
        if self.up:
            return
        self.up, self.generation = True, self.generation + 1
        if self._told:
            self._told = False
            self._on_event("shared_back")
        for work in self._again:
            await work()

    async def _refuse_disk(self) -> None:
        try:
            found = await self._redis.config_get("save", "appendonly")
        except RedisError as error:
            if isinstance(error, ConnectionError | TimeoutError) or type(error).__name__ != "NoPermissionError":
                raise
            return self._on_event("shared_unchecked")
        told = {_text(name): _text(value) for name, value in found.items()}
        if told.get("save") or told.get("appendonly") == "yes":
            raise StoreRefused(PERSISTENT)

    async def _beat(self) -> None:
        """Take Redis's time, and tell the others that we are here."""
        seconds, micros = await self._redis.time()
        self._shift = seconds + micros / 1e6 - boottime()
        async with self._redis.pipeline(transaction=False) as many:
            many.zadd(f"{PREFIX}machines", {self.name: self.now()})
            many.zremrangebyscore(f"{PREFIX}machines", 0, self.now() - SILENT)
            many.zcard(f"{PREFIX}machines")
            many.expire(f"{PREFIX}machines", 60)
            self.machines = max(1, (await many.execute())[2])


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
