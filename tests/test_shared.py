"""What machines share through Redis, with a real one: sessions, turns, the rate, updates; and what its loss costs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.channels.telegram.budget import SharedBudget
from bot.sessions import link as link_module
from bot.sessions.agreed import Agreed
from bot.sessions.link import PREFIX
from bot.sessions.model import Session, StoreRefused
from bot.sessions.open import attendants, open_store
from bot.sessions.shared import RedisStore
from bot.sessions.shared_inbox import RedisInbox
from tests.redis_server import RedisServer, needs_redis, redis_server

pytestmark = needs_redis
ANNA, BOTA = "telegram:4200000001", "telegram:4200000002"
SESSION = Session(4200000001, 17, "1enAAAAA", (11, 12), True)


@pytest.fixture(scope="module")
def shared_server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def server(shared_server: RedisServer) -> RedisServer:
    """Empty, and running again if the last test left it dead."""
    shared_server.kill()
    shared_server.start()
    return shared_server


class Machine:
    """One machine's part: its store, inbox and agreements, and the events it logged."""

    def __init__(self, store: RedisStore, events: list[str]) -> None:
        inbox, together = attendants(store, events.append)
        assert isinstance(inbox, RedisInbox)
        assert isinstance(together, Agreed)
        self.store, self.events, self.inbox, self.together = store, events, inbox, together

    async def until(self, up: bool) -> None:
        async with asyncio.timeout(10):
            while self.store.link.up is not up:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@asynccontextmanager
async def machines(url: str, count: int = 1) -> AsyncIterator[list[Machine]]:
    found = []
    for _ in range(count):
        events: list[str] = []
        store = await open_store(url, None, 6, events.append)
        assert isinstance(store, RedisStore)
        found.append(Machine(store, events))
    try:
        yield found
    finally:
        for one in found:
            await one.store.close()


def play(url: str, count: int, scene: Callable[..., Awaitable[None]]) -> None:
    async def whole() -> None:
        async with machines(url, count) as found:
            await scene(*found)

    asyncio.run(whole())


# ---- sessions


def test_what_one_machine_saves_another_loads_and_whoever_forgets_forgets_for_all(server: RedisServer) -> None:
    async def scene(one: Machine, two: Machine) -> None:
        assert await two.store.load(ANNA) is None
        await one.store.save(ANNA, SESSION)
        assert await two.store.load(ANNA) == SESSION
        assert await two.store.load(BOTA) is None
        await two.store.save(ANNA, replace(SESSION, code="later"))
        assert await one.store.load(ANNA) == replace(SESSION, code="later")
        await one.store.forget(ANNA)
        assert await two.store.load(ANNA) is None

    play(server.url, 2, scene)


def test_everything_in_redis_expires_is_sealed_and_named_by_a_hash(server: RedisServer) -> None:
    async def scene(one: Machine) -> None:
        await one.store.save(ANNA, replace(SESSION, code="canary"))
        await one.inbox.keep(7, b"canary")
        await one.together.claim(7)
        await one.together.newest(ANNA, 7)
        await one.together.slots(25.0, 1)
        redis = one.store.link._redis
        async with one.together.lock(ANNA):
            names = await redis.keys("*")
            assert {name.split(b":")[1] for name in names} == {
                b"row", b"in", b"seen", b"budget", b"lock", b"key", b"machines", b"latest",
            }  # fmt: skip
            for name in names:
                assert 0 < await redis.ttl(name) <= 3 * 86_400, name
                assert b"4200000001" not in name
                if await redis.type(name) == b"string":
                    value = await redis.get(name)
                    assert b"canary" not in value
                    assert b"4200000001" not in value

    play(server.url, 1, scene)


def test_rows_are_bound_to_their_name_and_rubbish_is_nobody(server: RedisServer) -> None:
    async def scene(one: Machine) -> None:
        redis = one.store.link._redis
        await one.store.save(ANNA, SESSION)
        (name,) = await redis.keys(f"{PREFIX}row:*")
        row = await redis.get(name)
        await one.store.save(BOTA, SESSION)
        (other,) = set(await redis.keys(f"{PREFIX}row:*")) - {name}
        for value in (row, b"", b"x" * 600):
            await redis.set(other, value)
            assert await one.store.load(BOTA) is None

    play(server.url, 1, scene)


def test_silent_people_are_sought_by_one_machine(server: RedisServer) -> None:
    async def scene(one: Machine, two: Machine) -> None:
        for number in range(1, 301):
            await one.store.save(f"telegram:{number}", Session(number, 5, "code"))
        found = [await one.store.silent(0.0), await two.store.silent(0.0), await one.store.silent(0.0)]
        assert sorted(map(len, found)) == [0, 300, 300]
        assert {person for person, _ in found[0]} == {f"telegram:{number}" for number in range(1, 301)}
        assert await one.store.silent(3600.0) == []

    play(server.url, 2, scene)


# ---- what is agreed on


def test_turns_of_one_person_never_overlap_and_others_do_not_wait(server: RedisServer) -> None:
    async def scene(*found: Machine) -> None:
        inside: list[int] = []
        order: list[str] = []

        async def turn(machine: Machine, number: int) -> None:
            async with machine.together.lock(ANNA):
                inside.append(number)
                assert len(inside) == 1
                await asyncio.sleep(0.01)
                inside.remove(number)
                order.append(ANNA)

        async def other() -> None:
            async with found[0].together.lock(BOTA):
                order.append(BOTA)

        await asyncio.gather(*(turn(found[number % 3], number) for number in range(12)), other())
        assert order.index(BOTA) <= 1
        assert len(order) == 13

    play(server.url, 3, scene)


def test_a_dead_machines_lock_falls_and_a_living_ones_is_renewed(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sessions.agreed.LOCK_MS", 300)
    monkeypatch.setattr("bot.sessions.agreed.RENEW", 0.1)

    async def scene(one: Machine, two: Machine) -> None:
        held, freed = asyncio.Event(), asyncio.Event()

        async def alive() -> None:
            async with one.together.lock(ANNA):
                held.set()
                await asyncio.sleep(0.9)
                freed.set()

        task = asyncio.create_task(alive())
        await held.wait()
        async with two.together.lock(ANNA):
            assert freed.is_set()
        await task
        await one.store.link._redis.set(f"{PREFIX}lock:x", "a machine that died", px=300)
        assert await two.together._acquire(f"{PREFIX}lock:x", "token")

    play(server.url, 2, scene)


def test_three_machines_together_stay_within_the_rate(server: RedisServer) -> None:
    async def scene(*found: Machine) -> None:
        loop = asyncio.get_running_loop()
        went: list[float] = []

        async def hungry(machine: Machine) -> None:
            budget = SharedBudget(machine.together, 50.0, loop.time)
            while loop.time() < until:
                if wait := await budget.take(5):
                    await asyncio.sleep(wait)
                else:
                    went.append(loop.time())

        until = loop.time() + 1.5
        await asyncio.gather(*(hungry(one) for one in found))
        assert 50 <= len(went) <= 1.5 * 50 + 10 + 3 * 5, "the rate, its burst, and what each may hold"

    play(server.url, 3, scene)


def test_an_update_is_answered_by_one_machine(server: RedisServer) -> None:
    async def scene(one: Machine, two: Machine) -> None:
        assert await one.together.claim(1) == "ours"
        assert await one.together.claim(1) == "ours", "our own second look"
        assert await two.together.claim(1) == "taken"
        await one.together.settle(1, False)
        assert await two.together.claim(1) == "ours"
        await two.together.settle(1, True)
        assert await one.together.claim(1) == "done"
        claims = await asyncio.gather(*(random.choice([one, two]).together.claim(n % 20 + 10) for n in range(200)))
        assert claims.count("ours") >= 20

    play(server.url, 2, scene)


def test_the_latest_update_of_a_person_is_known_to_all(server: RedisServer) -> None:
    async def scene(one: Machine, two: Machine) -> None:
        assert await one.together.newest(ANNA, 5)
        assert await two.together.newest(ANNA, 5)
        assert not await two.together.newest(ANNA, 4)
        assert await two.together.newest(BOTA, 4)
        assert await two.together.newest(ANNA, 6)
        assert not await one.together.newest(ANNA, 5)

    play(server.url, 2, scene)


def test_what_a_dead_machine_had_kept_another_takes_over_once(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(one: Machine, two: Machine, three: Machine) -> None:
        for number in range(1, 6):
            assert await one.inbox.keep(number, b"record %d" % number)
        assert await two.inbox.left(60) == [], "it is alive"
        await one.inbox.done(5)
        await one.store.link._redis.zrem(f"{PREFIX}machines", one.store.link.name)  # as after its silence
        found = await asyncio.gather(two.inbox.left(60), three.inbox.left(60))
        assert sorted(found[0] + found[1]) == [b"record %d" % number for number in range(1, 5)]
        assert await two.inbox.left(60) + await three.inbox.left(60) == []

    play(server.url, 3, scene)


# ---- Redis gone


def test_without_redis_nothing_waits_one_line_is_logged_and_it_recovers_by_itself(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "KNOCK", 0.02)

    async def scene(one: Machine) -> None:
        await one.store.save(ANNA, SESSION)
        server.kill()
        async with asyncio.timeout(3):
            for _ in range(50):
                assert await one.store.load(ANNA) is None or not one.store.link.up
                await one.store.save(BOTA, replace(SESSION, chat=4200000002, code="an old place"))
                assert await one.together.claim(1) == "ours"
                assert not await one.inbox.keep(1, b"record")
                async with one.together.lock(ANNA):
                    pass
        await asyncio.sleep(0.2)  # it knocks in vain
        assert one.events == ["shared_gone"]
        aside = await one.store.load(BOTA)
        assert aside is not None
        assert (aside.live, aside.messages) == (17, (11, 12)), "the exit still finds what was sent"
        assert aside.code == "", "but words are not read in an old context"
        server.start()
        await one.until(up=True)
        assert one.events == ["shared_gone", "shared_back"]
        assert await one.store.load(ANNA) is None
        found = await one.store.load(BOTA)
        assert found is not None
        assert found.live == 17
        await one.store.save(BOTA, SESSION)
        assert await one.store.load(BOTA) == SESSION

    play(server.url, 1, scene)


def test_the_budget_falls_back_to_this_machines_share(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "BEAT", 0.05)

    async def scene(*found: Machine) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            while found[0].store.link.machines != 4:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        server.kill()
        await found[0].until(up=False)
        assert found[0].together.machines == 4
        now = [100.0]
        budget = SharedBudget(found[0].together, 40.0, lambda: now[0])
        went = 0
        while now[0] < 110.0:
            wait = await budget.take(5)
            went += wait == 0.0
            now[0] += wait
        assert 100 <= went <= 102, "a quarter of 40 a second"
        server.start()
        await found[0].until(up=True)
        assert found[0].together.machines == 0, "shared again"
        assert loop.time() > 0

    play(server.url, 4, scene)


def test_after_a_restart_of_redis_what_still_waits_is_made_safe_again(server: RedisServer) -> None:
    async def scene(one: Machine, two: Machine) -> None:
        assert await one.inbox.keep(1, b"record")
        server.kill()
        await one.until(up=False)
        server.start()
        await one.until(up=True)
        await two.until(up=True)
        await one.store.link._redis.zrem(f"{PREFIX}machines", one.store.link.name)
        assert await two.inbox.left(60) == [b"record"]

    play(server.url, 2, scene)


def test_a_redis_that_is_not_there_at_the_start_is_waited_for() -> None:
    async def whole(server: RedisServer) -> None:
        server.kill()
        async with machines(server.url) as (one,):
            assert await one.store.load(ANNA) is None
            server.start()
            await one.until(up=True)
            await one.store.save(ANNA, SESSION)
            assert await one.store.load(ANNA) == SESSION
            assert one.events == ["shared_gone", "shared_back"]

    with redis_server() as server:
        asyncio.run(whole(server))


@pytest.mark.parametrize("how", [("--save", "60 1"), ("--appendonly", "yes")])
def test_a_redis_that_writes_to_a_disk_is_refused(how: tuple[str, str], tmp_path: object) -> None:
    with redis_server(*how, "--dir", str(tmp_path)) as server, pytest.raises(StoreRefused, match="disk"):
        asyncio.run(open_store(server.url, None, 6, lambda _: None))


@pytest.mark.parametrize("spec", ["redis://canary:port/0", "redis://[canary/0"])
def test_an_address_that_is_none_is_refused_in_one_line_without_it(spec: str) -> None:
    with pytest.raises(StoreRefused) as caught:
        asyncio.run(open_store(spec, None, 6, lambda _: None))
    assert "canary" not in str(caught.value)
    assert str(caught.value).isprintable()
