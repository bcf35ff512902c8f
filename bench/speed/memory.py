"""What a conversation that nobody continues costs the process, and the store."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.speed.bots import Bot, ours, running
from bench.speed.people import People

SIZES = (1, 10_000, 100_000)
#: Seconds in which what was under way ends, and what is written a moment later is written.
SETTLING = 2.0


async def measure(folder: Path) -> list[str]:
    lines = ["| | " + " | ".join(f"MB at {size:,}" for size in SIZES) + " | bytes each, beyond 10,000 | store, bytes |"]
    lines.append("| --- |" + " ---: |" * (len(SIZES) + 2))
    return lines + [await _row(bot, folder) for bot in (ours("none"), ours("sqlite"))]


async def _row(bot: Bot, folder: Path) -> str:
    own = folder / f"memory-{id(bot)}"
    own.mkdir()
    people, held, done = People(1, lambda data: True), [], 0
    await people.api.open()
    async with running(bot, people.api.url, own) as process:
        for size in SIZES:
            await people.pass_through(2_000_000 + done, size - done)
            done = size
            await asyncio.sleep(SETTLING)
            held.append(process.memory)
    people.api.close()
    kept = sum(file.stat().st_size for file in own.rglob("*") if file.is_file())
    each = (held[2] - held[1]) / (SIZES[2] - SIZES[1])
    return f"| {bot.name} | {' | '.join(f'{one / 2**20:.0f}' for one in held)} | {each:.0f} | {kept:,} |"
