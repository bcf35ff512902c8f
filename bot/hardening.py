"""What the process does for itself before anybody writes to it, and what of the machine weakens the promise.

A memory image is taken by a crash (core dump), by the system (swap), or by whoever may look into the process. The first
and the last are switched off here; the rest can only be seen and told to the operator.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")

#: prctl(2), from linux/prctl.h.
_GET_DUMPABLE, _SET_DUMPABLE = 3, 4
#: Freed memory is overwritten, and no freed piece is set aside unwiped. Measured: with these a wiped talk leaves no
#: copy in a memory image; without the second, six of a thousand.
_PERTURB, _NO_CACHE = "glibc.malloc.perturb", "glibc.malloc.tcache_count"
#: The allocator of Python itself keeps freed memory as it was.
_ALLOCATOR = "PYTHONMALLOC"
#: What makes Python keep or print more than it must, in the environment and as `-X` on its command line.
_DEBUG = ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHONFAULTHANDLER", "PYTHONTRACEMALLOC", "PYTHONINSPECT")
_SWITCHES = ("dev", "faulthandler", "tracemalloc")


@dataclass(frozen=True, slots=True)
class Weakness:
    """`code` is an event of the log; `line` tells an operator what it means and how to mend it."""

    code: str
    line: str


SWAP = Weakness("swap-on", "swap is on or can't be ruled out: memory may reach a disk; turn it off (MemorySwapMax=0)")
CORE = Weakness("core-possible", "a crash may write memory to a disk: set LimitCORE=0, pipe no cores to a handler")
TOKEN = Weakness("token-in-environment", "the token stands in the environment: hand it over in TELEGRAM_BOT_TOKEN_FILE")
ALLOCATOR = Weakness(
    "allocator-default",
    "freed memory keeps its words: needs glibc, PYTHONMALLOC=malloc and "
    f"GLIBC_TUNABLES={_PERTURB}=165:{_NO_CACHE}=0",
)
DEBUG = Weakness("debug-on", "a debugging switch is on, or BOT_LOG_LEVEL=DEBUG, which tells when somebody wrote")


def protect() -> None:
    """No core dump of this process, and nobody but root may look into it. What a system refuses stays a weakness."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_SET_DUMPABLE, 0)


def weaknesses(environ: Mapping[str, str], root: Path = ROOT) -> list[Weakness]:
    """What of this process and machine weakens the promise that nothing is left behind. Look after `protect`."""
    looks: list[tuple[Weakness, Callable[[], bool]]] = [
        (SWAP, lambda: _swaps(root)),
        (CORE, lambda: _dumps(root)),
        (TOKEN, lambda: bool(environ.get("TELEGRAM_BOT_TOKEN", "").strip())),
        (ALLOCATOR, lambda: not _wiping(environ)),
        (DEBUG, lambda: _debugged(environ)),
    ]
    return [weakness for weakness, holds in looks if holds()]


def _swaps(root: Path) -> bool:
    """Whether memory of ours may be swapped out. In doubt: yes."""
    if any(_read(limit) == "0" for limit in _swap_limits(root)):
        return False
    swaps = _read(root / "proc/swaps").splitlines()
    return len(swaps) != 1  # the heading alone; nothing at all means that it is hidden


def _swap_limits(root: Path) -> Iterator[Path]:
    """The swap limits of our control group and of those around it."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        number, _, name = line.partition("::")
        group = root / "sys/fs/cgroup" / name.strip("/")
        if number == "0" and ".." not in group.parts:
            yield from (one / "memory.swap.max" for one in (group, *group.parents) if one.is_relative_to(root / "sys"))


def _dumps(root: Path) -> bool:
    """A process that is not dumpable leaves no core at all; the limit alone is ignored where a handler takes cores."""
    if _prctl(_GET_DUMPABLE) == 0:
        return False
    piped = _read(root / "proc/sys/kernel/core_pattern").startswith("|")
    return piped or resource.getrlimit(resource.RLIMIT_CORE) != (0, 0)


def _wiping(environ: Mapping[str, str]) -> bool:
    """Whether glibc overwrites what is freed. The settings are read when a process starts, so only they can tell."""
    tunables = dict(pair.partition("=")[::2] for pair in environ.get("GLIBC_TUNABLES", "").split(":"))
    perturbs = tunables.get(_PERTURB, "0").strip() not in ("", "0")
    return _glibc() and perturbs and tunables.get(_NO_CACHE) == "0" and environ.get(_ALLOCATOR) == "malloc"


def _glibc() -> bool:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, OSError, ValueError):
        return False


def _debugged(environ: Mapping[str, str]) -> bool:
    switched = any(environ.get(name) for name in _DEBUG) or any(name in sys._xoptions for name in _SWITCHES)
    kept = bool(sys.flags.dev_mode or sys.flags.inspect or sys.flags.interactive)
    return switched or kept or environ.get("BOT_LOG_LEVEL", "").strip().upper() == "DEBUG"


def _prctl(what: int, value: int = 0) -> int:
    """-1 where there is no such call."""
    try:
        return int(ctypes.CDLL(None).prctl(what, *map(ctypes.c_ulong, (value, 0, 0, 0))))
    except (AttributeError, OSError):
        return -1


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
