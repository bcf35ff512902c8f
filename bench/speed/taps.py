"""CPU per tap, throughput and waiting, all contenders by turns, so that whatever else runs here disturbs all alike."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.speed.bots import BARE, CONTENDERS, DIALOG, Bot, Running, running
from bench.speed.people import PATIENCE, People, Sensible

#: People at each bot; each comes round again only after all others, so nobody's own limit is met.
PEOPLE = 1_000
RATES = (30, 200)


@dataclass
class Seen:
    """Of one contender, a number for each round."""

    cpu: list[float] = field(default_factory=list)  #: seconds a tap, at saturation
    cpu_at: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    taps: list[float] = field(default_factory=list)  #: a second, at saturation
    waits: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    lost: int = 0


async def measure(folder: Path, sensible: Sensible, rounds: int, seconds: float) -> dict[Bot, Seen]:
    """Each round visits every contender once, in another order each time."""
    seen, chance = {bot: Seen() for bot in CONTENDERS}, random.Random(11)
    async with AsyncExitStack() as stack:
        pairs = [(bot, *await _open(stack, bot, folder, sensible)) for bot in CONTENDERS]
        for number in range(rounds + 1):
            chance.shuffle(pairs)
            for bot, process, people in pairs:
                await _visit(Seen() if number == 0 else seen[bot], process, people, seconds)  # the first is to warm up
    return seen


async def _open(stack: AsyncExitStack, bot: Bot, folder: Path, sensible: Sensible) -> tuple[Running, People]:
    people = People(PEOPLE, sensible if bot.command[0] == "main.py" else lambda data: True)
    await people.api.open()
    stack.callback(people.api.close)
    own = folder / str(id(bot))
    own.mkdir()
    process = await stack.enter_async_context(running(bot, people.api.url, own))
    async with asyncio.timeout(PATIENCE):
        await people.api.polled.wait()
    await people.join()
    return process, people


async def _visit(seen: Seen, process: Running, people: People, seconds: float) -> None:
    before = process.cpu
    count = await people.saturate(seconds)
    seen.cpu.append((process.cpu - before) / count)
    seen.taps.append(count / seconds)
    for rate in RATES:
        await asyncio.sleep(0.3)
        before = process.cpu
        waits = await people.arrive(rate, seconds * 2)
        seen.cpu_at[rate].append((process.cpu - before) / max(1, len(waits)))
        seen.waits[rate] += waits


def ratio(seen: dict[Bot, Seen], bot: Bot, other: Bot) -> float:
    """Median over the rounds of the ratio within a round."""
    return median(one / two for one, two in zip(seen[bot].cpu, seen[other].cpu, strict=True))


def store_adds(seen: dict[Bot, Seen]) -> float:
    """Of (a)'s CPU a tap, what the store costs: median over the rounds."""
    none, sqlite = CONTENDERS[-2:]
    rounds = zip(seen[none].cpu, seen[sqlite].cpu, seen[BARE].cpu, strict=True)
    return median((two - one) / bare for one, two, bare in rounds)


def table(seen: dict[Bot, Seen]) -> list[str]:
    head = ["", "CPU a tap, ms", "x (a)", "x (c)", "taps/s", *(f"ms CPU at {rate}/s" for rate in RATES)]
    head += [f"{name} at {rate}/s, ms" for rate in RATES for name in ("p50", "p99")]
    return [_row(head), _row(["---", *["---:"] * (len(head) - 1)]), *(_row(_cells(seen, bot)) for bot in CONTENDERS)]


def _cells(seen: dict[Bot, Seen], bot: Bot) -> list[str]:
    one = seen[bot]
    cells = [bot.name, f"{median(one.cpu) * 1e3:.2f}", *(f"{ratio(seen, bot, other):.2f}" for other in (BARE, DIALOG))]
    cells += [f"{median(one.taps):.0f}", *(f"{median(one.cpu_at[rate]) * 1e3:.2f}" for rate in RATES)]
    waits = [sorted(one.waits[rate]) for rate in RATES]
    return cells + [f"{_at(sorted_, share) * 1e3:.1f}" for sorted_ in waits for share in (0.5, 0.99)]


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
