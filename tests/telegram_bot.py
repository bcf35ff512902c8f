"""Running the Telegram channel against the fake: inside the test, or as the real process an operator would start."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.channels.telegram.run import serve
from bot.conversation import Book
from bot.sessions.memory import MemoryStore
from bot.sessions.model import Store
from tests.fake_telegram import FakeTelegram, Person

ROOT = Path(__file__).parents[1]
#: Seconds that anything may take; far beyond what it does take.
LONG = 20.0


@dataclass(frozen=True)
class Settings:
    token: str
    api_url: str
    hide_minutes: int = 30
    store: str = "sqlite"
    rate: float = 1000.0
    chat_rate: float = 1000.0
    webhook_url: str = ""
    webhook_listen: str = ""
    webhook_secret: str = ""


def new_store() -> MemoryStore:
    return MemoryStore(6 * 3600, 1000, lambda _: None)


@asynccontextmanager
async def answering(
    book: Book, store: Store | None = None, store_setting: str = "sqlite"
) -> AsyncIterator[FakeTelegram]:
    """A fake Telegram with our bot behind it, which must leave cleanly and never ask for what Telegram lacks."""
    async with FakeTelegram() as server, serving(server, book, store, store_setting):
        yield server
        assert server.violations == []


@asynccontextmanager
async def serving(
    server: FakeTelegram, book: Book, store: Store | None = None, store_setting: str = "sqlite"
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    chosen = Settings(server.token, server.url, store=store_setting)
    bot = asyncio.create_task(serve(chosen, book, store or new_store(), stop))
    try:
        yield
    finally:
        stop.set()
        code = await asyncio.wait_for(bot, LONG)
    assert code == 0


def environment(server: FakeTelegram, folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the machine the tests run on but where programs are found."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url, "XDG_RUNTIME_DIR": str(folder)}
    usual = {"STORE": "memory", "BOT_LOG_LEVEL": "DEBUG", "BOT_RATE": "1000", "BOT_CHAT_RATE": "1000"}
    return kept | own | usual | more


class Process:
    """`python main.py telegram`, and everything it printed over all its lives."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env, self.output = dict(env), ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "main.py", "telegram", cwd=ROOT, env=self.env,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip

    async def end(self, how: signal.Signals | None = None) -> int:
        """Send a signal, or just wait; the exit code."""
        assert self._process is not None
        if how is not None and self._process.returncode is None:
            self._process.send_signal(how)
        printed, _ = await asyncio.wait_for(self._process.communicate(), LONG)
        self.output += printed.decode()
        assert self._process.returncode is not None
        return self._process.returncode


@asynccontextmanager
async def running(server: FakeTelegram, folder: Path, **more: str) -> AsyncIterator[Process]:
    process = Process(environment(server, folder, **more))
    await process.start()
    try:
        yield process
    finally:
        await process.end(signal.SIGKILL)


def screens(person: Person) -> list[str]:
    """Texts of ours that the person sees."""
    return [message.text for message in person.visible() if message.by_bot]
