"""The webhook: Telegram brings each update, and keeps it until we answer 200. We do so once it is safe, not sooner.

The answer to the press rides in the response, so a tap costs one outgoing request. The screen does not: whether it
arrived could not be known. Behind a proxy (deploy/) that does TLS; nothing here is logged, and nothing told but a code.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import replace

from aiohttp import web

from bot.channels.telegram import updates
from bot.channels.telegram.intake import Deeds, Intake
from bot.channels.telegram.people import person_of
from bot.channels.telegram.receive import WELCOME, is_late
from bot.channels.telegram.transport import read_object
from bot.channels.telegram.updates import Incoming
from bot.logs import event
from bot.sessions.inbox import Inbox
from bot.sessions.together import Alone, Together

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
#: Bytes of one update; Telegram's have a few thousand. Seconds in which its body has to arrive.
MOST_BYTES, READING = 2**20, 10.0
#: Updates that may wait where the inbox keeps them, and where Telegram itself has to.
MOST_KEPT, MOST_OPEN = 2_000, 100
#: Seconds a response may wait for its answer; Telegram gives up after 60.
HOLD = 20.0
#: Seconds after which Telegram may come again: when we leave, when another machine is at it, when there is too much.
LEAVING, TAKEN, OVERLOADED = 1, 2, 5
#: Numbers of answered updates that are remembered.
REMEMBERED = 4_000
#: Seconds between two looks for what a dead machine left.
ORPHANS = 5.0
#: Seconds that what is under way may take once we were told to stop.
FINISHING = 2.5


class Webhook:
    """`telegram_time`: seconds since 1970 by Telegram's clock, 0 if unknown."""

    def __init__(
        self,
        deeds: Deeds,
        secret: str,
        inbox: Inbox | None = None,
        together: Together | None = None,
        welcome: float = WELCOME,
        telegram_time: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._urgency, self._secret, self._welcome = deeds.urgency, secret.encode(), welcome
        self._intake = Intake(deeds, self._settled, inbox, welcome)
        self._together, self._telegram_time = together or Alone(), telegram_time
        self._answered: dict[int, None] = {}
        self._waiting: dict[int, asyncio.Future[bool]] = {}  # updates whose response waits for the answer
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = False

    def app(self, path: str) -> web.Application:
        """Serves updates at `path`, and `/health` and `/ready` for whoever watches the process."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post(path, self._receive)
        app.router.add_get("/health", self._health)
        app.router.add_get("/ready", self._readiness)
        app.on_response_prepare.append(_say_little)
        return app

    async def run(self, stop: asyncio.Event) -> None:
        """Take up what was left, then whatever comes, until told to stop."""
        self._ready = True
        while not stop.is_set():
            for number in await self._intake.resume(self._is_newest):
                await self._together.settle(number, True)
            try:
                await asyncio.wait_for(stop.wait(), ORPHANS)
            except TimeoutError:
                continue
        self._ready = False
        await self._intake.drained(FINISHING)
        for waiter in self._waiting.values():
            waiter.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)

    # ---- what is asked

    async def _health(self, _: web.Request) -> web.Response:
        """That this is answered at all is the answer."""
        return web.json_response({"alive": True})

    async def _readiness(self, _: web.Request) -> web.Response:
        ready = self._ready and not self._is_full()
        return web.json_response({"ready": ready}, status=200 if ready else 503)

    async def _receive(self, request: web.Request) -> web.Response:
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._secret):
            return web.Response(status=403)
        if not self._ready:
            return _later(LEAVING)
        try:
            async with asyncio.timeout(READING):
                body = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        incoming = updates.parse(read_object(body))
        if incoming is None:  # nothing that could be answered, ever
            event("update-unreadable")
            return web.Response()
        if self._is_full() and not self._urgency(incoming):
            event("overloaded")
            return _later(OVERLOADED)
        return await self._answer(incoming)

    async def _answer(self, incoming: Incoming) -> web.Response:
        number = incoming.id
        if number in self._answered or self._intake.is_kept(number):
            return _taken_up(incoming.press)
        if number not in self._waiting:
            self._waiting[number] = asyncio.get_running_loop().create_future()
            claim = await self._together.claim(number)
            if claim != "ours":
                self._waiting.pop(number).cancel()
                return _taken_up(incoming.press) if claim == "done" else _later(TAKEN)
            await self._is_newest(incoming)
            if is_late(incoming, self._telegram_time(), self._welcome):
                self._intake.put_late(incoming)
                self._intake.go_late()
                self._settled(number, True)
                return _taken_up(incoming.press)
            self._intake.put(replace(incoming, press=""))  # pressed buttons are answered right here
            if self._intake.keeps and await self._intake.keep(number):
                self._release(number, True)
                await self._together.settle(number, True)
                return _taken_up(incoming.press)
        return await self._hold(number, incoming.press)

    async def _hold(self, number: int, press: str) -> web.Response:
        """Nowhere safe but at Telegram: say 200 only when it is answered."""
        waiter = self._waiting.get(number)
        if waiter is None:
            return _taken_up(press) if number in self._answered else _later(TAKEN)
        done, _ = await asyncio.wait({waiter}, timeout=HOLD)
        safe = bool(done) and not waiter.cancelled() and waiter.result()
        return _taken_up(press) if safe else _later(TAKEN if self._ready else LEAVING)

    # ---- inside

    async def _is_newest(self, incoming: Incoming) -> bool:
        """What a dead machine left is no longer wanted once the person did something newer elsewhere."""
        return await self._together.newest(person_of(incoming.chat), incoming.id)

    def _is_full(self) -> bool:
        return self._intake.waiting >= (MOST_KEPT if self._intake.keeps else MOST_OPEN)

    def _settled(self, number: int, answered: bool) -> None:
        if answered:
            self._answered[number] = None
            while len(self._answered) > REMEMBERED:
                del self._answered[next(iter(self._answered))]
        self._release(number, answered)
        task = asyncio.create_task(self._together.settle(number, answered))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _release(self, number: int, safe: bool) -> None:
        waiter = self._waiting.pop(number, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(safe)


async def _body(request: web.Request) -> bytes:
    """Not `request.read()`: it keeps what it read in the request, and the server the request until the next one."""
    parts, size = [], 0
    async for part in request.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=MOST_BYTES, actual_size=size)
    return b"".join(parts)


def _taken_up(press: str) -> web.Response:
    """200; and the button that was pressed stops spinning."""
    if not press:
        return web.Response()
    return web.json_response({"method": "answerCallbackQuery", "callback_query_id": press})


def _later(seconds: int) -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(seconds)})


async def _say_little(_: web.Request, response: web.StreamResponse) -> None:
    """Neither program nor version: nobody needs them but who looks for holes."""
    response.headers.pop("Server", None)
