"""A process that hangs answers nobody, and nothing outside sees it: so the system is asked to end it.

An alarm that is put off again and again: while the loop turns it never rings. If it does, the kernel ends the process
whatever it hangs in, and who runs it starts it again; what was not answered is with the inbox or with Telegram.
"""

from __future__ import annotations

import asyncio
import signal

#: Seconds without a breath after which a process counts as hanging, and between two breaths.
PATIENCE, BREATH = 60.0, 5.0


async def breathe() -> None:
    """Until cancelled. Time in which the machine sleeps does not count."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # whoever started us may have ignored it
    try:
        while True:
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
            await asyncio.sleep(BREATH)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
