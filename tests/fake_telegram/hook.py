"""Telegram's side of a webhook: it brings each update to one of the addresses in turn, until somebody says 200.

As the real one: messages of a chat in their order, presses of a person in theirs, each row independent of the others;
after anything but 2xx again at once, then after 1, 2, 4 … seconds, or when `Retry-After` says; taps live 150 seconds. A
response may carry a call, which is carried out like any other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any

import aiohttp

from .check import parameters
from .methods import METHODS
from .rules import Refused
from .server import Call, FakeTelegram
from .world import CALLBACK_LIFE, UPDATE_LIFE, Waiting

READ_SECONDS = 60.0


class Hook:
    """`addresses`: where the replicas listen, behind a proxy that hands out connections in turn."""

    def __init__(self, server: FakeTelegram, addresses: Sequence[str], secret: str) -> None:
        self._server, self._addresses, self._secret = server, cycle(addresses), secret
        self.answers: Counter[int] = Counter()  # HTTP status (0: no answer) -> how often
        self._rows: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._queues: dict[tuple[str, int], list[Waiting]] = {}
        self._seen: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Hook:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=READ_SECONDS))
        self._task = asyncio.create_task(self._deliver())
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [*self._rows.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._session.close()

    async def _deliver(self) -> None:
        while True:
            for update in [one for one in self._server.world.waiting if one.id not in self._seen]:
                self._seen.add(update.id)
                row = row_of(update)
                self._queues.setdefault(row, []).append(update)
                if row not in self._rows or self._rows[row].done():
                    self._rows[row] = asyncio.create_task(self._empty(row))
            await asyncio.sleep(0.005)

    async def _empty(self, row: tuple[str, int]) -> None:
        while self._queues[row]:
            await self._bring(self._queues[row].pop(0))

    async def _bring(self, update: Waiting) -> None:
        pause = 0.0
        world = self._server.world
        life = CALLBACK_LIFE if update.kind == "callback_query" else UPDATE_LIFE
        while self._server.clock.now - update.born <= life:
            status, later = await self._post(update)
            self.answers[status] += 1
            if 200 <= status < 300:
                world.confirmed.add(update.id)
                break
            await asyncio.sleep(later if later is not None else pause)
            pause = min(max(1.0, pause * 2), 60.0)
        else:
            world.dropped.append(update.id)
        world.waiting = [one for one in world.waiting if one.id != update.id]
        self._server.changed()

    async def _post(self, update: Waiting) -> tuple[int, float | None]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret}
        try:
            async with self._session.post(next(self._addresses), json=update.body, headers=headers) as answer:
                status, later = answer.status, answer.headers.get("Retry-After")
                if status == 200 and answer.content_type == "application/json":
                    self._carry_out(await answer.json())
                return status, float(later) if later else None
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0, None

    def _carry_out(self, call: dict[str, Any]) -> None:
        method = call.pop("method")
        values, problem = parameters(method, call)
        if problem:
            self._server.violations.append(problem)
        with suppress(Refused):
            METHODS[method](self._server.world, values)
        self._server.calls.append(Call(f"in response: {method}", values, 200, "", self._server.clock.now))


def row_of(update: Waiting) -> tuple[str, int]:
    if update.kind == "callback_query":
        return "presses", int(update.body["callback_query"]["from"]["id"])
    holder = update.body.get("message") or update.body.get("my_chat_member") or {}
    return update.kind, int(holder.get("chat", {}).get("id", 0))
