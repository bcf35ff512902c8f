"""Where the database may lie: only in a folder of our own on a memory file system.

Measured on ext4: with any journal that survives a crash, every deleted row stays readable on the device. So a disk is
never used, not even in part; where there is no memory file system, sessions stay in the process.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from bot.sessions.model import StoreRefused

MEMORY_TYPES = ("tmpfs", "ramfs")
MOUNTS = Path("/proc/self/mountinfo")
SHARED_MEMORY = Path("/dev/shm")


def find(environ: Mapping[str, str]) -> Path | None:
    """The folder systemd gave us, else one of ours in the login's runtime folder, else in /dev/shm; None: nowhere."""
    given = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    if given and (folder := _in_memory(Path(given), shared=False)):
        return folder
    login = environ.get("XDG_RUNTIME_DIR", "")
    bases = ([Path(login)] if login else []) + [SHARED_MEMORY]
    return next((folder for base in bases if (folder := _in_memory(base, shared=True))), None)


def demand(path: Path) -> Path:
    """The folder the operator named, or one of our own inside it if others may write there.

    StoreRefused, in one line, if it lies on a disk or can't be used.
    """
    try:
        if not is_memory(_nearest(path)):
            raise StoreRefused(f"{path} is on a disk: sessions are kept in memory only (tmpfs), never on a disk")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = _in_memory(path.resolve(), shared=False)
    except OSError as error:
        raise StoreRefused(f"{path} can't be used for sessions: {error.strerror or 'unknown fault'}") from None
    if folder is None:
        raise StoreRefused(f"{path} can't be used for sessions: it must belong to this user and be writable")
    return folder


def is_memory(path: Path) -> bool:
    """Whether the folder's file system lives in memory. In doubt: no.

    Asked by device number, so bind mounts, symbolic links and odd mount points need no thought.
    """
    try:
        device = os.stat(path).st_dev
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    number = f"{os.major(device)}:{os.minor(device)}"
    kinds = {_kind(line) for line in lines if line.split(" ")[2:3] == [number]}
    return bool(kinds) and kinds <= set(MEMORY_TYPES)


def _nearest(path: Path) -> Path:
    """The folder itself, or the one in which it would have to be made."""
    there = [place for place in (path, *path.absolute().parents) if os.path.exists(place)]
    return there[0]


def _kind(line: str) -> str:
    return line.partition(" - ")[2].partition(" ")[0]


def _in_memory(base: Path, shared: bool) -> Path | None:
    """`base` itself if it is ours alone, else (or if `shared` with other programs) a folder of ours in it."""
    if not base.is_absolute() or not is_memory(base):
        return None
    if not shared and _is_ours(base):
        return base
    folder = base / f"janymda-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return None
    return folder if _is_ours(folder) and is_memory(folder) else None


def _is_ours(folder: Path) -> bool:
    """Whether nobody else could put a file or a link of theirs there: /dev/shm is open to everybody."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    alone = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
    return alone and os.access(folder, os.R_OK | os.W_OK | os.X_OK)
