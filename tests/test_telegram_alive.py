"""A process that hangs is ended by the system; one that breathes is not."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

from bot.channels.telegram.alive import breathe

HANGS = """
import asyncio, time
from bot.channels.telegram import alive

alive.PATIENCE, alive.BREATH = 0.3, 0.05

async def whole():
    breathing = asyncio.create_task(alive.breathe())
    await asyncio.sleep(0.6)
    print("breathed", flush=True)
    time.sleep(30)

asyncio.run(whole())
"""


def test_a_process_that_hangs_is_ended_and_one_that_breathes_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, timeout=20, check=False)
    assert done.stdout == b"breathed\n"
    assert done.returncode == -signal.SIGALRM


def test_the_alarm_is_off_once_nobody_breathes_any_more() -> None:
    async def scene() -> float:
        breathing = asyncio.create_task(breathe())
        await asyncio.sleep(0)
        running = signal.getitimer(signal.ITIMER_REAL)[0]
        breathing.cancel()
        await asyncio.gather(breathing, return_exceptions=True)
        return running

    assert asyncio.run(scene()) > 1.0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
