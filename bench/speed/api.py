"""A Bot API server as light as Python allows, so that it is not what is measured: a bare asyncio protocol.

It checks nothing (`tests/fake_telegram` does) and knows what a load needs: who holds which message, which update
waits, and when the two calls of a tap have come.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

#: Seconds since 1970; every message has it, and none is too old.
DATE = 1_767_225_600
ME = {"id": 7, "is_bot": True, "first_name": "Info", "username": "fake_bot", "can_join_groups": True}
NOTHING_SET = {"name": "", "description": "", "short_description": ""}

Heard = Callable[[str, dict[str, Any]], None]


class Api:
    """One bot's server. `heard` is told each method with its parameters, once its answer is on the way."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.url = ""
        self.waiting: list[dict[str, Any]] = []
        self.polled = asyncio.Event()  # the bot has asked for updates at least once
        self._last_message, self._last_update = 0, 0
        self._poll: tuple[_Connection, asyncio.TimerHandle, int] | None = None
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        if self._server:
            self._server.close()

    def update(self, **body: Any) -> None:
        self._last_update += 1
        self.waiting.append({"update_id": self._last_update, **body})
        if self._poll:
            asyncio.get_running_loop().call_soon(self._hand_out)

    def new_message(self) -> int:
        self._last_message += 1
        return self._last_message

    # ---- inside

    def answer(self, connection: _Connection, method: str, values: dict[str, Any]) -> None:
        if method == "getUpdates":
            return self._updates(connection, values)
        result: Any = True
        if method == "getMe":
            result = ME
        elif method in ("sendMessage", "editMessageText"):
            result = self._message(method, values)
        elif method.startswith("getMy"):
            result = [] if method == "getMyCommands" else NOTHING_SET
        connection.send(result)
        self.heard(method, result if isinstance(result, dict) else values)

    def _message(self, method: str, values: dict[str, Any]) -> dict[str, Any]:
        chat, markup = int(values["chat_id"]), values.get("reply_markup", {})
        return {
            "message_id": self.new_message() if method == "sendMessage" else int(values["message_id"]),
            "from": ME,
            "chat": {"id": chat, **NAMES, "type": "private"},
            "date": DATE,
            "text": values["text"],
            "entities": [{"type": "bold", "offset": at * 20, "length": 12} for at in range(3)],
            "reply_markup": json.loads(markup) if isinstance(markup, str) else markup,
        }

    def _updates(self, connection: _Connection, values: dict[str, Any]) -> None:
        offset, seconds = int(values.get("offset", 0)), float(values.get("timeout", 0))
        self.waiting = [one for one in self.waiting if one["update_id"] >= offset]
        limit = int(values.get("limit", 100))
        if self.waiting or not seconds:
            connection.send(self.waiting[:limit])
        else:
            timer = asyncio.get_running_loop().call_later(seconds, self._hand_out)
            self._poll = connection, timer, limit
        self.polled.set()

    def _hand_out(self) -> None:
        if self._poll:
            (connection, timer, limit), self._poll = self._poll, None
            timer.cancel()
            connection.send(self.waiting[:limit])


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with a Content-Length, one request after the other: what the three clients speak."""

    def __init__(self, api: Api) -> None:
        self._api, self._read = api, b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._read) < end + 4 + length:
                return
            body, line = self._read[end + 4 : end + 4 + length], self._read[: self._read.find(b" HTTP/")]
            self._read = self._read[end + 4 + length :]
            self._api.answer(self, line.rpartition(b"/")[2].decode(), _values(body))

    def send(self, result: Any) -> None:
        body = json.dumps({"ok": True, "result": result}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        if self._transport and not self._transport.is_closing():
            self._transport.write(head + body)


def _values(body: bytes) -> dict[str, Any]:
    if body[:1] == b"{":
        found: dict[str, Any] = json.loads(body)
        return found
    return dict(parse_qsl(body.decode()))


#: As everybody has them: an update tells more of a person than any bot needs.
NAMES = {"first_name": "Somebody", "last_name": "Anybody", "username": "somebody_anybody"}
