"""No update is confirmed before it was answered, and none is answered twice, whatever Telegram and the network do."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.lanes import WAITING, Lanes
from bot.channels.telegram.ledger import TRIES, Ledger
from bot.channels.telegram.updates import Incoming

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.integers(1, 5)),
        st.tuples(st.just("poll"), st.sampled_from([1, 3, 100])),
        st.tuples(st.just("answer"), st.integers(0, 9)),
        st.tuples(st.just("fail"), st.integers(0, 9)),
        st.tuples(st.just("expire"), st.integers(0, 3)),
    ),
    max_size=60,
)


class Queue:
    """Telegram's side: hands out the lowest from the offset on, and forgets what lies below it."""

    def __init__(self) -> None:
        self.waiting: list[int] = []
        self.forgotten: list[int] = []
        self.next = 1000

    def come(self, count: int) -> None:
        self.waiting += range(self.next, self.next + count)
        self.next += count

    def poll(self, offset: int, limit: int) -> list[int]:
        self.forgotten += [one for one in self.waiting if one < offset]
        self.waiting = [one for one in self.waiting if one >= offset]
        return self.waiting[:limit]


@given(STEPS)
@settings(max_examples=300, deadline=None)
def test_what_telegram_forgets_was_answered_once(steps: list[tuple[str, int]]) -> None:
    ledger, queue = Ledger(), Queue()
    under_way: list[int] = []
    answered: list[int] = []
    failures: dict[int, int] = {}
    expired: set[int] = set()
    for kind, value in [*steps, *[("poll", 100), ("answer", 0)] * 300]:
        if kind == "come":
            queue.come(value)
        elif kind == "poll":
            under_way += ledger.batch(queue.poll(ledger.offset, value))
        elif kind == "expire" and value < len(queue.waiting):
            expired.add(queue.waiting.pop(value))
        elif under_way and kind in ("answer", "fail"):
            number = under_way.pop(value % len(under_way))
            if kind == "answer":
                ledger.answered(number)
                answered.append(number)
            else:
                ledger.failed(number)
                failures[number] = failures.get(number, 0) + 1
    given_up = {number for number, count in failures.items() if count >= TRIES}
    assert len(answered) == len(set(answered))
    assert set(queue.forgotten) <= set(answered) | given_up
    assert set(range(1000, queue.next)) == set(answered) | given_up | expired
    assert ledger.idle


def _words(number: int, chat: int = 1, kind: str = "text") -> Incoming:
    return Incoming(number, kind, chat)  # type: ignore[arg-type]


def test_nobody_waits_behind_somebody_else_and_each_keeps_their_order() -> None:
    async def scene() -> list[int]:
        done: list[int] = []
        gate = asyncio.Event()

        async def work(incoming: Incoming) -> None:
            if incoming.id == 1:
                await gate.wait()
            done.append(incoming.id)
            if incoming.id == 20:
                gate.set()

        lanes = Lanes(work, lambda _: None)
        for incoming in (_words(1), _words(2), _words(10, 2), _words(20, 2)):
            lanes.put(incoming)
        await lanes.drained(5)
        return done

    assert asyncio.run(scene()) == [10, 20, 1, 2]


def test_of_a_flood_the_newest_words_and_every_tap_are_kept() -> None:
    async def scene() -> tuple[list[int], list[int]]:
        done: list[int] = []
        dropped: list[int] = []
        gate = asyncio.Event()

        async def work(incoming: Incoming) -> None:
            await gate.wait()
            done.append(incoming.id)

        lanes = Lanes(work, lambda incoming: dropped.append(incoming.id))
        lanes.put(_words(0))
        await asyncio.sleep(0)
        lanes.put(_words(1, kind="tap"))
        for number in range(2, 50):
            lanes.put(_words(number))
        gate.set()
        await lanes.drained(5)
        return done, dropped

    done, dropped = asyncio.run(scene())
    assert done == [0, 1, 48, 49]
    assert len(done) == 1 + WAITING
    assert sorted(done + dropped) == list(range(50))


MOVES = st.lists(st.sampled_from(["text", "tap", "help", "exit"]), min_size=1, max_size=30)
URGENCY = {"help": 1, "exit": 2}


@given(MOVES)
@settings(max_examples=200, deadline=None)
def test_of_any_flood_the_newest_is_answered_last_and_whoever_wants_to_leave_does(moves: list[str]) -> None:
    async def scene() -> list[int]:
        done: list[int] = []
        gate = asyncio.Event()

        async def work(incoming: Incoming) -> None:
            await gate.wait()
            done.append(incoming.id)

        lanes = Lanes(work, lambda _: None, urgency=lambda incoming: URGENCY.get(incoming.text, 0))
        for number, move in enumerate(moves):
            lanes.put(Incoming(number, "text" if move == "text" else "tap", 1, text=move))
        gate.set()
        await lanes.drained(5)
        return done

    done = asyncio.run(scene())
    assert done[-1] == len(moves) - 1
    assert done == sorted(done)
    assert len(done) <= 1 + WAITING
    assert "exit" not in moves or "exit" in [moves[number] for number in done]


def test_what_waits_is_kept_in_the_order_of_coming() -> None:
    """Else a crash could leave a person's later move in the inbox without the earlier one."""
    for first in range(700_000_000, 700_000_600, 7):
        ledger = Ledger()
        ledger.batch(range(first, first + 90))
        assert ledger.open == tuple(range(first, first + 90))


@given(st.permutations(range(3)))
def test_whatever_comes_first_moves_of_one_person_are_answered_in_their_order(order: list[int]) -> None:
    async def scene() -> list[int]:
        done: list[int] = []
        gate = asyncio.Event()

        async def work(incoming: Incoming) -> None:
            await gate.wait()
            done.append(incoming.id)

        lanes = Lanes(work, lambda _: None)
        for number in (0, *(one + 1 for one in order)):
            lanes.put(Incoming(number, "tap", 1, text="x"))
            await asyncio.sleep(0)  # the first is under way
        gate.set()
        await lanes.drained(5)
        return done

    assert asyncio.run(scene()) == [0, 1, 2, 3]
