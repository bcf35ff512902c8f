"""The process that is searched: where it may write, everything it wrote, and its lives and deaths."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fake_telegram import FakeTelegram
from tests.privacy.search import Hit, Searched

ROOT = Path(__file__).parents[2]
#: Seconds that anything may take; far beyond what it does take.
LONG = 60.0
#: As in deploy/janymda.service.
ALLOCATOR = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Subject:
    """`memory`: a folder on a memory file system; `disk`: one for all the rest (home, temporary files, output)."""

    def __init__(self, server: FakeTelegram, memory: Path, disk: Path, **more: str) -> None:
        self.memory, self.disk = memory, disk
        self.places = [disk / name for name in ("home", "temporary", "here", "printed")]
        for place in self.places:
            place.mkdir()
        self._clock, self._files, self._die = (disk / name for name in ("clock", "files", "die"))
        self._clock.write_text("0")
        self.token = memory.with_name(f"{memory.name}-token")  # an operator's file: not among what the bot writes
        self.token.write_text(server.token)
        own = {
            "TELEGRAM_BOT_TOKEN_FILE": str(self.token), "TELEGRAM_API_URL": server.url, "XDG_RUNTIME_DIR": str(memory),
            "HOME": str(disk / "home"), "TMPDIR": str(disk / "temporary"), "SQLITE_TMPDIR": str(disk / "temporary"),
            "PYTHONPATH": str(ROOT), "BOT_LOG_LEVEL": "DEBUG", "STORE": "sqlite",
            "CANARY_CLOCK": str(self._clock), "CANARY_FILES": str(self._files), "CANARY_DIE": str(self._die),
            "CANARY_URL": f"{server.url}/bot{server.token}/getUpdates",
        }  # fmt: skip
        self.env = {"PATH": os.environ.get("PATH", "")} | ALLOCATOR | own | more
        self.process: asyncio.subprocess.Process | None = None
        self._lives = 0

    async def start(self, *words: str) -> None:
        """One more life, as `main.py telegram`, up to its first poll; its output goes to files of its own."""
        self._lives += 1
        printed = self.disk / "printed"
        command = words or (sys.executable, "-m", "tests.privacy.inside", "telegram")
        with (printed / f"out{self._lives}").open("wb") as out, (printed / f"err{self._lives}").open("wb") as err:
            self.process = await asyncio.create_subprocess_exec(
                *command, cwd=self.disk / "here", env=self.env, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=err
            )
        async with asyncio.timeout(LONG):
            while self.process.returncode is None and not self.up:  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # it tells by its output alone

    async def end(self, how: signal.Signals | None = None) -> int:
        """Send a signal, or just wait; the exit code."""
        assert self.process is not None
        if how is not None and self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), LONG)

    @property
    def up(self) -> bool:
        """Whether the present life answers."""
        alive = self.process is not None and self.process.returncode is None
        return alive and b"started" in (self.disk / "printed" / f"err{self._lives}").read_bytes()

    def arm(self) -> None:
        """The next words that ask for it abort the process."""
        self._die.write_text("")

    def forward(self, hours: float) -> None:
        """The machine's clock, for the next life."""
        self._clock.write_text(str(float(self._clock.read_text()) + hours))

    # ---- what it wrote

    def look(self, searched: Searched) -> Counter[Hit]:
        """Through all it wrote: files, their names, what it printed, and files it holds open although deleted."""
        found: Counter[Hit] = Counter()
        for place in (*self.places, self.memory):
            found += searched.look_into(place)
        for data in self._held_open():
            found += searched.look(data)
        return found

    def _held_open(self) -> Iterator[bytes]:
        if self.process is None or self.process.returncode is not None:
            return
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            target = os.readlink(link)
            if target.startswith("/") and target.endswith(" (deleted)"):
                yield link.read_bytes()

    def strays(self) -> set[str]:
        """Files opened for writing that lie outside the places searched."""
        known = (*map(str, self.places), str(self.memory), "/dev/null")
        noted = set(self._files.read_text().splitlines()) - {":memory:"}
        assert noted, "the watch over files saw nothing"
        return {name for name in noted if not str(self.disk / "here" / name).startswith(known)}

    def litter(self) -> list[str]:
        """What lies in its home, its temporary folder and where it was started."""
        return [path.name for place in self.places if place.name != "printed" for path in place.rglob("*")]

    def printed(self) -> str:
        return "".join(path.read_text("utf-8", "replace") for path in sorted((self.disk / "printed").iterdir()))
