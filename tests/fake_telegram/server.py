"""The fake Bot API server: HTTP in front of the world, a record of every call, and the waiting that tests need."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Self

from aiohttp import web

from .check import parameters, spec
from .clock import Clock
from .methods import METHODS, subscribe
from .person import Person
from .rules import Refused
from .troubles import Failure, Halt, Kind, Troubles
from .world import Chat, World

NO_SUCH_METHOD = Refused(404, "Not Found")
OTHER_POLLER = Refused(
    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_SET = Refused(
    409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
POLL_SECONDS = 50


@dataclass
class Call:
    """One request; status 0: the connection was dropped, so the bot never saw an answer."""

    method: str
    params: dict[str, Any]
    status: int = 0
    description: str = ""
    at: float = 0.0


class FakeTelegram:
    def __init__(self, token: str = "700000001:fake-token", limits: bool = False) -> None:
        self.token, self.clock = token, Clock()
        number = token.partition(":")[0]  # a token begins with its bot's id
        bot_id = int(number) if number.isdigit() else 1
        me = {"id": bot_id, "is_bot": True, "first_name": "Info", "username": "fake_bot"}
        abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
        self.world = World(self.clock, me | abilities)
        self.troubles = Troubles(self.clock, limits)
        self.calls: list[Call] = []  # in the order in which they were answered
        self.violations: list[str] = []  # requests that the Bot API does not describe
        self.conflicts = 0  # polls that ended because a second poller came
        self.url = ""
        self.polls = 0  # how often updates were asked for
        self._busy = 0
        self._open = True
        self._change = asyncio.Event()

    # -- life

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/{bot}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = site.name
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        self.changed()
        await self._runner.cleanup()

    # -- for tests

    def person(self, chat_id: int, language_code: str = "en", first_name: str = "", username: str = "") -> Person:
        """A person who may write to the bot; names default to canaries that must turn up nowhere."""
        names = {"first_name": first_name or f"CanaryFirst{chat_id}", "last_name": f"CanaryLast{chat_id}"}
        names |= {"username": username or f"canary_user_{chat_id}"}
        user = {"id": chat_id, "is_bot": False, **names, "language_code": language_code}
        return self.join(Person(self, user, {"id": chat_id, "type": "private", **names}))

    def join(self, person: Person) -> Person:
        self.world.chats.setdefault(person.chat_id, Chat(person.chat_body))
        return person

    def fail(
        self,
        method: str,
        kind: Kind = "error",
        times: int = 1,
        *,
        code: int = 500,
        description: str = "Internal Server Error",
        seconds: float = 0.0,
        applied: bool = False,
    ) -> Failure:
        """The next `times` calls of a method ("*": of any) go wrong; `applied`: only their answers do."""
        failure = Failure(method, kind, times, code, description, seconds, applied)
        self.troubles.failures.append(failure)
        return failure

    def flood(self, seconds: float, method: str = "*", chat_id: int | None = None) -> None:
        """429 until so many seconds have passed on the fake's clock; who comes earlier is in `troubles.too_early`."""
        self.troubles.halts.append(Halt(method, chat_id, self.clock.now + seconds))

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def is_confirmed(self, update_id: int) -> bool:
        return update_id in self.world.confirmed

    async def wait_confirmed(self, update_id: int, timeout: float = 5.0) -> None:
        await self.wait_for(lambda: self.is_confirmed(update_id), timeout)

    async def wait_for(self, predicate: Callable[[], object], timeout: float = 5.0) -> None:
        """Waits until the predicate holds, looking again whenever something happened; raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while not predicate():
                await self._sleep(0.1)

    async def settle(self, timeout: float = 5.0, quiet: float = 0.1) -> None:
        """Waits until every update was confirmed or dropped and the bot has called nothing for `quiet` seconds."""
        async with asyncio.timeout(timeout):
            while True:
                before = self._calls_but_polls()
                await asyncio.sleep(quiet)
                self.world.expire()
                if not self.world.waiting and not self._busy and before == self._calls_but_polls():
                    return

    def changed(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    def _calls_but_polls(self) -> int:
        return sum(call.method != "getUpdates" for call in self.calls)

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._change.wait(), seconds)

    # -- HTTP

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["bot"] != f"bot{self.token}":
            self.calls.append(Call(method, {}, 401, "Unauthorized", self.clock.now))
            return failed(Refused(401, "Unauthorized"))
        call = Call(method, await body_of(request))
        self._busy += method != "getUpdates"
        try:
            answer = await self._spoilt(request, call, self.troubles.next(method))
            answer.headers["Date"] = formatdate(self.clock.now, usegmt=True)
            return answer
        finally:
            self._busy -= method != "getUpdates"
            call.at = self.clock.now
            self.calls.append(call)
            self.changed()

    async def _spoilt(self, request: web.Request, call: Call, failure: Failure | None) -> web.StreamResponse:
        if failure and failure.kind == "delay":
            await asyncio.sleep(failure.seconds)
            failure = None
        answer = None if failure and not failure.applied else await self._answer(request, call)
        if failure is None:
            assert answer is not None
            return answer
        call.status, call.description = 0, failure.kind
        if failure.kind == "drop":
            if request.transport:
                request.transport.abort()
            return web.Response()
        if failure.kind == "truncated":
            call.status = 200
            return web.Response(text='{"ok":true,"result":{"mess', content_type="application/json")
        if failure.kind in ("garbage", "unwilling"):
            call.status = 200
            packed = {"body": b"\x1f\x8b" + bytes(30), "headers": {"Content-Encoding": "gzip"}}
            return web.Response(**packed) if failure.kind == "garbage" else web.json_response({"ok": False})
        call.status, call.description = failure.code, failure.description
        if failure.kind == "html":
            page = f"<html><head><title>{failure.code}</title></head><body>nginx</body></html>"
            return web.Response(status=failure.code, text=page, content_type="text/html")
        return failed(Refused(failure.code, failure.description))

    async def _answer(self, request: web.Request, call: Call) -> web.Response:
        try:
            result = await self._result(request, call)
        except Refused as refused:
            call.status, call.description = refused.code, refused.description
            return failed(refused)
        call.status = 200
        return web.json_response({"ok": True, "result": result})

    async def _result(self, request: web.Request, call: Call) -> Any:
        if call.method not in spec()["methods"]:
            self.violations.append(f"{call.method}: no such method")
            raise NO_SUCH_METHOD
        call.params, problem = parameters(call.method, call.params)
        if problem:
            self.violations.append(problem)
            raise Refused(400, f"Bad Request: {problem}")
        self.troubles.check(call.method, call.params)
        if call.method == "getUpdates":
            return await self._updates(request, call.params)
        return METHODS[call.method](self.world, call.params)

    async def _updates(self, request: web.Request, params: dict[str, Any]) -> list[dict[str, Any]]:
        """The real server also slows down polls that repeat an offset within three seconds; tests do without."""
        if self.world.webhook:
            raise WEBHOOK_SET
        self.polls += 1
        mine = self.polls
        self.changed()  # ends the poll that waits
        subscribe(self.world, params)
        self.world.confirm(params.get("offset", 0))
        limit = min(max(params.get("limit", 100), 1), 100)
        loop = asyncio.get_running_loop()
        until = loop.time() + min(params.get("timeout", 0), POLL_SECONDS)
        while True:
            if mine != self.polls:
                # A killed bot's poll may still hang here: only one that somebody waits for is a conflict.
                self.conflicts += bool(request.transport and not request.transport.is_closing())
                raise OTHER_POLLER
            self.world.expire()
            if self.world.waiting or loop.time() >= until or not self._open:
                return [update.body for update in self.world.waiting[:limit]]
            await self._sleep(until - loop.time())


async def body_of(request: web.Request) -> dict[str, Any]:
    """Parameters as they came: from the query, a JSON object, or a form."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            found = json.loads(await request.read() or b"{}")
        except ValueError:
            found = None
        return values | (found if isinstance(found, dict) else {"(body)": "not a JSON object"})
    return values | dict(await request.post())


def failed(refused: Refused) -> web.Response:
    body = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)
