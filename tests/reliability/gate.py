"""A wire between the bot and the fake Telegram that a case can cut, or leave hanging without a word."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit


class Gate:
    """Passes on what comes, until it is `cut` (connections break, new ones are refused) or `hush`ed (those that stand
    go on standing, and nothing passes any more: half-open)."""

    def __init__(self, url: str, name: str = "127.0.0.1") -> None:
        self._to, self._name = urlsplit(url), name
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._hushed: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://{self._name}:{self.port}"

    async def __aenter__(self) -> Gate:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self.break_all()

    def break_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    def hush(self) -> None:
        """All connections that stand now."""
        self._hushed |= self._writers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there, out = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._writers |= {writer, out}
        try:
            await asyncio.gather(self._pass(reader, out), self._pass(there, writer))
        finally:
            for one in (writer, out):
                self._writers.discard(one)
                one.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if writer not in self._hushed:
                    writer.write(data)
                    await writer.drain()
            if writer not in self._hushed:
                writer.close()
