"""What scenes are played on: a fake Telegram, the real process with its output in a file, and people who look."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import conversation
from bot.channels.telegram.letters import unmarked
from bot.conversation import Book
from tests.fake_telegram import FakeTelegram, Person
from tests.reliability.case import Case
from tests.telegram_bot import environment, screens

ROOT = Path(__file__).parents[2]
#: Seconds that anything may take; far beyond what it does take.
LONG = 30.0
#: Secret part of the fake's token, the canaries every fake person carries, the beginning of everybody's chat id.
SECRETS = ("fake-token", "Canary", "canary", "42000000", "Traceback")


class Life:
    """The bot's process over all its lives; everything it prints is in one file."""

    def __init__(self, env: dict[str, str], output: Path, program: Sequence[str]) -> None:
        self.env, self.output, self.program = env, output, list(program)
        self.cwd = ROOT
        self.process: asyncio.subprocess.Process | None = None
        self.output.touch()

    @property
    def printed(self) -> str:
        return self.output.read_text("utf-8", "replace")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self, *before: str, answering: bool = True) -> None:
        """`before`: a command to run it under. With `answering`, until it says that it answers."""
        lives = self.printed.count("started\n")
        with self.output.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *before, sys.executable, *self.program, cwd=self.cwd, env=self.env, stdin=asyncio.subprocess.DEVNULL,
                stdout=output, stderr=output,
            )  # fmt: skip
        if answering:
            await until(lambda: self.printed.count("started\n") > lives or not self.alive)
            assert self.alive, self.printed[-500:]

    async def end(self, how: signal.Signals | None = None) -> int:
        """Send a signal, or just wait; the exit code."""
        assert self.process is not None
        if how is not None and self.alive:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), LONG)

    async def dies(self) -> None:
        await self.end(signal.SIGKILL)


class Bench:
    """`here`: a folder of this case on any disk; `memory`: one on a memory file system, for the sessions."""

    def __init__(self, book: Book, server: FakeTelegram, memory: Path, here: Path, case: Case) -> None:
        self.book, self.server, self.memory, self.here = book, server, memory, here
        inside = case.inside is not None
        program = ("-m", "tests.reliability.inside") if inside else ("main.py",)
        more = {"STORE": "sqlite", "RELIABILITY_FOLDER": str(here), "RELIABILITY_SET": json.dumps(case.inside or {})}
        kept = {name: value for name, value in more.items() if inside or name == "STORE"} | dict(case.env)
        self.life = Life(environment(server, memory, **kept), here / "printed", (*program, "telegram"))
        self.person = server.person(4_200_000_042)
        self._next = 4_200_000_100

    # ---- switches of `inside.py`

    def switch(self, name: str, value: object = "") -> None:
        (self.here / f"{name}.new").write_text(str(value))
        os.replace(self.here / f"{name}.new", self.here / name)

    def switch_off(self, name: str) -> None:
        (self.here / name).unlink(missing_ok=True)

    # ---- people

    def people(self, count: int) -> list[Person]:
        self._next += count
        return [self.server.person(number) for number in range(self._next - count, self._next)]

    async def opened(self, *people: Person) -> None:
        """/start, and the first screen is there."""
        chosen = people or (self.person,)
        for person in chosen:
            await person.start()
        for person in chosen:
            await self.until(lambda: screens(person))  # noqa: B023

    async def tap(self, name: str, person: Person | None = None) -> str:
        """Tap a button by the name of its label in words.yaml; the text that it should bring."""
        chosen, label = person or self.person, self.book.labels[name]
        button = next(one for one in chosen.live().buttons if one.label == label)
        await chosen.press(chosen.live(), button)
        return self.text_after(button.data)

    def text_after(self, data: str) -> str:
        screen = conversation.tap(self.book, data, "en", datetime.now(UTC)).screen
        return "" if screen.left else unmarked(screen.text).rstrip()

    async def shows(self, text: str, person: Person | None = None) -> None:
        chosen = person or self.person
        await self.until(lambda: screens(chosen)[-1:] == [text])

    async def card(self, person: Person | None = None) -> None:
        """Tap the red button; until the emergency card stands there."""
        await self.shows(await self.tap("help", person), person)

    async def back(self, person: Person | None = None) -> None:
        await self.shows(await self.tap("back", person), person)

    async def leaves(self, person: Person | None = None) -> None:
        """The exit; until the chat is empty."""
        chosen = person or self.person
        await self.tap("exit", chosen)
        await self.until(lambda: not chosen.visible())

    async def until(self, holds: Callable[[], object], seconds: float = LONG) -> None:
        await self.server.wait_for(holds, seconds)

    async def settled(self) -> None:
        await self.server.settle(LONG)

    async def one_screen(self, *people: Person) -> None:
        """Each sees one message, and it is ours."""
        await self.settled()
        for person in people or (self.person,):
            await self.until(lambda: len(person.visible()) == 1)  # noqa: B023
            assert screens(person)

    # ---- the log

    def logged(self, code: str) -> int:
        return sum(line.split()[1:2] == [code] for line in self.life.printed.splitlines())

    async def log_says(self, code: str, times: int = 1) -> None:
        await until(lambda: self.logged(code) >= times)

    # ---- the end

    async def finish(self) -> None:
        """Whoever comes after the fault is answered, and the process leaves as it should."""
        if not self.life.alive:
            return
        (witness,) = self.people(1)
        await self.opened(witness)
        await self.card(witness)
        await self.leaves(witness)
        assert await self.life.end(signal.SIGTERM) == 0

    def check(self) -> None:
        assert self.server.violations == [], "asked for what Telegram lacks"
        assert [word for word in SECRETS if word in self.life.printed] == [], "printed what it must not"


def play(case: Case, book: Book, memory: Path, here: Path) -> str:
    """One case from start to end; what was seen."""

    async def whole() -> str:
        assert case.scene is not None
        async with FakeTelegram() as server:
            bench = Bench(book, server, memory, here, case)
            try:
                told = await case.scene(bench)
                await bench.finish()
            finally:
                if bench.life.alive:
                    await bench.life.dies()
            bench.check()
            return told

    return asyncio.run(whole())


async def until(holds: Callable[[], object], seconds: float = LONG) -> None:
    """For what shows in files alone."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def all_of(work: Iterable[Awaitable[Any]]) -> None:
    await asyncio.gather(*work)
