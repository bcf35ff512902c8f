"""The key file as a file: ours alone, in memory, of one size from its first second on.

It is filled when it is made, so that overwriting a key never needs room: a memory file system may be full just when
somebody wants to be forgotten. Writing in place is used rather than a memory map, where a shortened file would kill
the process.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def reopen(path: Path, size: int) -> int | None:
    """A descriptor of the key file of an earlier run; None unless it is a plain file only this user could touch."""
    try:
        fd = os.open(path, _OPEN)
    except OSError:
        return None
    if _is_ours(os.fstat(fd), size):
        return fd
    os.close(fd)
    return None


def create(path: Path, size: int) -> int:
    """A descriptor of a new file full of zeros, in place of whatever stood there. OSError if it can't be made."""
    with suppress(FileNotFoundError):
        path.unlink()
    fd = os.open(path, _OPEN | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.fchmod(fd, 0o600)
        write(fd, 0, bytes(size))
    except OSError:
        os.close(fd)
        path.unlink()
        raise
    return fd


def write(fd: int, at: int, data: bytes) -> None:
    """All of `data` at this place, or OSError."""
    while data:
        written = os.pwrite(fd, data, at)
        data, at = data[written:], at + written


def _is_ours(found: os.stat_result, size: int) -> bool:
    plain = stat.S_ISREG(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o600 and found.st_nlink == 1
    return plain and found.st_uid == os.geteuid() and found.st_size == size
