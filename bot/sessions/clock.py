"""Time since the machine started: the only clock by which sessions expire.

The wall clock jumps (time servers, an operator, summer time) and the monotonic one stands still while the machine
sleeps; either would let a session live longer than was promised, or end them all at once.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boottime() -> float:
    """Seconds since the start of the machine, time asleep included (where the system can tell)."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot() -> bytes:
    """16 bytes that differ after each start of the machine: `boottime` of another start means nothing here.

    A system that can't tell gives zeros; there a reboot shows only when the clock stands lower than before.
    """
    try:
        return hashlib.blake2b(BOOT_ID.read_bytes(), digest_size=16).digest()
    except OSError:
        return bytes(16)
