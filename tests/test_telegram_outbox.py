"""What leaves, and when: Telegram's limits are kept, the urgent passes, a flood or a slowed chat delays nobody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import BadRequest, Forbidden, NetworkError, TimedOut

from bot.channels.telegram.errors import Blocked, Replaced, Unreachable
from bot.channels.telegram.line import DELETION_WAITS, Lane
from bot.channels.telegram.outbox import MOST_UNDER_WAY, TRIES, Outbox
from bot.channels.telegram.pace import CHAT_BURST
from bot.channels.telegram.transport import Cut, NotSent, Slowed
from tests import fake_time
from tests.fake_time import now

#: Telegram's published numbers: messages in any second, over all chats and in one.
MOST_PER_SECOND = 30
EDIT, SEND, DELETE = "editMessageText", "sendMessage", "deleteMessages"
DELETING = Lane.DELETION, DELETE


Trouble = Callable[[str, int], Exception | None]


class Api:
    """Telegram's side: writes down when it was asked what, and answers as `trouble` says."""

    def __init__(self, trouble: Trouble = lambda *_: None, seconds: float = 0.05) -> None:
        self.asked: list[tuple[float, str, int]] = []
        self.under_way = self.most_under_way = 0
        self._trouble, self._seconds = trouble, seconds

    async def call(self, method: str, *, chat_id: int, **_: Any) -> dict[str, int]:
        self.asked.append((now(), method, chat_id))
        trouble = self._trouble(method, chat_id)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(self._seconds)
        self.under_way -= 1
        if trouble is not None:
            raise trouble
        return {"message_id": len(self.asked)}

    def times(self, chat: int) -> list[float]:
        return [at for at, _, one in self.asked if one == chat]


def ask(outbox: Outbox, chat: int, lane: Lane = Lane.TAP, method: str = EDIT, **how: Any) -> asyncio.Task[Any]:
    how.setdefault("repeatable", method != SEND)
    return asyncio.create_task(outbox.ask(method, chat, lane, chat_id=chat, **how))


async def outcome(task: Awaitable[Any]) -> Any:
    try:
        return await task
    except Exception as error:
        return type(error)


def most_within_a_second(times: list[float]) -> int:
    return max(sum(at <= later < at + 0.999_999 for later in times) for at in times)


REQUEST = st.tuples(
    st.integers(1, 8), st.sampled_from(list(Lane)), st.sampled_from([EDIT, SEND, DELETE]), st.sampled_from([0, 0, 0.3])
)


@given(st.lists(REQUEST, min_size=1, max_size=200))
@settings(max_examples=60, deadline=None)
def test_the_limits_hold_whatever_comes_and_everything_leaves(requests: list[tuple[int, Lane, str, float]]) -> None:
    async def scene() -> Api:
        api = Api()
        outbox = Outbox(api.call)
        tasks = []
        for chat, lane, method, pause in requests:
            tasks.append(ask(outbox, chat, lane, method))
            await asyncio.sleep(pause)
        await asyncio.gather(*tasks)
        assert outbox.waiting == 0
        return api

    api = fake_time.run(scene())
    assert Counter((chat, method) for _, method, chat in api.asked) == Counter((c, m) for c, _, m, _ in requests)
    assert most_within_a_second([at for at, _, _ in api.asked]) <= MOST_PER_SECOND
    for chat in {chat for chat, _, _, _ in requests}:
        sent = [at for at, method, one in api.asked if (method, one) == (SEND, chat)]
        assert all(later - earlier >= 0.999_999 for earlier, later in pairwise(sent))


def test_many_chats_at_once_get_a_few_answers_now_and_the_others_at_the_rate() -> None:
    async def scene() -> list[float]:
        api = Api()
        outbox, begun = Outbox(api.call), now()
        await asyncio.gather(*(ask(outbox, chat) for chat in range(200)))
        return [at - begun for at, _, _ in api.asked]

    times = fake_time.run(scene())
    assert most_within_a_second(times) <= MOST_PER_SECOND
    assert max(times) <= 200 / 25, "no slower than the rate either"


def test_screens_of_one_chat_leave_at_its_rate_after_a_burst_and_the_emergency_at_once() -> None:
    async def scene() -> list[float]:
        api = Api()
        outbox, begun = Outbox(api.call), now()
        await asyncio.gather(*(ask(outbox, 1) for _ in range(CHAT_BURST + 3)), ask(outbox, 1, Lane.EMERGENCY))
        return [round(at - begun, 3) for at in api.times(1)]

    times = fake_time.run(scene())
    assert sum(at < 1.0 for at in times) == CHAT_BURST + 1
    assert times[-1] >= 3.0


def test_those_in_danger_go_first_then_taps_then_the_rest_each_in_the_order_of_coming() -> None:
    order = [Lane.DELETION, Lane.REST, Lane.TAP, Lane.EMERGENCY] * 5

    async def scene() -> list[int]:
        api = Api()
        outbox = Outbox(api.call)
        crowd = [ask(outbox, 1000 + number) for number in range(100)]
        await asyncio.sleep(0.5)
        late = [ask(outbox, number, lane) for number, lane in enumerate(order)]
        await asyncio.gather(*crowd, *late)
        assert [chat for _, _, chat in api.asked if chat >= 1000] == list(range(1000, 1100))
        behind = [chat for _, _, chat in api.asked[api.asked.index((api.times(3)[0], EDIT, 3)) :]]
        assert behind[:5] == [3, 7, 11, 15, 19], "nobody was in between"
        return [chat for _, _, chat in api.asked if chat < 1000]

    assert fake_time.run(scene()) == sorted(range(20), key=lambda number: (order[number], number))


def test_a_flooding_chat_delays_nobody_else() -> None:
    async def scene() -> list[float]:
        api = Api()
        outbox = Outbox(api.call)
        flood = [ask(outbox, 1, Lane.REST, SEND) for _ in range(1000)]
        await asyncio.sleep(0.01)
        begun = now()
        await asyncio.gather(*(ask(outbox, chat, Lane.REST, SEND) for chat in range(2, 22)))
        waited = [api.times(chat)[0] - begun for chat in range(2, 22)]
        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
        await outbox.close()
        return waited

    assert max(fake_time.run(scene())) < 1.0


def test_a_deletion_gives_way_but_not_for_ever() -> None:
    async def scene() -> float:
        api = Api(seconds=0.0)
        outbox, begun = Outbox(api.call, rate=1.0), now()
        deletion: list[asyncio.Task[Any]] = []

        async def rush() -> None:
            for number in range(10 * int(DELETION_WAITS)):
                ask(outbox, 10 + number)
                if number == 30:
                    deletion.append(ask(outbox, 1, Lane.DELETION, DELETE))
                await asyncio.sleep(0.9)

        crowd = asyncio.create_task(rush())
        while not deletion:  # noqa: ASYNC110
            await asyncio.sleep(1)
        await deletion[0]
        crowd.cancel()
        await asyncio.gather(crowd, return_exceptions=True)
        waited = now() - begun
        await outbox.close()
        return waited

    assert DELETION_WAITS <= fake_time.run(scene()) <= DELETION_WAITS + 60


def test_the_newest_screen_of_a_chat_takes_the_place_of_the_one_that_waits() -> None:
    async def scene() -> tuple[list[Any], list[int]]:
        api = Api()
        outbox = Outbox(api.call)
        crowd = [ask(outbox, 1000 + number) for number in range(50)]
        await asyncio.sleep(0.01)
        mine = [ask(outbox, 1, screen=True, text=number) for number in range(3)]
        after = ask(outbox, 2, screen=True)
        await asyncio.sleep(0.01)
        mine.append(ask(outbox, 1, screen=True))
        ends = [await outcome(task) for task in mine]
        await asyncio.gather(*crowd, after)
        return ends, [chat for _, _, chat in api.asked if chat < 1000]

    ends, asked = fake_time.run(scene())
    assert ends[:3] == [Replaced] * 3, "each waiter was told"
    assert isinstance(ends[3], dict)
    assert asked == [1, 2], "one request, at the place of the first"


def test_a_screen_that_tells_of_an_emergency_is_overtaken_by_nothing_lesser() -> None:
    async def scene() -> list[Any]:
        api = Api()
        outbox = Outbox(api.call)
        crowd = [ask(outbox, 1000 + number, Lane.EMERGENCY) for number in range(50)]
        await asyncio.sleep(0.01)
        card, later = ask(outbox, 1, Lane.EMERGENCY, screen=True), ask(outbox, 1, screen=True)
        await asyncio.sleep(0.01)
        outbox.withdraw(1)
        newest = ask(outbox, 1, screen=True)
        ends = [await outcome(task) for task in (card, later, newest)]
        await asyncio.gather(*crowd)
        return ends

    card, later, newest = fake_time.run(scene())
    assert isinstance(card, dict)
    assert later is Replaced
    assert isinstance(newest, dict)


@pytest.mark.parametrize(("error", "tried"), [(Cut("cut"), True), (None, False)])
def test_who_is_replaced_is_told_whether_an_earlier_try_may_have_arrived(error: Exception | None, tried: bool) -> None:
    async def scene() -> bool:
        outbox = Outbox(Api(lambda method, chat: error if chat == 1 else None, 0.0).call)
        crowd = [] if error else [ask(outbox, 1000 + number) for number in range(50)]
        await asyncio.sleep(0.01)
        first = ask(outbox, 1, method=SEND, screen=True)
        await asyncio.sleep(0.05)
        outbox.withdraw(1)
        await asyncio.gather(*crowd)
        with pytest.raises(Replaced) as caught:
            await first
        return caught.value.tried

    assert fake_time.run(scene()) is tried


def test_what_is_on_its_way_is_not_called_back() -> None:
    async def scene() -> Any:
        outbox = Outbox(Api().call)
        task = ask(outbox, 1, screen=True)
        await asyncio.sleep(0.01)
        outbox.withdraw(1)
        return await outcome(task)

    assert isinstance(fake_time.run(scene()), dict)


# ---- what Telegram's refusals mean


def test_a_chat_that_is_told_to_wait_waits_and_nobody_else_does() -> None:
    begun: list[float] = []

    def trouble(_: str, chat: int) -> Exception | None:
        return Slowed(20) if chat == 1 and now() < begun[0] + 20 else None

    async def scene() -> tuple[list[float], list[float]]:
        api = Api(trouble)
        outbox = Outbox(api.call)
        begun.append(now())
        held = [ask(outbox, 1, lane) for lane in Lane]
        others = [ask(outbox, chat) for chat in range(2, 12)]
        await asyncio.gather(*held, *others)
        return api.times(1), [api.times(chat)[0] for chat in range(2, 12)]

    mine, others = fake_time.run(scene())
    assert all(at < begun[0] + 0.5 or at >= begun[0] + 20 for at in mine), "not before the time Telegram named"
    assert len(mine) > len(Lane)
    assert max(others) < begun[0] + 1.5


@pytest.mark.parametrize("seconds", [5, 35])
def test_a_halt_of_the_whole_bot_is_found_out_with_few_requests(seconds: int) -> None:
    begun: list[float] = []

    def trouble(*_: object) -> Exception | None:
        return Slowed(int(begun[0] + seconds - now()) + 1) if now() < begun[0] + seconds else None

    async def scene() -> Api:
        api = Api(trouble)
        outbox = Outbox(api.call)
        begun.append(now())
        tasks = []
        for chat in range(1, 101):
            tasks.append(ask(outbox, chat))
            await asyncio.sleep(0.1)
        await asyncio.gather(*tasks)
        return api

    api = fake_time.run(scene())
    early = [at for at, _, _ in api.asked if at < begun[0] + seconds]
    assert 2 <= len(early) <= 8, "two to suspect it, then ever rarer tests of the guess"
    assert {chat for _, _, chat in api.asked} == set(range(1, 101))


def test_two_slowed_chats_are_not_yet_the_whole_bot() -> None:
    def trouble(_: str, chat: int) -> Exception | None:
        return Slowed(3000) if chat in (1, 2) else None

    async def scene() -> list[float]:
        api = Api(trouble)
        outbox, begun = Outbox(api.call), now()
        slowed = [ask(outbox, chat) for chat in (1, 2)]
        await asyncio.sleep(0.2)
        await asyncio.gather(*(ask(outbox, chat) for chat in range(3, 13)))
        assert [await outcome(task) for task in slowed] == [Unreachable, Unreachable]
        return [at - begun for at, _, chat in api.asked if chat > 2]

    assert max(fake_time.run(scene())) < 2.0


def test_a_wait_of_hours_frees_the_turn() -> None:
    async def scene() -> tuple[list[Any], int]:
        api = Api(lambda *_: Slowed(10_000))
        outbox = Outbox(api.call)
        ends = [await outcome(ask(outbox, 1)) for _ in range(3)]
        return ends, len(api.asked)

    assert fake_time.run(scene()) == ([Unreachable] * 3, 1)


REPEATED = [
    (EDIT, Lane.TAP, TimedOut("x"), TRIES),
    (DELETE, Lane.DELETION, TimedOut("x"), TRIES),
    (EDIT, Lane.TAP, Cut("x"), TRIES),
    (SEND, Lane.REST, TimedOut("x"), 1),
    (SEND, Lane.REST, Cut("x"), 2),
    (SEND, Lane.REST, NotSent("x"), TRIES),
    (SEND, Lane.REST, NetworkError("x"), TRIES),
    (SEND, Lane.EMERGENCY, TimedOut("x"), TRIES),
    (EDIT, Lane.TAP, BadRequest("x"), 1),
    (EDIT, Lane.TAP, Forbidden("x"), 1),
]


@pytest.mark.parametrize(("method", "lane", "error", "tries"), REPEATED)
def test_only_what_does_no_harm_twice_is_asked_again(method: str, lane: Lane, error: Exception, tries: int) -> None:
    async def scene() -> tuple[Any, int]:
        api = Api(lambda *_: error)
        return await outcome(ask(Outbox(api.call), 1, lane, method)), len(api.asked)

    end, asked = fake_time.run(scene())
    assert asked == tries
    expected = {BadRequest: BadRequest, Forbidden: Blocked}.get(type(error), Unreachable)
    assert end is (None if tries in (1, 2) and method == SEND else expected)


def test_a_retry_keeps_its_place_and_an_outage_ends_in_a_word_to_the_turn() -> None:
    failing = [2]

    def trouble(*_: object) -> Exception | None:
        failing[0] -= 1
        return TimedOut("x") if failing[0] >= 0 else None

    async def scene() -> tuple[Any, int]:
        api = Api(trouble)
        return await outcome(ask(Outbox(api.call), 1)), len(api.asked)

    assert fake_time.run(scene()) == ({"message_id": 3}, 3)


def test_a_slow_telegram_lets_the_emergency_pass() -> None:
    """Hundreds under way at once would only wait in the operating system, where nobody can pass."""

    async def scene() -> tuple[float, int]:
        api = Api(seconds=30.0)
        outbox = Outbox(api.call, rate=10_000, chat_rate=10_000)
        crowd = [ask(outbox, 10 + number) for number in range(500)]
        await asyncio.sleep(0.5)
        begun = now()
        await ask(outbox, 1, Lane.EMERGENCY)
        waited = api.times(1)[0] - begun
        await asyncio.gather(*crowd)
        return waited, api.most_under_way

    waited, most = fake_time.run(scene())
    assert waited <= 30.0, "the first place that becomes free is theirs"
    assert most == MOST_UNDER_WAY


def test_nothing_is_kept_of_chats_that_were_served() -> None:
    async def scene() -> int:
        outbox = Outbox(Api(seconds=0.0).call, rate=10_000)
        for chat in range(1, 2001):
            await outbox.ask(EDIT, chat, Lane.TAP, chat_id=chat)
            await asyncio.sleep(0.01)
        return len(outbox._pace._chats)

    assert fake_time.run(scene()) <= 101, "those of the last second"


def test_nothing_is_kept_of_the_last_chats_either_though_nobody_comes_after_them() -> None:
    """Deletions that had to wait, a chat that Telegram slowed, and one it refused."""

    async def scene() -> list[str]:
        slow = iter([Slowed(2), NetworkError("cut")])
        outbox = Outbox(Api(lambda *_: next(slow, None)).call)
        chats = [987_650_000 + number for number in range(60)]
        asked = [ask(outbox, chat, lane, how) for chat in chats for lane, how in ((Lane.REST, SEND), DELETING)]
        await asyncio.gather(*asked)
        before = remembered(outbox)
        await asyncio.sleep(5)
        outbox.forget()
        assert before
        return remembered(outbox)

    def remembered(outbox: Outbox) -> list[str]:
        line, pace = outbox._line, outbox._pace
        kept = [line._ready, line._later, line._screens, line._places, pace._chats, pace._held, pace._refused]
        return [str(one) for one in kept if any(one if isinstance(one, dict | set | list) else map(len, one))]

    assert fake_time.run(scene()) == []
