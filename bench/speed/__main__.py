"""`make bench`: measures and prints `docs/performance.md`. A quarter of an hour."""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
import tempfile
from functools import cache
from pathlib import Path

from bench.speed import growth, memory, start, taps
from bench.speed.bots import CORES, keep_to_the_first_core
from bench.speed.people import Sensible
from bench.speed.text import page
from bot.authoring.load import load
from bot.dialogue import code, engine
from bot.dialogue.model import Dialogue

#: Where sessions may lie: they refuse a disk.
MEMORY = Path("/dev/shm")


def sensible(dialogue: Dialogue) -> Sensible:
    """Taps that answer with one screen: none that leave, and none that send a card besides."""

    @cache
    def one_screen(data: str) -> bool:
        decoded = code.unpack(dialogue, data, 0)
        if decoded.event is None:
            return bool(decoded.switch)
        turn = engine.advance(dialogue, decoded.state, decoded.event)
        return turn.state is not None and not turn.keep

    return one_screen


def machine() -> str:
    return f"{len(CORES)} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


async def main(folder: Path, dialogue: Dialogue, rounds: int, seconds: float) -> str:
    seen = await taps.measure(folder, sensible(dialogue), rounds, seconds)
    told = start.table(await start.measure(folder, max(3, rounds // 2)))
    return page(
        machine=machine(),
        rounds=f"{rounds} rounds of {seconds:g} s at saturation and {2 * seconds:g} s at each rate",
        taps=taps.table(seen),
        store=f"{taps.store_adds(seen):.1%}",
        start=told,
        memory=await memory.measure(folder),
        growth=await growth.measure(folder),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.speed")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--write", type=Path, help="a file for the page, besides printing it")
    chosen = parser.parse_args()
    book, found = load()
    if book is None:
        raise SystemExit(f"the flows are wrong: {found[0]}")
    keep_to_the_first_core()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        text = asyncio.run(main(Path(name), book.dialogue, chosen.rounds, chosen.seconds))
    sys.stdout.write(text)
    if chosen.write:
        chosen.write.write_text(text, encoding="utf-8")
