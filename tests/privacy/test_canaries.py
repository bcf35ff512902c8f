"""200 people with everything that could give them away talk with the bot, and no byte of them is written down."""

from __future__ import annotations

import asyncio
import random
import secrets
import signal
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bot.sessions import folder as places
from tests.fake_telegram import FakeTelegram
from tests.privacy import crowd as doing
from tests.privacy.canaries import Canary, crowd
from tests.privacy.inside import DIE
from tests.privacy.search import Needles, Searched
from tests.privacy.subject import LONG, Subject

TOKEN = "700000001:canary-token-part-that-nobody-may-see"
SHARED = Path("/dev/shm")
#: People of a control: enough to see that the search works.
CONTROL = 16
needs_memory = pytest.mark.skipif(not places.is_memory(SHARED), reason="no memory file system at /dev/shm")

Figure = Callable[[str, object], None]
Scene = Callable[[FakeTelegram, Subject, Searched, list[Canary]], Awaitable[None]]


@pytest.fixture
def memory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="canaries-", dir=SHARED) as name:
        yield Path(name)


def play(scene: Scene, people: int, memory: Path, disk: Path, **more: str) -> Searched:
    """One scene with so many people; what was looked through, and what was found."""
    seed = secrets.randbits(64)
    print(f"seed of this run: {seed}")
    everybody = crowd(people, random.Random(seed))
    searched = Searched(Needles.of(everybody, [TOKEN.partition(":")[2]]))

    async def whole() -> None:
        async with FakeTelegram(TOKEN) as server:
            subject = Subject(server, memory, disk, **more)
            try:
                await scene(server, subject, searched, everybody)
            finally:
                if subject.process is not None:
                    await subject.end(signal.SIGKILL)
                subject.token.unlink()
            assert server.violations == []

    asyncio.run(whole())
    return searched


def rows(memory: Path) -> int:
    """Of a copy: whoever opens the file itself locks it, and a store that is kept waiting begins anew."""
    (database,) = memory.rglob("sessions.db")
    for _ in range(20):
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(database.read_bytes())
            return int(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])
    raise AssertionError("the database could not be read, not even between two changes")


async def walk(server: FakeTelegram, subject: Subject, everybody: list[Canary]) -> None:
    people = doing.join(server, everybody)
    for deed in doing.WALK:
        await doing.together(server, people, everybody, deed)


async def lives_and_deaths(
    server: FakeTelegram, subject: Subject, searched: Searched, everybody: list[Canary]
) -> None:
    """Walk; half of them leave; SIGTERM; an abort; `kill -9` in the middle of a hundred answers; expiry."""
    await subject.start()
    await walk(server, subject, everybody)
    await server.wait_for(lambda: rows(subject.memory) == len(everybody), LONG)
    subject.look(searched)  # alive
    leaving, staying = everybody[::2], everybody[1::2]
    await doing.together(server, doing.join(server, leaving), leaving, doing.leave)
    await server.wait_for(lambda: rows(subject.memory) == len(staying), LONG)
    assert await subject.end(signal.SIGTERM) == 0
    subject.look(searched)

    subject.arm()
    await subject.start()
    await doing.join(server, everybody[:1])[0].send_text(f"{DIE} {everybody[0].latin} {everybody[0].id}")
    assert await subject.end() == -signal.SIGABRT
    subject.look(searched)

    await subject.start()
    before = len(server.called("sendMessage"))
    for person, one in zip(doing.join(server, staying), staying, strict=True):
        await doing.say(person, one)
    await server.wait_for(lambda: len(server.called("sendMessage")) > before + len(staying) // 3, LONG)
    await subject.end(signal.SIGKILL)
    subject.look(searched)

    await subject.start()
    await server.settle(LONG)
    assert await subject.end(signal.SIGTERM) == 0
    subject.forward(hours=10)
    await subject.start()
    await server.wait_for(lambda: rows(subject.memory) == 0, LONG)
    subject.look(searched)


@needs_memory
def test_no_byte_of_200_people_is_written_anywhere(memory: Path, tmp_path: Path, record_property: Figure) -> None:
    async def scene(server: FakeTelegram, subject: Subject, searched: Searched, everybody: list[Canary]) -> None:
        await lives_and_deaths(server, subject, searched, everybody)
        assert subject.strays() == set(), "every file it opened for writing was searched"
        assert subject.litter() == [], "and nothing was written outside the memory folder"
        faults = ("turn-failed error=ValueError", "unexpected error=ValueError", "library-event telegram CRITICAL")
        printed = subject.printed()
        assert [fault for fault in faults if printed.count(fault) < 200] == [], "the faults did happen"

    searched = play(scene, 200, memory, tmp_path)
    record_property("figure", f"canaries: {len(searched.certain)} hits in {searched.bytes:,} bytes, 200 people")
    assert searched.bytes > 10**6
    assert searched.certain == Counter()
    assert not searched.too_many_short


def control(off: str, memory: Path, disk: Path) -> Searched:
    """The same search, fewer people, one protection away."""

    async def scene(server: FakeTelegram, subject: Subject, searched: Searched, everybody: list[Canary]) -> None:
        await subject.start()
        await walk(server, subject, everybody)
        subject.look(searched)

    return play(scene, CONTROL, memory, disk, CANARY_OFF=off)


@needs_memory
def test_without_redaction_the_same_search_finds_everything(
    memory: Path, tmp_path: Path, record_property: Figure
) -> None:
    searched = control("redaction", memory, tmp_path)
    found = {what: searched.people(what) for what in ("id", *crowd(1, random.Random(1))[0].texts)}
    record_property("figure", f"control without redaction: of {CONTROL} people {min(found.values())} or more by each")
    assert {what: count for what, count in found.items() if count < CONTROL} == {}
    assert searched.people("token") == 1


@needs_memory
def test_without_sealing_the_same_search_finds_the_ids(memory: Path, tmp_path: Path, record_property: Figure) -> None:
    searched = control("sealing", memory, tmp_path)
    record_property("figure", f"control without sealing: {searched.people('id')} of {CONTROL} people by their ids")
    assert searched.people("id") == CONTROL
    assert {hit.how for hit in searched.hits} >= {"utf-8", "8 little", "4 little"}


def test_every_needle_is_found_wherever_it_stands() -> None:
    chance = random.Random(3)
    everybody = crowd(40, chance)
    needles = Needles.of(everybody)
    written = [(at, *one) for at, person in enumerate(everybody) for one in person.written()]
    missed = []
    for at, what, how, put in chance.sample(written, 400):
        data = chance.randbytes(chance.randint(0, 9_000)) + put + chance.randbytes(chance.randint(0, 9))
        if not any(hit.person == at and hit.what == what for hit in needles.found(data)):
            missed.append((what, how))
    assert missed == []
    assert {how.partition(" ")[0] for _, _, how, _ in written} >= {
        *("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "4", "8", "hex", "HEX", "base64"),
        *("md5", "sha1", "sha256", "blake2b", "json", "percent", "limbs"),
    }
