"""The library's HTTP transport, exchanged for one on aiohttp.

Two reasons. The default client is four fifths of what a tap costs; and it, like the library around it, puts the token
(part of every URL) and whole answers (names, words) into exceptions and log lines. Here nothing is logged, and an error
says what kind of thing went wrong and nothing else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.request import getproxies

import aiohttp
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

#: Seconds. An edit that took longer has lost its reader; the tap can be repeated.
CONNECT, READ, TOTAL = 5.0, 10.0, 15.0
#: At a time: what the outbox has under way, answers to presses, and the poll that waits for news. A request that waited
#: for a connection in here could not be told from one that was sent.
CONNECTIONS = 256

_JSON = {"Content-Type": "application/json"}
_SHORT = 200  #: characters of a refusal's description; Telegram's own are shorter
#: As the library reads a refusal.
_REFUSALS = {400: BadRequest, 401: InvalidToken, 403: Forbidden, 404: InvalidToken, 409: Conflict}
_UNSURE = "the answer did not come in time"
_BROKEN = "the connection failed"
_UNREADABLE = "the answer could not be read"


class NotSent(NetworkError):
    """The connection never stood, so the request cannot have been carried out: repeating it is safe."""


class Slowed(TelegramError):
    """429: not before so many seconds. (The library's own error for it warns whenever the number is read.)"""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class Cut(NetworkError):
    """The connection broke while the answer was awaited: the request may or may not have been carried out."""


class Transport(BaseRequest):
    """Posts JSON over one kept-alive pool."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._told: tuple[Mapping[str, str], float] | None = None

    @property
    def read_timeout(self) -> float | None:
        return READ

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool, for the receive loop, which reads raw updates past the library."""
        if self._session is None:
            raise RuntimeError("the transport is not open")
        return self._session

    def telegram_time(self) -> float:
        """Seconds since 1970 by the clock of the server that answered last: ours may jump. 0: not told."""
        if self._told is None or not (date := told_date(self._told[0])):
            return 0.0
        return date + asyncio.get_running_loop().time() - self._told[1]

    async def initialize(self) -> None:
        if self._session is None:
            limits = aiohttp.ClientTimeout(total=TOTAL, sock_connect=CONNECT, sock_read=READ)
            pool = aiohttp.TCPConnector(limit=CONNECTIONS)
            # "Trusting" also means to look for stored logins, for every request in two threads, which costs more than
            # the request: so only where a proxy is set.
            self._session = aiohttp.ClientSession(
                connector=pool, timeout=limits, trust_env=bool(getproxies()), raise_for_status=False
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        """Raises `NotSent`, `Cut`, `TimedOut` (both: may have been carried out) or `Slowed`, never with a URL."""
        return await self._carried(url, request_data.parameters if request_data else {}, method)

    async def ask(self, url: str, parameters: Mapping[str, object]) -> Any:
        """The bare `result`, with the library's errors, but without its looking at every part of every parameter."""
        status, payload = await self._carried(url, parameters)
        if 200 <= status < 300:
            return self.parse_json_payload(payload)["result"]
        words = (read_object(payload) or {}).get("description")
        raise _REFUSALS.get(status, NetworkError)(words or str(status))

    async def _carried(self, url: str, parameters: Mapping[str, object], method: str = "POST") -> tuple[int, bytes]:
        body = json.dumps(parameters, ensure_ascii=False).encode("utf-8", "replace")
        outcome = await self._exchange(method, url, body)
        if isinstance(outcome, TelegramError):
            try:
                raise outcome  # outside the handler: the original error, which holds the URL, does not travel along
            finally:
                del outcome  # else it would hold itself, and what was sent, until Python looks for garbage
        return _tidied(*outcome)

    async def _exchange(self, method: str, url: str, body: bytes) -> tuple[int, bytes] | TelegramError:
        try:
            async with self.session.request(method, url, data=body, headers=_JSON) as answer:
                self._told = answer.headers, asyncio.get_running_loop().time()
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
            return NotSent(_BROKEN)
        except TimeoutError:
            return TimedOut(_UNSURE)
        except (aiohttp.ClientError, OSError):
            return Cut(_BROKEN)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The library's own version logs what it cannot read, words and all."""
        data = read_object(payload)
        if data is None or data.get("ok") is False:
            raise TimedOut(_UNREADABLE)  # carried out or not, as with an answer that never came
        return data


class Api(Bot):
    """The library's bot, called by plain method names.

    Its own methods turn each answer into objects that carry the person's name; `call` hands back only Telegram's bare
    result, of which we keep a message id.
    """

    __slots__ = ()

    async def call(self, method: str, **parameters: object) -> Any:
        """The `result` of a Bot API method. Raises `telegram.error.TelegramError`."""
        transport = self.request
        assert isinstance(transport, Transport)
        return await transport.ask(f"{self.base_url}/{method}", parameters)


def told_date(headers: Mapping[str, str]) -> float:
    """When an answer was written, by the clock of who wrote it: ours may jump. Seconds since 1970; 0: not told."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def read_object(payload: bytes) -> dict[str, Any] | None:
    """A JSON object, or None. Deep nesting and endless digits are refused like any other nonsense."""
    try:
        data = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def seconds_to_wait(answer: dict[str, Any]) -> int:
    """What a 429 asks for, at least one second."""
    parameters = answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return max(1, wait) if isinstance(wait, int) and not isinstance(wait, bool) else 1


def _tidied(status: int, payload: bytes) -> tuple[int, bytes]:
    """A refusal reduced to its description: proxies answer with pages that the library would put into its error."""
    if 200 <= status < 300:
        return status, payload
    answer = read_object(payload) or {}
    if status == 429:
        raise Slowed(seconds_to_wait(answer))
    words = answer.get("description")
    return status, json.dumps({"description": words[:_SHORT] if isinstance(words, str) else ""}).encode()
