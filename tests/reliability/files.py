"""The folder in memory and what is in it: no room, no right to write, damage."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.reliability.bench import Bench
from tests.reliability.case import Part
from tests.telegram_bot import screens

PART = Part("Disk, memory folder and the files in it")
DATABASE, KEYS = "sessions.db", "sessions.keys"
AFRESH = {
    "done": "goes on with what it holds, or throws the file away and begins anew; repeats no word of it",
    "seen": "buttons go on as ever; words typed next may have no context",
    "kept": "sessions may be lost, and with them which old messages to remove: the exit finds those near by",
}


@contextmanager
def mounted(folder: Path, how: str) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def fill(folder: Path) -> None:
    with open(folder / "filler", "wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass


@PART.case(
    "The memory folder is full",
    done="answers without remembering; forgetting needs no room and still works",
    seen="buttons as ever; the exit empties the chat",
    kept="new sessions are not kept until there is room",
    needs="mount",
)
async def memory_full(bench: Bench) -> str:
    with mounted(bench.memory, "size=4m,mode=700"):
        await bench.life.start()
        other = bench.people(1)[0]
        await bench.opened(bench.person, other)
        await bench.settled()
        fill(bench.memory)
        newcomers = bench.people(5)
        await bench.opened(*newcomers)
        await bench.card(newcomers[0])
        await bench.card()
        await bench.person.send_text("what can I do")
        await bench.settled()
        for person in (bench.person, other, *newcomers):
            await person.send_text("/exit")
        await bench.until(lambda: not any(person.visible() for person in (bench.person, other, *newcomers)))
        await bench.finish()
    return "7 people answered; 7 chats emptied by the exit"


@PART.case(
    "The memory folder is full at the start, or read-only",
    done="keeps sessions in the process; a line in the log says so",
    seen="nothing of it",
    kept="sessions, until the process ends",
    needs="mount",
)
async def no_room(bench: Bench) -> str:
    for how in ("size=64k,mode=700", "size=4m,mode=700,ro"):
        with mounted(bench.memory, how):
            await bench.life.start()
            (person,) = bench.people(1)
            await bench.opened(person)
            await bench.card(person)
            await person.send_text("/exit")
            await bench.until(lambda: not person.visible())  # noqa: B023
            assert bench.logged("store-in-process"), how
            assert await bench.life.end(signal.SIGTERM) == 0
    return "2 starts, each answered"


@PART.case(
    "The disk is full and read-only: home, temporary folder, working folder",
    done="needs no disk",
    seen="nothing of it",
    kept="everything",
    needs="mount",
)
async def disk_full(bench: Bench) -> str:
    disk = bench.here / "disk"
    disk.mkdir()
    with mounted(disk, "size=64k,mode=700"):
        fill(disk)
        read_only(disk)
        bench.life.env |= {"HOME": str(disk), "TMPDIR": str(disk), "SQLITE_TMPDIR": str(disk)}
        await bench.life.start()
        await bench.opened()
        await bench.card()
        await bench.person.send_text("what can I do")
        await bench.one_screen()
        await bench.finish()
    return "a tap, words and the exit answered"


async def damaged(bench: Bench, name: str, damage: Callable[[Path], object], between: bool) -> str:
    """`between`: two lives, else under the process's hands."""
    await bench.life.start()
    await bench.opened()
    await bench.person.send_text("what can I do")
    await bench.settled()
    (file,) = bench.memory.rglob(name)
    if between:
        await bench.life.dies()
    damage(file)
    if between:
        await bench.life.start()
    await bench.card()
    await bench.person.send_text("and then")
    await bench.until(lambda: len(screens(bench.person)) == 1)
    await bench.person.send_text("/exit")
    await bench.until(lambda: not bench.person.visible())
    return "a tap and words answered; the exit emptied the chat"


def garbage(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:4096] + os.urandom(len(data) - 4096))


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 + 100])


def other_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 999")


def swapped(data: Callable[[int], bytes], mode: int = 0o600) -> Callable[[Path], None]:
    def swap(file: Path) -> None:
        size = file.stat().st_size
        file.unlink()
        file.write_bytes(data(size))
        file.chmod(mode)

    return swap


def a_link(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


DAMAGE: tuple[tuple[str, str, Callable[[Path], object], bool], ...] = (
    ("The database is random bytes inside, under the running process", DATABASE, garbage, False),
    ("The database is half its length, under the running process", DATABASE, half, False),
    ("The database file is deleted under the running process", DATABASE, Path.unlink, False),
    ("The database is empty at the start", DATABASE, swapped(lambda _: b""), True),
    ("The database is random bytes at the start", DATABASE, swapped(os.urandom), True),
    ("The database is of another version", DATABASE, other_version, True),
    ("The database may be read by others, and not be written by us", DATABASE, lambda one: one.chmod(0o444), True),
    ("The key file is gone at the start", KEYS, Path.unlink, True),
    ("The key file is deleted under the running process", KEYS, Path.unlink, False),
    ("The key file has 31 bytes", KEYS, swapped(lambda _: bytes(31)), True),
    ("The key file is all zeros", KEYS, swapped(bytes), True),
    ("The key file is open to others", KEYS, lambda one: one.chmod(0o644), True),
    ("The key file is a link", KEYS, a_link, True),
    ("The inbox is random bytes at the start", "inbox.sealed", swapped(os.urandom), True),
)
for _fault, _name, _damage, _between in DAMAGE:
    PART.case(_fault, **AFRESH)(
        lambda bench, name=_name, damage=_damage, between=_between: damaged(bench, name, damage, between)
    )


@PART.case(
    "Another program locks the database",
    done="does not wait for it: replaces the file",
    seen="buttons go on; words typed next have no context",
    kept="sessions are lost",
)
async def locked(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    (file,) = bench.memory.rglob(DATABASE)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await bench.card()
        await bench.person.send_text("/exit")
        await bench.until(lambda: not bench.person.visible())
    return "answered; the exit emptied the chat"
