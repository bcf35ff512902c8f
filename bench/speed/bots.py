"""The contenders as processes of their own, and what the system says of them: CPU and memory."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKEN = "700000001:fake-token"
#: The limits of Telegram would be measured instead of the bot, so they are lifted.
NO_LIMITS = {"BOT_RATE": "10000", "BOT_CHAT_RATE": "10000"}

#: As found at the start, before anybody is bound to one of them.
CORES = sorted(os.sched_getaffinity(0))


@dataclass(frozen=True, eq=False)
class Bot:
    name: str
    command: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


def _peer(module: str) -> tuple[str, ...]:
    return "-m", f"bench.speed.peers.{module}"


def ours(store: str) -> Bot:
    return Bot(f"(d) this bot, STORE={store}", ("main.py", "telegram"), {"STORE": store, "BOT_LOG_LEVEL": "ERROR"})


BARE = Bot("(a) python-telegram-bot, constant screen", _peer("constant"))
HANDLER = Bot("(b) python-telegram-bot, ConversationHandler", _peer("conversation"))
DIALOG = Bot("(c) aiogram_dialog", _peer("dialogs"))
CONTENDERS = (BARE, HANDLER, DIALOG, ours("none"), ours("sqlite"))


class Running:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far, all threads."""
        stat = Path(f"/proc/{self._process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in stat.iterdir()) / 1e9

    @property
    def memory(self) -> int:
        """Bytes of its own: resident, without what it shares with files."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 10.0)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def running(bot: Bot, url: str, folder: Path) -> AsyncIterator[Running]:
    """The bot on the second core, where there is one: the first is the server's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    addresses = {"BENCH_TOKEN": TOKEN, "BENCH_URL": url, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url}
    own = {"XDG_RUNTIME_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *bot.command, cwd=ROOT, env=kept | addresses | own | NO_LIMITS | dict(bot.settings),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    os.sched_setaffinity(process.pid, {CORES[-1]})
    try:
        yield Running(process)
    finally:
        await Running(process).end()


def keep_to_the_first_core() -> None:
    os.sched_setaffinity(0, {CORES[0]})
