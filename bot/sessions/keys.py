"""The keys of all rows: today's and yesterday's, and a secret of its own for each row.

    magic 8 | boot 16 | born 8 | dropped 8 | today's key 32 | yesterday's key 32 | zeros to 128 | secrets, 32 bytes each

Why a secret per row in a file of its own: deleting a row needs room for a journal, and fails on a full file system,
the row staying readable. Overwriting 32 bytes in place can't fail for want of room. Each save draws a new secret,
so what a person said before is unreadable too, wherever copies of old rows may linger.
"""

from __future__ import annotations

import os
import secrets
import struct
from contextlib import suppress
from pathlib import Path

from bot.sessions import keyfile
from bot.sessions.seal import KEY_SIZE

DAY = 86_400.0
MAGIC = b"sesskey1"
HEAD_SIZE = 128
_HEAD = struct.Struct("<8s16sQQ32s32s")
_NONE = bytes(KEY_SIZE)


class Keys:
    """Kept in the process and, with a file, there as well, so that sessions outlive a crash.

    `day_keys` are those under which a row may stand, today's first. They turn after a day (or after the sessions'
    lifetime, `ttl` seconds, if that is longer); yesterday's is dropped once everything sealed with it has expired.
    """

    def __init__(self, slots: int, ttl: float, boot: bytes, fd: int | None = None) -> None:
        self._ttl = ttl
        self._boot = boot
        self._fd = fd
        self._image = bytearray(HEAD_SIZE + slots * KEY_SIZE)
        self._slots = slots
        self._free: list[int] = []
        self._drawn: set[int] = set()

    def day_keys(self, now: float) -> tuple[bytes, ...]:
        born, dropped, today, yesterday = self._head()
        if now - born >= max(DAY, self._ttl):
            self._set_head(int(now), int(now + self._ttl) + 1, secrets.token_bytes(KEY_SIZE), today)
            _, _, today, yesterday = self._head()
        elif yesterday != _NONE and now >= dropped:
            self._set_head(born, 0, today, _NONE)
            yesterday = _NONE
        return tuple(key for key in (today, yesterday) if key != _NONE)

    def draw(self) -> int | None:
        """The number of a slot that now holds a new secret; None if all are taken.

        By chance, so that its number says nothing about when the row came.
        """
        if not self._free:
            return None
        at = secrets.randbelow(len(self._free))
        self._free[at], self._free[-1] = self._free[-1], self._free[at]
        slot = self._free.pop()
        self._drawn.add(slot)
        self._write(_place(slot), secrets.token_bytes(KEY_SIZE))
        return slot

    def secret(self, slot: int) -> bytes | None:
        if not 0 <= slot < self._slots:
            return None
        secret = bytes(self._image[_place(slot) : _place(slot + 1)])
        return None if secret == _NONE else secret

    def erase(self, slot: int) -> None:
        """The row with this secret can't be read any more, by anybody."""
        if self.secret(slot) is not None:
            self._write(_place(slot), _NONE)
            self._free.append(slot)

    def begin_count(self) -> None:
        """Whoever looks through the rows bit by bit begins now: what is drawn from here on is in use."""
        self._drawn = set()

    def keep_only(self, used: set[int]) -> None:
        """Erase the secrets no row refers to: of saves and deletions that a crash or a full file system cut short."""
        for slot in set(range(self._slots)) - used - self._drawn - set(self._free):
            self.erase(slot)

    def renew(self, now: float) -> None:
        """Forget everybody."""
        self._write(HEAD_SIZE, bytes(self._slots * KEY_SIZE))
        self._free = list(range(self._slots))
        self._set_head(int(now), 0, secrets.token_bytes(KEY_SIZE), _NONE)

    def resume(self, now: float) -> bool:
        """Go on with the keys in the file; False if they are not of this start of the machine, or no keys at all."""
        if self._fd is None:
            return False
        self._image[:] = os.pread(self._fd, len(self._image), 0).ljust(len(self._image), b"\0")
        magic, boot, born, _, today, _ = _HEAD.unpack_from(self._image)
        if magic != MAGIC or boot != self._boot or born > now or today == _NONE:
            return False
        self._free = [slot for slot in range(self._slots) if self.secret(slot) is None]
        return True

    def close(self) -> None:
        """Let go of the file; it stays for the next run. The process's own copy is wiped."""
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None
        self._image[:] = bytes(len(self._image))
        self._free = []

    def _head(self) -> tuple[int, int, bytes, bytes]:
        _, _, born, dropped, today, yesterday = _HEAD.unpack_from(self._image)
        return born, dropped, today, yesterday

    def _set_head(self, born: int, dropped: int, today: bytes, yesterday: bytes) -> None:
        self._write(0, _HEAD.pack(MAGIC, self._boot, born, dropped, today, yesterday))

    def _write(self, at: int, data: bytes) -> None:
        """To the process and to the file. A file that refuses is cut to nothing (that always works) and let go."""
        self._image[at : at + len(data)] = data
        if self._fd is None:
            return
        try:
            keyfile.write(self._fd, at, data)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None


def open_keys(path: Path | None, slots: int, ttl: float, boot: bytes, now: float) -> tuple[Keys, bool]:
    """The keys, and whether they are those of an earlier run. Without a path they stay in the process.

    A file that is missing, damaged, open to others, a link, or of another start of the machine is replaced: people
    then start afresh, and nobody can plant a key. OSError if a new file can't be made.
    """
    size = HEAD_SIZE + slots * KEY_SIZE
    if path is not None and (fd := keyfile.reopen(path, size)) is not None:
        keys = Keys(slots, ttl, boot, fd)
        if keys.resume(now):
            return keys, True
        keys.renew(now)
        return keys, False
    keys = Keys(slots, ttl, boot, None if path is None else keyfile.create(path, size))
    keys.renew(now)
    return keys, False


def _place(slot: int) -> int:
    return HEAD_SIZE + slot * KEY_SIZE
