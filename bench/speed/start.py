"""From the start of a process to its first answer: a /start is waiting already."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.speed.bots import CONTENDERS, Bot, running
from bench.speed.people import People


async def measure(folder: Path, rounds: int) -> dict[Bot, list[tuple[float, float]]]:
    """(seconds on the clock, seconds of CPU), all contenders by turns."""
    seen: dict[Bot, list[tuple[float, float]]] = {bot: [] for bot in CONTENDERS}
    for number in range(rounds):
        for at, bot in enumerate(CONTENDERS):
            own = folder / f"start-{number}-{at}"
            own.mkdir()
            seen[bot].append(await _once(bot, own))
    return seen


async def _once(bot: Bot, folder: Path) -> tuple[float, float]:
    people = People(1, lambda data: True)
    await people.api.open()
    people.say_start(people.first)
    began = time.perf_counter()
    async with running(bot, people.api.url, folder) as process:
        await people.answered([people.first])
        took = time.perf_counter() - began, process.cpu
    people.api.close()
    return took


def table(seen: dict[Bot, list[tuple[float, float]]]) -> list[str]:
    lines = ["| | s to the first answer | fastest | s of CPU |", "| --- | ---: | ---: | ---: |"]
    return lines + [_row(bot, rounds) for bot, rounds in seen.items()]


def _row(bot: Bot, rounds: Sequence[tuple[float, float]]) -> str:
    clock, cpu = zip(*rounds, strict=True)
    return f"| {bot.name} | {median(clock):.2f} | {min(clock):.2f} | {median(cpu):.2f} |"
