"""The memory of the running process, as deployed: after exit and expiry no conversation is in it any more."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fake_telegram import FakeTelegram
from tests.privacy import crowd as doing
from tests.privacy.canaries import Canary
from tests.privacy.search import Needles, Searched
from tests.privacy.subject import LONG, Subject
from tests.privacy.test_canaries import Figure, memory, needs_memory, play, rows

__all__ = ["memory"]
pytestmark = [pytest.mark.deep, needs_memory]

PEOPLE, TOGETHER = 1_000, 200
#: Seconds: longer than between two looks round, in which what nobody waits for any more is dropped.
ROUND = 20.0
_PIECE, _OVERLAP = 2**22, 4096


def regions(pid: int) -> Iterator[tuple[int, int]]:
    """(from, to) of all memory the process may write to: heap, stacks, data of libraries."""
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if found:
            yield int(found[1], 16), int(found[2], 16)


def look_into_memory(pid: int, searched: Searched) -> None:
    """While it stands still. PermissionError where the system forbids it."""
    os.kill(pid, signal.SIGSTOP)
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory_file:
            for first, last in regions(pid):
                for start in range(first, last, _PIECE):
                    with suppress(OSError, ValueError):  # guard pages
                        searched.look(os.pread(memory_file.fileno(), min(_PIECE + _OVERLAP, last - start), start))
    finally:
        os.kill(pid, signal.SIGCONT)


def conversations(searched: Searched) -> int:
    """People of whom anything is there, in any encoding of more than four bytes."""
    return len({hit.person for hit in searched.certain if hit.person >= 0})


async def talk(server: FakeTelegram, everybody: list[Canary]) -> None:
    for at in range(0, len(everybody), TOGETHER):
        some = everybody[at : at + TOGETHER]
        people = doing.join(server, some)
        for deed in (doing.start, doing.tap(0), doing.say, doing.forge, doing.share, doing.contact):
            await doing.together(server, people, some, deed)


def measure(memory: Path, disk: Path, **more: str) -> tuple[int, int, int]:
    """Conversations of a thousand found before the wipe and after it, and the bytes read after it.

    Nobody else writes meanwhile: nothing is overwritten by chance.
    """
    result = []

    async def scene(server: FakeTelegram, subject: Subject, searched: Searched, wiped: list[Canary]) -> None:
        await subject.start()
        await talk(server, wiped)
        assert subject.process is not None
        before, after = (Searched(Needles.of(wiped)) for _ in range(2))
        look_into_memory(subject.process.pid, before)
        await doing.together(server, doing.join(server, wiped[::2]), wiped[::2], doing.leave)
        subject.forward(hours=10)
        await server.wait_for(lambda: rows(memory) == 0, LONG)
        await asyncio.sleep(ROUND)
        look_into_memory(subject.process.pid, after)
        result.append((conversations(before), conversations(after), after.bytes))
        kinds = sorted({(hit.what, hit.how) for hit in after.certain})
        print("found after the wipe:", kinds[:40])

    try:
        play(scene, PEOPLE, memory, disk, CANARY_FAULTS="no", BOT_LOG_LEVEL="INFO", **more)
    except PermissionError:
        pytest.skip("this system lets nobody read a process's memory")
    return result[0]


def test_after_the_wipe_no_conversation_is_in_memory(memory: Path, tmp_path: Path, record_property: Figure) -> None:
    before, after, size = measure(memory, tmp_path)
    told = f"{after} of {PEOPLE} conversations after the wipe, {before} before it, {size:,} bytes"
    record_property("figure", f"memory as deployed: {told}")
    assert before >= 0.9 * PEOPLE, "else nothing was looked for"
    assert after == 0


def test_without_sealing_they_are_found_before_the_wipe(memory: Path, tmp_path: Path, record_property: Figure) -> None:
    before, after, size = measure(memory, tmp_path, CANARY_OFF="sealing", PYTHONMALLOC="", GLIBC_TUNABLES="")
    told = f"{before} of {PEOPLE} before the wipe, {after} after it, {size:,} bytes"
    record_property("figure", f"control, unsealed and default allocator: {told}")
    assert before >= 0.9 * PEOPLE
