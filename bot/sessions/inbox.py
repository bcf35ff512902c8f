"""What was received and is not answered yet, sealed, so that a messenger may forget it before we answered.

A file of fixed size beside the sessions, in memory like them. It is filled when it is made: keeping and forgetting an
update overwrite a place in it, which needs no room and so works on a full memory file system too. The key stands at its
head and is drawn anew each time the inbox has run empty; what was sealed before then opens for nobody.

    magic 8 | boot 16 | key 32 | zeros 8 | places of 384 bytes each
    place: nonce 12 | sealed: update 8, minute 4, length 2, record, zeros | tag 16
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from bot.sessions import clock as machine
from bot.sessions import keyfile, seal
from bot.sessions.model import Clock, OnEvent

#: Updates kept at the most: a rush of a few minutes at Telegram's pace; 1.5 MiB of memory.
CAPACITY = 4_096
#: Bytes of a place, and of the longest record in it.
PLACE = 384
MOST = PLACE - seal.OVERHEAD - 14
NAME = "inbox.sealed"
_HEAD = struct.Struct("<8s16s32s8x")
_FRONT = struct.Struct("<qIH")
_MAGIC = b"inbox001"
_EMPTY = bytes(PLACE)
_SECRET = b"inbox"


class Inbox(Protocol):
    """None of these raises."""

    async def keep(self, number: int, record: bytes) -> bool:
        """From True on the record outlives this process; `number` is the update's."""

    async def done(self, number: int) -> None:
        """The update was answered: its record opens for nobody any more."""

    async def left(self, seconds: float) -> list[bytes]:
        """Records that nobody answers: of a run that ended before it was done with them. Older ones than so many
        seconds are forgotten instead."""

    async def close(self) -> None:
        """Records that are not done stay for the next run."""


class NoInbox:
    """Keeps nothing: the messenger itself must keep what is not answered."""

    async def keep(self, number: int, record: bytes) -> bool:
        return False

    async def done(self, number: int) -> None:
        return None

    async def left(self, seconds: float) -> list[bytes]:
        return []

    async def close(self) -> None:
        return None


class FileInbox:
    """`fd`: the file, ours alone and of the right size. Its few microseconds of work are done on the spot."""

    def __init__(self, fd: int, capacity: int, boot: bytes, clock: Clock) -> None:
        self._fd: int | None = fd
        self._capacity, self._boot, self._clock = capacity, boot, clock
        self._free = list(range(capacity))
        self._places: dict[int, int] = {}  # update -> its place
        self._key = b""
        self._found = self._resume()

    async def keep(self, number: int, record: bytes) -> bool:
        if number in self._places:
            return True
        if self._fd is None or not self._free or len(record) > MOST:
            return False
        place = self._free.pop()
        plain = (_FRONT.pack(number, int(self._clock() // 60), len(record)) + record).ljust(MOST + _FRONT.size, b"\0")
        if not self._write(self._at(place), seal.seal(self._key, _SECRET, _bound(place), plain)):
            return False
        self._places[number] = place
        return True

    async def done(self, number: int) -> None:
        place = self._places.pop(number, None)
        if place is None:
            return
        self._write(self._at(place), _EMPTY)
        self._free.append(place)
        if not self._places:
            self._renew()

    async def left(self, seconds: float) -> list[bytes]:
        """Each once, first come, first served. They stay in the file until they are done."""
        found, self._found = sorted(self._found), []
        now = self._clock() // 60
        over = [number for number, minute, _ in found if not 0 <= now - minute <= seconds // 60]
        for number in over:
            await self.done(number)
        return [record for number, _, record in found if number not in over]

    async def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    # ---- inside

    def _resume(self) -> list[tuple[int, int, bytes]]:
        """What an earlier run of this start of the machine left; anything else is overwritten."""
        raw = os.pread(self._fd or 0, self._at(self._capacity), 0)
        magic, boot, self._key = _HEAD.unpack_from(raw)
        ours = (magic, boot) == (_MAGIC, self._boot)
        found = []
        for place in range(self._capacity):
            sealed = raw[self._at(place) : self._at(place + 1)]
            plain = seal.unseal(self._key, _SECRET, _bound(place), sealed) if ours and sealed != _EMPTY else None
            if plain is not None:
                number, minute, length = _FRONT.unpack_from(plain)
                self._places[number] = place
                found.append((number, minute, plain[_FRONT.size : _FRONT.size + length]))
            elif sealed != _EMPTY:
                self._write(self._at(place), _EMPTY)
        used = set(self._places.values())
        self._free = [place for place in self._free if place not in used]
        if not found:
            self._renew()
        return found

    def _renew(self) -> None:
        self._key = os.urandom(seal.KEY_SIZE)
        self._write(0, _HEAD.pack(_MAGIC, self._boot, self._key))

    def _write(self, at: int, data: bytes) -> bool:
        """A file that refuses is cut to nothing, which always works, and not used again."""
        if self._fd is None:
            return False
        try:
            keyfile.write(self._fd, at, data)
            return True
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None
            return False

    @staticmethod
    def _at(place: int) -> int:
        return _HEAD.size + place * PLACE


def open_inbox(
    folder: Path | None, on_event: OnEvent, capacity: int = CAPACITY, clock: Clock = machine.boottime
) -> Inbox:
    """The inbox in a folder of the sessions room; without one, or where it can't be made, none."""
    if folder is None:
        return NoInbox()
    path, size = folder / NAME, _HEAD.size + capacity * PLACE
    try:
        fd = keyfile.reopen(path, size)
        return FileInbox(keyfile.create(path, size) if fd is None else fd, capacity, machine.boot(), clock)
    except OSError:
        on_event("inbox_none")
        return NoInbox()


def _bound(place: int) -> bytes:
    return place.to_bytes(4, "little")
