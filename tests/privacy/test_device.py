"""A whole disk on which the bot runs, read byte by byte afterwards: of a thousand conversations none is there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fake_telegram import FakeTelegram
from tests.privacy import crowd as doing
from tests.privacy.canaries import Canary
from tests.privacy.search import Searched
from tests.privacy.subject import LONG, Subject
from tests.privacy.test_canaries import Figure, memory, needs_memory, play, rows

__all__ = ["memory"]
pytestmark = [pytest.mark.deep, needs_memory]

PEOPLE = 1_000
#: MiB: room for all of it, small enough to be read.
SIZE = 128
TOGETHER = 200


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def disk(image: Path, at: Path) -> Iterator[Path]:
    """A fresh ext4 in a file, mounted; skipped where that is not allowed."""
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("mounting a disk image needs root and mkfs.ext4")
    with image.open("wb") as file:
        file.truncate(SIZE * 2**20)
    at.mkdir()
    made, mounted = run("mkfs.ext4", "-q", image), run("mount", "-o", "loop", image, at)
    if made.returncode or mounted.returncode:
        pytest.skip(f"this machine mounts no disk image: {mounted.stderr.strip()[:80]}")
    try:
        yield at
    finally:
        os.sync()
        assert run("umount", at).returncode == 0


def flush(*folders: Path) -> None:
    for folder in folders:
        assert run("sync", "-f", folder).returncode == 0


async def thousand(server: FakeTelegram, subject: Subject, everybody: list[Canary]) -> None:
    """Everybody walks; half leave, the others expire."""
    await subject.start()
    people = doing.join(server, everybody)
    some = [slice(at, at + TOGETHER) for at in range(0, len(everybody), TOGETHER)]
    for part in some:
        for deed in (doing.start, doing.tap(0), doing.say, doing.share):
            await doing.together(server, people[part], everybody[part], deed)
    flush(subject.memory, subject.disk)  # as the kernel does by itself every half a minute
    for part in some:
        await doing.together(server, people[part][::2], everybody[part][::2], doing.leave)
    assert await subject.end(signal.SIGTERM) == 0
    subject.forward(hours=10)
    await subject.start()
    await server.wait_for(lambda: rows(subject.memory) == 0, LONG)
    await subject.end(signal.SIGKILL)


def read_device(image: Path, searched: Searched) -> None:
    """The whole device, free space and journal included."""
    step, overlap = 2**22, 4096
    with image.open("rb") as file:
        for start in range(0, SIZE * 2**20, step):
            file.seek(start)
            searched.look(file.read(step + overlap))


def scan(folder: Path, in_memory: Path | None, **more: str) -> Searched:
    """What is found on the disk after a thousand conversations; sessions lie on it too if there is no memory."""
    image = folder / "image"

    async def scene(server: FakeTelegram, subject: Subject, searched: Searched, everybody: list[Canary]) -> None:
        await thousand(server, subject, everybody)

    with disk(image, folder / "disk") as at:
        sessions = in_memory or at / "sessions"
        sessions.mkdir(exist_ok=True)
        (at / "rest").mkdir()
        searched = play(scene, PEOPLE, sessions, at / "rest", **more)
        for path in (*(at / "rest" / "printed").iterdir(), *sessions.rglob("*")):
            if path.is_file():
                path.unlink()  # whatever was written is looked for in the free space too
    read_device(image, searched)
    return searched


def test_a_thousand_conversations_leave_nothing_on_the_disk(
    memory: Path, tmp_path: Path, record_property: Figure
) -> None:
    searched = scan(tmp_path, memory)
    hits = len(searched.certain)
    record_property("figure", f"disk image: {hits} hits of {PEOPLE} people in {searched.bytes:,} bytes")
    assert searched.bytes > SIZE * 2**20 - 1
    assert searched.certain == Counter()
    assert not searched.too_many_short


def test_sessions_forced_onto_the_disk_are_found_there(tmp_path: Path, record_property: Figure) -> None:
    searched = scan(tmp_path, None, CANARY_OFF="memory+sealing")
    found = searched.people("id")
    record_property("figure", f"control, sessions on that disk, unsealed: {found} of {PEOPLE} people, all deleted")
    assert found > 0.9 * PEOPLE
