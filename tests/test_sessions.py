"""What is remembered of a person, and how it is forgotten: every store keeps the same promises."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sessions import clock as machine
from bot.sessions import encoding, seal
from bot.sessions import folder as places
from bot.sessions.encoding import Record, decode, encode
from bot.sessions.keys import DAY, HEAD_SIZE, Keys
from bot.sessions.model import Session, Store, StoreRefused
from bot.sessions.open import IN_PROCESS, open_store
from bot.sessions.rows import ROW_SIZE
from bot.sessions.sqlite import DATABASE_NAME, KEYS_NAME, SqliteStore

HOURS = 6.0
CAPACITY = 1_200
CHAT = 7_340_112_958
PERSON = f"telegram:{CHAT}"
SESSION = Session(CHAT, live=41, code="1canarycode", messages=(38, 39, 40), told=True)
SHARED = Path("/dev/shm")
needs_memory = pytest.mark.skipif(not places.is_memory(SHARED), reason="no memory file system at /dev/shm")
KINDS = ["memory", "in process", pytest.param("sqlite", marks=needs_memory)]


@dataclass
class World:
    """A machine with a clock we move, and a folder that outlives the stores opened in it."""

    folder: Path
    kind: str
    now: float = 500_000.0
    events: list[str] = field(default_factory=list)

    async def open(self, hours: float = HOURS, capacity: int = CAPACITY) -> Store:
        spec = "sqlite" if self.kind == "in process" else self.kind
        folder = {"sqlite": self.folder, "in process": IN_PROCESS}.get(self.kind)
        return await open_store(spec, folder, hours, self.events.append, lambda: self.now, capacity)

    def run(self, story: Callable[[Store], Awaitable[None]], hours: float = HOURS, capacity: int = CAPACITY) -> None:
        """One life of the process."""

        async def life() -> None:
            store = await self.open(hours, capacity)
            try:
                await story(store)
            finally:
                await store.close()

        asyncio.run(asyncio.wait_for(life(), 30))

    @property
    def database(self) -> Path:
        return self.folder / DATABASE_NAME

    @property
    def keys(self) -> Path:
        return self.folder / KEYS_NAME

    def bytes_written(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())


@pytest.fixture
def folder() -> Iterator[Path]:
    where = Path(tempfile.mkdtemp(prefix="sessions-test-", dir=SHARED if places.is_memory(SHARED) else None))
    yield where
    shutil.rmtree(where)


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, folder: Path) -> World:
    return World(folder, request.param)


@pytest.fixture
def lasting(folder: Path) -> World:
    """A store that outlives the process."""
    if not places.is_memory(folder):
        pytest.skip("no memory file system at /dev/shm")
    return World(folder, "sqlite")


async def save(store: Store) -> None:
    await store.save(PERSON, SESSION)


async def remembers(store: Store) -> None:
    assert await store.load(PERSON) == SESSION


async def starts_afresh(store: Store) -> None:
    """Nobody is known, and the store works."""
    assert await store.load(PERSON) is None
    assert await store.silent(0) == []
    await save(store)
    await remembers(store)


# Every store


def test_a_newcomer_is_nobody(world: World) -> None:
    world.run(starts_afresh)
    assert world.events == []


def test_a_forgotten_person_is_a_newcomer(world: World) -> None:
    async def story(store: Store) -> None:
        await save(store)
        await store.save("telegram:2", Session(2))
        await store.forget(PERSON)
        await store.forget("telegram:3")
        assert await store.load(PERSON) is None
        assert await store.silent(0) == [("telegram:2", Session(2))]

    world.run(story)


def test_the_last_save_is_what_is_remembered(world: World) -> None:
    async def story(store: Store) -> None:
        for live in range(50):
            await store.save(PERSON, Session(CHAT, live))
            assert await store.load(PERSON) == Session(CHAT, live)

    world.run(story)


def test_a_session_ends_some_hours_after_the_last_save_and_no_later(world: World) -> None:
    async def story(store: Store) -> None:
        for _ in range(3):
            await save(store)
            world.now += HOURS * 3600 - 60
            await remembers(store)
        world.now += 60
        assert await store.load(PERSON) is None
        assert await store.silent(0) == []
        assert [await store.purge(), await store.purge()] == [1, 0]

    world.run(story)


def test_silence_is_counted_from_the_last_save(world: World) -> None:
    async def story(store: Store) -> None:
        await save(store)
        world.now += 1000
        await store.save("telegram:2", Session(2))
        await store.save("web:abc", Session(chat=0, live=1))
        world.now += 800
        assert await store.silent(1800) == [(PERSON, SESSION)]
        assert await store.silent(1801) == []
        assert sorted(person for person, _ in await store.silent(800)) == sorted([PERSON, "telegram:2"])

    world.run(story)


def test_above_the_cap_those_idle_for_longest_go(world: World) -> None:
    async def story(store: Store) -> None:
        for chat in range(1, 41):
            world.now += 60
            await store.save(f"telegram:{chat}", Session(chat))
        kept = [session.chat for _, session in await store.silent(0)]
        assert 1 <= len(kept) <= 10
        assert sorted(kept) == list(range(41 - len(kept), 41))

    world.run(story, capacity=10)
    assert "store_capped" in world.events


@pytest.mark.parametrize(
    "session", [Session(2**63), Session(1, live=-(2**70)), Session(1, messages=(2**64,)), Session(1, code="ә" * 30)]
)
def test_what_does_not_fit_is_no_error(world: World, session: Session) -> None:
    async def story(store: Store) -> None:
        await store.save(PERSON, session)
        assert await store.load(PERSON) in (None, Session(1))

    world.run(story)


def test_odd_names_of_persons_are_kept_apart(world: World) -> None:
    names = ["", "telegram:", "telegram:-1", "telegram:1", "TELEGRAM:1", "\ud800", "web:" + "x" * 5000, "a:b:c", "ә:1"]

    async def story(store: Store) -> None:
        for number, name in enumerate(names):
            await store.save(name, Session(number))
        assert [await store.load(name) for name in names] == [Session(number) for number in range(len(names))]

    world.run(story)


def test_a_closed_store_answers_as_for_a_newcomer(world: World) -> None:
    async def story(store: Store) -> None:
        await save(store)
        await store.close()
        await store.close()
        await save(store)
        await store.forget(PERSON)
        assert (await store.load(PERSON), await store.silent(0), await store.purge()) == (None, [], 0)

    world.run(story)


def test_without_a_store_everybody_is_a_newcomer(folder: Path) -> None:
    async def story(store: Store) -> None:
        await save(store)
        await store.forget(PERSON)
        assert (await store.load(PERSON), await store.silent(0), await store.purge()) == (None, [], 0)

    World(folder, "none").run(story)
    assert list(folder.iterdir()) == []


# One row


sixty_four_bits = st.integers(-(2**63), 2**63 - 1)
codes = st.text(st.characters(codec="ascii"), max_size=64)


@given(sixty_four_bits, sixty_four_bits, codes, st.lists(sixty_four_bits, max_size=30), st.booleans())
def test_a_session_survives_its_encoding(chat: int, live: int, code: str, ids: list[int], told: bool) -> None:
    record = Record(Session(chat, live, code, tuple(ids), told), "telegram", 123)
    assert decode(encode(record)) == record
    assert len(encode(record)) == encoding.SIZE


@given(st.lists(sixty_four_bits, max_size=600))
def test_of_too_many_ids_the_newest_are_kept(ids: list[int]) -> None:
    kept = decode(encode(Record(Session(1, 2, "", tuple(ids)), "", 0))).session.messages
    assert list(kept) == ids[len(ids) - len(kept) :]
    assert len(kept) >= min(len(ids), 30)


def test_an_hour_of_talk_fits_a_row() -> None:
    ids = tuple(range(5_000_000, 5_000_350))
    session = Session(CHAT, 5_000_350, "x" * 64, ids)
    assert decode(encode(Record(session, "telegram", 0))).session == session


@given(st.binary(max_size=600) | st.binary(min_size=encoding.SIZE, max_size=encoding.SIZE))
def test_bytes_that_are_no_session_are_refused_in_one_way(raw: bytes) -> None:
    for candidate in (raw, raw[:10], b"\x01\x00" + raw[2:]):
        with suppress(ValueError):
            assert isinstance(decode(candidate), Record)


def test_a_row_opens_with_both_keys_in_its_own_place_unchanged_and_never_else() -> None:
    day, secret, bound = bytes(32), bytes([1]) * 32, b"place"
    sealed = seal.seal(day, secret, bound, b"words")
    assert seal.unseal(day, secret, bound, sealed) == b"words"
    flipped = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    strangers = [(secret, secret, bound, sealed), (day, day, bound, sealed), (day, secret, b"other", sealed)]
    strangers += [(day, secret, bound, other) for other in (*flipped, b"", sealed[:11])]
    assert len(strangers) > 30
    assert [seal.unseal(*stranger) for stranger in strangers] == [None] * len(strangers)


# The database


def test_a_session_outlives_the_process(lasting: World) -> None:
    lasting.run(save)
    lasting.run(remembers)
    assert lasting.events == []
    modes = {path.name: path.stat().st_mode & 0o777 for path in lasting.folder.iterdir()}
    assert modes[DATABASE_NAME] == modes[KEYS_NAME] == 0o600


def test_nothing_outlives_a_start_of_the_machine(lasting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lasting.run(save)
    monkeypatch.setattr(machine, "boot", lambda: b"another boot    ")
    lasting.run(starts_afresh)
    lasting.now -= 10_000  # a system that can't tell its starts apart: the clock stands lower than before
    lasting.run(starts_afresh)


def test_the_database_keeps_its_size(lasting: World) -> None:
    async def one_after_another(store: Store) -> None:
        await store.purge()
        sizes.add(lasting.database.stat().st_size)
        for chat in range(1, 1001):
            await store.save(f"telegram:{chat}", Session(chat, code="x" * (chat % 64)))
            await store.forget(f"telegram:{chat}")
        sizes.add(lasting.database.stat().st_size)

    async def all_at_once(store: Store) -> None:
        for chat in range(1, 501):
            await store.save(f"telegram:{chat}", Session(chat))
        assert lasting.database.stat().st_size > max(sizes)
        lasting.now += HOURS * 3600
        assert await store.purge() == 500
        sizes.add(lasting.database.stat().st_size)

    sizes: set[int] = set()
    lasting.run(one_after_another)
    lasting.run(all_at_once)
    assert len(sizes) == 1


def test_all_rows_are_of_one_size(lasting: World) -> None:
    async def story(store: Store) -> None:
        for chat in range(1, 100):
            await store.save(f"telegram:{chat}", Session(chat, chat, "x" * (chat % 65), tuple(range(chat * 5))))

    lasting.run(story)
    with closing(sqlite3.connect(lasting.database)) as database:
        assert list(database.execute("SELECT DISTINCT length(key), length(sealed) FROM sessions")) == [(32, ROW_SIZE)]
    assert ROW_SIZE == 512


def canaries() -> list[bytes]:
    number = str(CHAT).encode()
    return [number, number.decode().encode("utf-16-le"), CHAT.to_bytes(8, "little"), SESSION.code.encode()]


def found(world: World) -> int:
    return sum(canary in world.bytes_written() for canary in canaries())


def test_no_byte_of_a_person_is_written(lasting: World) -> None:
    hits = []

    async def story(store: Store) -> None:
        await save(store)
        hits.append(found(lasting))

    lasting.run(story)
    assert [*hits, found(lasting)] == [0, 0]


def test_without_sealing_the_same_search_finds_the_person(lasting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "seal", lambda day, secret, bound, plain: bytes(seal.OVERHEAD) + plain)
    monkeypatch.setattr(seal, "row_key", lambda day, person: person.encode().ljust(32))
    lasting.run(save)
    assert found(lasting) >= 3


def test_rows_swapped_between_persons_do_not_open(lasting: World) -> None:
    async def two(store: Store) -> None:
        await store.save("telegram:1", Session(1))
        await store.save("telegram:2", Session(2))

    async def nobody(store: Store) -> None:
        assert [await store.load(f"telegram:{chat}") for chat in (1, 2)] == [None, None]
        assert await store.silent(0) == []

    lasting.run(two)
    with closing(sqlite3.connect(lasting.database)) as database, database:
        (one, first), (other, second) = database.execute("SELECT key, sealed FROM sessions")
        database.executemany("UPDATE sessions SET sealed = ? WHERE key = ?", [(second, one), (first, other)])
    lasting.run(nobody)


def test_an_expiry_moved_in_the_file_closes_the_row(lasting: World) -> None:
    lasting.run(save)
    with closing(sqlite3.connect(lasting.database)) as database, database:
        assert database.execute("UPDATE sessions SET expiry = expiry + 600").rowcount == 1
    lasting.run(starts_afresh)


# Keys


def swap(path: Path, data: bytes, mode: int = 0o600) -> None:
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def hard_link(path: Path) -> None:
    os.link(path, path.with_name("elsewhere"))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "replaced": lambda path: swap(path, os.urandom(path.stat().st_size)),
    "zeros": lambda path: swap(path, bytes(path.stat().st_size)),
    "short": lambda path: swap(path, os.urandom(31)),
    "long": lambda path: swap(path, path.read_bytes() + b"x"),
    "empty": lambda path: swap(path, b""),
    "open to all": lambda path: path.chmod(0o644),
    "a link": link,
    "a dangling link": dangling_link,
    "a second name": hard_link,
    "a folder": a_folder,
    "a pipe": a_pipe,
}


DAMAGED = [(name, damage) for name in (DATABASE_NAME, KEYS_NAME) for damage in DAMAGE]
DAMAGED.remove((DATABASE_NAME, "long"))  # a byte after the last page is no damage to SQLite


@pytest.mark.parametrize(("name", "damage"), DAMAGED)
def test_a_damaged_file_is_a_fresh_start(lasting: World, name: str, damage: str) -> None:
    lasting.run(save)
    DAMAGE[damage](lasting.folder / name)
    lasting.run(starts_afresh)
    nowhere = lasting.folder / "nowhere"
    assert not nowhere.exists()
    lasting.run(starts_afresh if damage == "a folder" else remembers)


def sealed_rows(world: World) -> list[bytes]:
    with closing(sqlite3.connect(world.database)) as database:
        return [bytes(row[0]) for row in database.execute("SELECT sealed FROM sessions")]


def test_rows_that_lost_their_keys_are_dropped(lasting: World) -> None:
    async def nothing(store: Store) -> None:
        return None

    lasting.run(save)
    assert len(sealed_rows(lasting)) == 1
    lasting.keys.unlink()
    lasting.run(nothing)
    assert sealed_rows(lasting) == []


def test_a_deleted_row_is_overwritten(lasting: World) -> None:
    async def story(store: Store) -> None:
        await save(store)
        (row,) = sealed_rows(lasting)
        assert row[:64] in lasting.bytes_written()
        await store.forget(PERSON)
        assert row[:64] not in lasting.bytes_written()
        assert row[-64:] not in lasting.bytes_written()

    lasting.run(story)


def test_the_name_of_a_row_depends_on_the_day() -> None:
    names = {seal.row_key(bytes([day]) * 32, person) for day in range(10) for person in (PERSON, "telegram:2")}
    assert len(names) == 20


def test_closed_keys_leave_no_copy_in_the_process() -> None:
    keys = Keys(slots=1, ttl=3600, boot=bytes(16))
    keys.renew(0)
    slot = keys.draw()
    assert slot == 0 and keys.secret(slot) is not None
    keys.close()
    assert keys.secret(slot) is None and keys.draw() is None


def test_the_key_turns_daily_and_loses_nobody(lasting: World) -> None:
    """Somebody who writes every few hours is known for a week; what stood under older keys can't be read."""
    day_keys: set[bytes] = set()

    async def story(store: Store) -> None:
        assert isinstance(store, SqliteStore)
        await save(store)
        for _ in range(7 * 8):
            lasting.now += 3 * 3600
            await remembers(store)
            await save(store)
            day_keys.update(store._keys.day_keys(lasting.now))

    lasting.run(story)
    lasting.run(remembers)
    assert 6 <= len(day_keys) <= 8
    assert sum(key in lasting.bytes_written() for key in day_keys) <= 2


def test_yesterdays_key_goes_when_all_its_rows_are_over() -> None:
    keys = Keys(slots=1, ttl=3600, boot=bytes(16))
    keys.renew(0)
    (first,) = keys.day_keys(DAY - 1)
    second, kept = keys.day_keys(DAY)
    assert kept == first != second
    assert keys.day_keys(DAY + 3600) == (second, first)
    assert keys.day_keys(DAY + 3602) == (second,)


def secrets_in_use(world: World) -> int:
    raw = world.keys.read_bytes()[HEAD_SIZE:]
    return sum(any(raw[at : at + 32]) for at in range(0, len(raw), 32))


def test_each_person_has_one_secret_and_after_forgetting_none(lasting: World) -> None:
    counts = []

    async def story(store: Store) -> None:
        for chat in (1, 2, 3, 1, 2, 3, 1):
            await store.save(f"telegram:{chat}", Session(chat))
        counts.append(secrets_in_use(lasting))
        await store.forget("telegram:1")
        counts.append(secrets_in_use(lasting))
        lasting.now += HOURS * 3600
        await store.purge()
        counts.append(secrets_in_use(lasting))

    lasting.run(story)
    assert counts == [3, 2, 0]


def test_secrets_a_crash_left_behind_are_erased_at_the_next_start(lasting: World) -> None:
    async def dies_while_saving(store: Store) -> None:
        await save(store)
        assert isinstance(store, SqliteStore)
        assert store._keys.draw() is not None
        assert secrets_in_use(lasting) == 2

    lasting.run(dies_while_saving)
    lasting.run(remembers)
    assert secrets_in_use(lasting) == 1


# When nothing can be written


def test_forgetting_holds_when_no_row_can_be_changed(lasting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret goes first, so that the row left behind is nobody's."""

    async def no_room(store: SqliteStore, statements: object) -> None:
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise full

    async def story(store: Store) -> None:
        await save(store)
        await store.save("telegram:2", Session(2))
        with monkeypatch.context() as full:
            full.setattr(SqliteStore, "_change", no_room)
            await store.forget(PERSON)
            await store.save("telegram:2", Session(2, live=9))
            assert await store.load(PERSON) is None
            assert await store.silent(0) == [("telegram:2", Session(2))]
        assert secrets_in_use(lasting) == 1

    lasting.run(story)
    assert lasting.events == ["store_full", "store_full"]


def test_a_dead_row_takes_nobody_along(lasting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row left behind still names its slot, which somebody else may have by now."""

    async def changes_nothing(store: SqliteStore, statements: object) -> None:
        return None

    async def story(store: Store) -> None:
        await save(store)
        with monkeypatch.context() as broken:
            broken.setattr(SqliteStore, "_change", changes_nothing)
            await store.forget(PERSON)
        await store.save("telegram:2", Session(2))
        await store.forget(PERSON)
        assert await store.load("telegram:2") == Session(2)

    lasting.run(story, capacity=1)


def test_a_deletion_refused_for_another_reason_forgets_everybody(lasting: World) -> None:
    async def story(store: Store) -> None:
        await save(store)
        with closing(sqlite3.connect(lasting.database)) as database, database:
            database.execute("CREATE TRIGGER no BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'no'); END")
        await store.forget(PERSON)
        await starts_afresh(store)

    lasting.run(story)
    lasting.run(remembers)
    assert lasting.events == ["store_fresh"]


@pytest.fixture
def tiny(lasting: World) -> Iterator[World]:
    """A memory file system of 128 KiB."""
    command = ["mount", "-t", "tmpfs", "-o", "size=128k,mode=700", "tmpfs", str(lasting.folder)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small memory file system needs more rights")
    yield lasting
    subprocess.run(["umount", str(lasting.folder)], check=True)


def fill(folder: Path) -> None:
    with open(folder / "filler", "wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass


def test_forgetting_holds_on_a_full_memory_file_system(tiny: World) -> None:
    async def story(store: Store) -> None:
        for chat in range(1, 21):
            await store.save(f"telegram:{chat}", Session(chat))
        fill(tiny.folder)
        await store.save("telegram:99", Session(99))
        assert await store.load("telegram:99") is None
        for chat in range(1, 11):
            await store.forget(f"telegram:{chat}")
        assert sorted(session.chat for _, session in await store.silent(0)) == list(range(11, 21))
        assert secrets_in_use(tiny) == 10

    async def later(store: Store) -> None:
        assert [await store.load(f"telegram:{chat}") for chat in (1, 10, 11)] == [None, None, Session(11)]
        await starts_afresh_beside(store)

    async def starts_afresh_beside(store: Store) -> None:
        await store.save("telegram:1", Session(1, 5))
        assert await store.load("telegram:1") == Session(1, 5)

    tiny.run(story, capacity=500)
    assert set(tiny.events) == {"store_full"}
    (tiny.folder / "filler").unlink()
    tiny.run(later, capacity=500)


def test_no_room_even_for_the_keys_means_sessions_in_the_process(tiny: World) -> None:
    fill(tiny.folder)
    tiny.run(starts_afresh)
    assert tiny.events == ["store_in_process"]


# Foreign, locked, vanishing databases


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE notes (words TEXT)")
    path.chmod(0o600)


def other_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 999")


def half_written(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 + 100])


def garbage_inside(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + os.urandom(len(data) - 4096))


@pytest.mark.parametrize("damage", [foreign, other_version, half_written, garbage_inside])
def test_a_database_that_is_not_ours_is_thrown_away(lasting: World, damage: Callable[[Path], None]) -> None:
    lasting.run(save)
    damage(lasting.database)
    lasting.run(starts_afresh)
    lasting.run(remembers)


@pytest.mark.parametrize("damage", [half_written, garbage_inside, Path.unlink])
def test_a_database_damaged_under_our_hands_is_no_error(lasting: World, damage: Callable[[Path], None]) -> None:
    async def story(store: Store) -> None:
        await save(store)
        damage(lasting.database)
        await store.forget(PERSON)
        await starts_afresh(store)

    lasting.run(story)
    lasting.run(remembers)


@pytest.mark.parametrize("when", ["before the start", "while running"])
def test_a_database_somebody_else_holds_is_replaced(lasting: World, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sessions.database.LOCK_WAIT", 0.05)
    lasting.run(save)
    with closing(sqlite3.connect(lasting.database)) as other:

        async def story(store: Store) -> None:
            if when == "while running":
                other.execute("BEGIN EXCLUSIVE")
                await store.forget(PERSON)
                assert secrets_in_use(lasting) == 0
            await starts_afresh(store)

        if when == "before the start":
            other.execute("BEGIN EXCLUSIVE")
        lasting.run(story)
    lasting.run(remembers)


def test_whoever_asked_may_be_cancelled_but_the_save_is_finished(lasting: World) -> None:
    async def story(store: Store) -> None:
        for number in range(30):
            task = asyncio.ensure_future(store.save(PERSON, Session(CHAT, number)))
            for _ in range(number % 7):
                await asyncio.sleep(0)
            started = number % 7 > 0
            task.cancel()
            await asyncio.wait({task})
            if started:
                assert await store.load(PERSON) == Session(CHAT, number)
        await save(store)
        await asyncio.gather(*(store.save(f"telegram:{chat}", Session(chat)) for chat in range(1, 50)))
        assert len(await store.silent(0)) == 50

    lasting.run(story)
    lasting.run(remembers)
    assert lasting.events == []


SAVES_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from bot.sessions.model import Session
from bot.sessions.open import open_store
async def life():
    store = await open_store("sqlite", Path(sys.argv[1]), 6, print, lambda: 500_000.0, 64)
    for live in range(1, 10**9):
        await store.save("telegram:1", Session(1, live))
        print(live, flush=True)
        await store.save("telegram:2", Session(2))
        await store.forget("telegram:2")
asyncio.run(life())
"""


def test_a_kill_at_any_moment_costs_no_session(lasting: World) -> None:
    """What was saved is there after `kill -9`; of what was being forgotten nothing can be read beside it."""
    command = [sys.executable, "-c", SAVES_FOR_EVER, str(lasting.folder)]
    for lines in (1, 3, 10, 30):
        child = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        last = [int(child.stdout.readline()) for _ in range(lines)][-1]
        child.kill()
        rest = child.stdout.read().split("\n")[:-1]
        child.wait(20)
        child.stdout.close()
        last = int(rest[-1]) if rest else last

        async def story(store: Store, confirmed: int = last) -> None:
            session = await store.load("telegram:1")
            assert session is not None and session.live in (confirmed, confirmed + 1)
            assert await store.load("telegram:2") in (None, Session(2))
            await store.forget("telegram:2")
            assert secrets_in_use(lasting) == 1

        lasting.run(story, capacity=64)
    assert lasting.events == []


def test_a_closed_store_leaves_no_thread(world: World) -> None:
    before = threading.active_count()
    world.run(starts_afresh)
    for _ in range(500):  # a thread that was told to end may still be on its last line
        if threading.active_count() <= before:
            break
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_a_process_that_forgets_to_close_ends_all_the_same() -> None:
    script = """
import asyncio
from pathlib import Path
from bot.sessions.open import open_store
async def life():
    global store
    store = await open_store("sqlite", Path(":memory:"), 6, print)
asyncio.run(life())
"""
    root = Path(__file__).parent.parent
    ended = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, timeout=20)
    assert ended.returncode == 0


# Where it may lie


def refusal(spec: str, folder: Path | None) -> str:
    events: list[str] = []
    with pytest.raises(StoreRefused) as caught:
        asyncio.run(open_store(spec, folder, HOURS, events.append))
    return str(caught.value)


def test_a_disk_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "MEMORY_TYPES", ())  # the machine of the tests may have no disk at all
    message = refusal("sqlite", tmp_path / "data")
    assert "disk" in message and str(tmp_path) in message and "\n" not in message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_used_is_refused_in_one_line(lasting: World) -> None:
    a_file = lasting.folder / "file"
    a_file.write_text("x")
    for path in (a_file, a_file / "below"):
        message = refusal("sqlite", path)
        assert str(path) in message and "\n" not in message


def test_an_unknown_store_is_refused_without_repeating_its_password() -> None:
    assert "hush" not in refusal("postgres://user:hush@host", None)
    assert "nonsense" in refusal("nonsense", None)


def test_a_line_of_mountinfo_tells_memory_from_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    cases = {"tmpfs": True, "ramfs": True, "ext4": False, "overlay": False, "devtmpfs": False}
    monkeypatch.setattr(places, "MOUNTS", tmp_path / "mountinfo")
    for kind, expected in cases.items():
        places.MOUNTS.write_text(
            f"25 24 {number} / /a\\040b rw shared:1 - {kind} none rw\n9 8 999:1 / / rw - tmpfs x rw\n"
        )
        assert places.is_memory(tmp_path) is expected
    places.MOUNTS.unlink()
    assert not places.is_memory(tmp_path)


@needs_memory
def test_the_runtime_folder_comes_first_and_is_ours_alone(folder: Path) -> None:
    given, login = folder / "given", folder / "login"
    given.mkdir(mode=0o755)
    login.mkdir(mode=0o700)
    environ = {"RUNTIME_DIRECTORY": f"{given}:/other", "XDG_RUNTIME_DIR": str(login)}
    own = f"janymda-{os.geteuid()}"
    assert places.find(environ) == given
    given.chmod(0o777)
    assert places.find(environ) == given / own
    assert places.find({"XDG_RUNTIME_DIR": str(login)}) == login / own
    assert (login / own).stat().st_mode & 0o777 == 0o700


@needs_memory
def test_a_planted_folder_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SHARED_MEMORY", folder / "nowhere")
    target = folder / "elsewhere"
    target.mkdir(mode=0o700)
    (folder / f"janymda-{os.geteuid()}").symlink_to(target)
    assert places.find({"XDG_RUNTIME_DIR": str(folder)}) is None
    assert places.find({"XDG_RUNTIME_DIR": "relative/folder"}) is None


def test_where_there_is_no_memory_sessions_stay_in_the_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MEMORY_TYPES", ())
    events: list[str] = []

    async def life() -> None:
        store = await open_store("sqlite", None, HOURS, events.append)
        await starts_afresh(store)
        await store.close()

    asyncio.run(life())
    assert events == ["store_in_process"]


def test_the_clock_counts_from_the_start_of_the_machine() -> None:
    first, second = machine.boottime(), machine.boottime()
    assert 0 < first <= second
    assert len(machine.boot()) == 16 and machine.boot() == machine.boot()
