"""Many people at one bot: they tap, wait for both calls of the answer, and are timed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.speed.api import DATE, NAMES, Api

#: Seconds after which a tap counts as lost.
PATIENCE = 30.0

Sensible = Callable[[str], bool]


class People:
    """`sensible` says of a button's data whether a tap on it is one: an exit, say, is no tap that edits a screen."""

    def __init__(self, count: int, sensible: Sensible, first: int = 1_000_000) -> None:
        self.api, self.first = Api(self._heard), first
        self._chats = [first + at for at in range(count)]
        self._messages: dict[int, dict[str, Any]] = {}
        self._expected: dict[int, asyncio.Event] = {}
        self._open: dict[int, tuple[float, set[str], asyncio.Future[float]]] = {}
        self._sensible, self._chance, self._turn = sensible, random.Random(7), 0

    async def join(self) -> None:
        """Everybody says /start and gets a screen."""
        await self._start(self._chats)

    async def pass_through(self, first: int, count: int) -> None:
        """So many others say /start, get a screen, and are heard of no more."""
        for at in range(first, first + count, 200):
            chats = range(at, min(at + 200, first + count))
            await self._start(chats)
            for chat in chats:
                del self._messages[chat]

    async def _start(self, chats: Sequence[int]) -> None:
        """A few at a time."""
        for at in range(0, len(chats), 50):
            some = chats[at : at + 50]
            for chat in some:
                self.say_start(chat)
            await self.answered(some)

    async def answered(self, chats: Sequence[int]) -> None:
        """Until each of them has a screen. TimeoutError if somebody never gets one."""
        async with asyncio.timeout(PATIENCE):
            while missing := next((chat for chat in chats if chat not in self._messages), 0):
                self._expected[missing] = arrived = asyncio.Event()
                await arrived.wait()

    def say_start(self, chat: int) -> None:
        entity = {"type": "bot_command", "offset": 0, "length": 6}
        self.api.update(message=_body(chat, self.api.new_message()) | {"text": "/start", "entities": [entity]})

    async def tap(self) -> float:
        """The next person taps; seconds until both calls of the answer had come. TimeoutError if they never do."""
        chat = self._chats[self._turn % len(self._chats)]
        self._turn += 1
        if chat in self._open:
            return await asyncio.wait_for(asyncio.shield(self._open[chat][2]), PATIENCE)
        message, done = self._messages[chat], asyncio.get_running_loop().create_future()
        press = {"id": str(chat), "from": _person(chat), "message": message, "chat_instance": "-1"}
        self._open[chat] = time.perf_counter(), set(), done
        self.api.update(callback_query=press | {"data": self._data(message)})
        return await asyncio.wait_for(done, PATIENCE)

    async def saturate(self, seconds: float, together: int = 64) -> int:
        """So many taps open at any moment; how many were answered in that time."""
        until, count = time.perf_counter() + seconds, 0

        async def one_after_the_other() -> None:
            nonlocal count
            while time.perf_counter() < until:
                await self.tap()
                count += 1

        await asyncio.gather(*(one_after_the_other() for _ in range(together)))
        return count

    async def arrive(self, rate: float, seconds: float) -> list[float]:
        """Taps at random moments, `rate` a second on average; how long each took."""
        taps: list[asyncio.Task[float]] = []
        at, until = time.perf_counter(), time.perf_counter() + seconds
        while (at := at + self._chance.expovariate(rate)) < until:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            taps.append(asyncio.create_task(self.tap()))
        return await asyncio.gather(*taps)

    # ---- inside

    def _data(self, message: dict[str, Any]) -> str:
        """Any button that makes sense, each as likely."""
        rows: list[list[dict[str, str]]] = message["reply_markup"]["inline_keyboard"]
        keys = [key["callback_data"] for row in rows for key in row if "callback_data" in key]
        return self._chance.choice([data for data in keys if self._sensible(data)])

    def _heard(self, method: str, told: dict[str, Any]) -> None:
        if method in ("sendMessage", "editMessageText"):
            chat = told["chat"]["id"]
            self._messages[chat] = told
            if chat in self._expected:
                self._expected.pop(chat).set()
        elif method == "answerCallbackQuery":
            chat = int(told["callback_query_id"])
        else:
            return
        if chat in self._open:
            began, calls, done = self._open[chat]
            calls.add(method)
            if len(calls) == 2 and not done.done():
                del self._open[chat]
                done.set_result(time.perf_counter() - began)


def _person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, **NAMES, "language_code": "en"}


def _body(chat: int, message: int) -> dict[str, Any]:
    where = {"id": chat, **NAMES, "type": "private"}
    return {"message_id": message, "from": _person(chat), "chat": where, "date": DATE}
