"""What waits is kept safe and hides nobody: the receive loop between a scripted Telegram and an inbox."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from email.utils import formatdate
from typing import Any, get_args

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import conversation
from bot.channels.telegram import poll as poll_module
from bot.channels.telegram import receive
from bot.channels.telegram.errors import Unreachable
from bot.channels.telegram.intake import Deeds, Intake
from bot.channels.telegram.minimal import packed, reduced, unpacked
from bot.channels.telegram.poll import Trouble
from bot.channels.telegram.receive import Receiver
from bot.channels.telegram.turn import reply
from bot.channels.telegram.updates import Incoming, Kind
from bot.conversation import Book, Meaning
from bot.dialogue import code
from bot.dialogue.model import Event, State
from bot.sessions.inbox import MOST
from tests import fake_time
from tests.conftest import NOON


class Kept:
    """An inbox that lives as long as the test: handed to the next receiver, it is what a restart finds."""

    def __init__(self, capacity: int = 10_000) -> None:
        self.records: dict[int, bytes] = {}
        self.most, self._capacity = 0, capacity
        self._handed: set[int] = set()

    async def keep(self, number: int, record: bytes) -> bool:
        if len(self.records) >= self._capacity:
            return False
        self.records[number] = record
        self._handed.add(number)
        self.most = max(self.most, len(self.records))
        return True

    async def done(self, number: int) -> None:
        self.records.pop(number, None)

    async def left(self, seconds: float) -> list[bytes]:
        found = [record for number, record in self.records.items() if number not in self._handed]
        self._handed |= self.records.keys()
        return found

    async def close(self) -> None:
        self._handed.clear()


class Telegram:
    """`getUpdates` over a list, as the real one: the lowest hundred not confirmed. `script`: what to answer first."""

    def __init__(self, updates: Sequence[dict[str, Any]], script: Sequence[Any] = ()) -> None:
        self.waiting, self.script = list(updates), list(script)
        self.date = time.time()

    async def poll(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        if self.script:
            step = self.script.pop(0)
            if step == "hang":
                await asyncio.sleep(5)
            if step == "drop":
                assert request.transport
                request.transport.abort()
            if isinstance(step, int):
                return web.json_response({"ok": False, "parameters": {"retry_after": 1}}, status=step)
            return web.Response(text=str(step))
        self.waiting = [one for one in self.waiting if one["update_id"] >= asked["offset"]]
        body = {"ok": True, "result": self.waiting[: asked["limit"]]}
        if not self.waiting and asked["timeout"]:
            await asyncio.sleep(0.2)
        return web.json_response(body, headers={"Date": formatdate(self.date, usegmt=True)})


def message(number: int, chat: int, text: str = "hello", date: float = 0.0) -> dict[str, Any]:
    who = {"id": chat, "type": "private"}
    content = {"message_id": number, "date": int(date or time.time()), "chat": who, "from": {"id": chat}, "text": text}
    return {"update_id": number, "message": content}


def tap(number: int, chat: int, data: str = "x") -> dict[str, Any]:
    shown = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
    return {"update_id": number, "callback_query": {"id": "1", "from": {"id": chat}, "message": shown, "data": data}}


def play(telegram: Telegram, deeds: Deeds, until: Callable[[], bool], inbox: Any = None, seconds: float = 20.0) -> bool:
    """Receive until `until` holds; whether the token was good to the end."""

    async def whole() -> bool:
        app = web.Application()
        app.router.add_post("/botx/getUpdates", telegram.poll)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stop = asyncio.Event()
        try:
            async with aiohttp.ClientSession() as session, asyncio.timeout(seconds):
                loop = asyncio.create_task(Receiver(session, f"{site.name}/botx", deeds, inbox).run(stop))
                while not until() and not loop.done():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                stop.set()
                return await loop
        finally:
            await runner.cleanup()

    return asyncio.run(whole())


def answering(answer: Callable[[Incoming], Awaitable[None]], dropped: list[Incoming] | None = None) -> Deeds:
    return Deeds(answer, dropped.append if dropped is not None else lambda _: None)


# ---- one slow answer hides nobody


def test_a_tap_behind_a_thousand_slow_answers_is_answered_and_nothing_is_lost() -> None:
    telegram = Telegram([*(message(number, number) for number in range(1, 1001)), tap(1001, 2001)])
    inbox, gate = Kept(), asyncio.Event()
    answered: list[int] = []

    async def answer(incoming: Incoming) -> None:
        if incoming.id != 1001:
            await gate.wait()
        answered.append(incoming.id)
        gate.set()

    assert play(telegram, answering(answer), lambda: len(answered) == 1001, inbox)
    assert answered[0] == 1001
    assert sorted(answered) == list(range(1, 1002))
    assert inbox.records == {}
    assert inbox.most == 1000, "what waited had been safe"


def test_without_an_inbox_at_most_a_hundred_wait_and_all_are_answered() -> None:
    telegram = Telegram([message(number, number) for number in range(1, 301)])
    answered: list[int] = []
    most = 0
    under_way: set[int] = set()

    async def answer(incoming: Incoming) -> None:
        nonlocal most
        under_way.add(incoming.id)
        most = max(most, len(under_way))
        await asyncio.sleep(0.05)
        under_way.discard(incoming.id)
        answered.append(incoming.id)

    assert play(telegram, answering(answer), lambda: len(answered) == 300)
    assert sorted(answered) == list(range(1, 301))
    assert most <= 100


def test_what_a_killed_run_had_kept_the_next_one_answers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "LEAVING", 0.05)
    inbox, first, second = Kept(), list[int](), list[int]()
    telegram = Telegram([message(number, number) for number in range(1, 51)])

    async def stuck(incoming: Incoming) -> None:
        first.append(incoming.id)
        await asyncio.Event().wait()

    play(telegram, answering(stuck), lambda: len(first) == 50)
    assert len(telegram.waiting) == 50
    assert sorted(inbox.records) == [], "this run had no inbox, so Telegram keeps everything"

    telegram = Telegram([message(number, number) for number in range(1, 51)])
    play(telegram, answering(stuck), lambda: not telegram.waiting and len(inbox.records) == 50, inbox)
    assert sorted(inbox.records) == list(range(1, 51))

    async def answer(incoming: Incoming) -> None:
        await asyncio.sleep(0.2)
        second.append(incoming.id)

    monkeypatch.undo()
    asyncio.run(inbox.close())
    telegram.waiting = [message(50, 50), message(51, 51)]  # the kill came before the last poll: one comes again
    play(telegram, answering(answer), lambda: len(second) >= 51, inbox)
    assert sorted(second) == list(range(1, 52))
    assert inbox.records == {}


def test_what_telegram_has_forgotten_is_tried_until_it_can_be_answered() -> None:
    async def scene() -> tuple[int, list[tuple[int, bool]], dict[int, bytes]]:
        tries, settled, inbox = 0, list[tuple[int, bool]](), Kept()

        async def answer(_: Incoming) -> None:
            nonlocal tries
            tries += 1
            if tries < 20:
                raise Unreachable

        intake = Intake(answering(answer), lambda number, ok: settled.append((number, ok)), inbox)
        intake.put(Incoming(1, "tap", 1))
        await intake.keep(1)
        while not settled:  # noqa: ASYNC110
            await asyncio.sleep(1)
        return tries, settled, inbox.records

    assert fake_time.run(scene()) == (20, [(1, True)], {})


def test_a_newer_move_ends_the_tries_of_the_older() -> None:
    async def scene() -> list[int]:
        answered, inbox = list[int](), Kept()

        async def answer(incoming: Incoming) -> None:
            if incoming.id == 1:
                raise Unreachable
            answered.append(incoming.id)

        intake = Intake(answering(answer), lambda *_: None, inbox)
        for number in (1, 2):
            intake.put(Incoming(number, "tap", 1))
            await intake.keep(number)
            await asyncio.sleep(5)
        await intake.drained(60)
        assert inbox.records == {}
        return answered

    assert fake_time.run(scene()) == [2]


# ---- messages older than their welcome


def test_a_backlog_of_10000_old_messages_starts_cleanly_and_hides_no_tap() -> None:
    old = time.time() - 5 * 3600
    backlog = [message(number, number % 2000 + 10, date=old) for number in range(1, 10_001)]
    telegram = Telegram([*backlog, tap(10_001, 5)])
    answered: list[Incoming] = []
    dropped: list[Incoming] = []
    inbox = Kept()

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming)
        await asyncio.sleep(0.001 if incoming.kind == "tap" else 0.002)

    assert play(telegram, answering(answer, dropped), lambda: len(answered) == 2001, inbox)
    assert [one.id for one in answered if one.kind == "tap"] == [10_001]
    late = [one for one in answered if one.kind != "tap"]
    assert len({one.chat for one in late}) == len(late) == 2000, "never ten answers to ten old messages"
    assert all(one.late and one.id > 8000 for one in late), "of each chat the newest"
    assert len(dropped) == 8000, "what was typed still goes from the chats"
    assert inbox.most == 0, "they take no place from those who write now"


def test_who_writes_again_is_answered_as_new_and_their_late_words_only_go() -> None:
    old = time.time() - 5 * 3600
    first = [message(number, number, date=old) for number in range(1, 21)]
    telegram = Telegram([*first, message(21, 15)])
    answered: list[Incoming] = []
    dropped: list[Incoming] = []

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming)
        await asyncio.sleep(0.05)

    play(telegram, answering(answer, dropped), lambda: len(answered) + len(dropped) == 21)
    assert [one.late for one in answered if one.chat == 15] == [False]
    assert [one.id for one in dropped] == [15]


@pytest.mark.parametrize("ours", [0.0, 86_400.0, -86_400.0])
def test_a_jump_of_our_own_clock_makes_nothing_late(monkeypatch: pytest.MonkeyPatch, ours: float) -> None:
    real = time.time
    telegram = Telegram([message(1, 1)])
    monkeypatch.setattr(time, "time", lambda: real() + ours)
    answered: list[Incoming] = []

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming)

    play(telegram, answering(answer), lambda: bool(answered))
    assert [one.late for one in answered] == [False]


@pytest.mark.parametrize("date", [1, 1_700_000_000, 2**40])
def test_a_date_nobody_can_mean_makes_nothing_late(date: int) -> None:
    assert not receive.is_late(Incoming(1, "text", 1, date=date), time.time(), 1800.0)


def test_a_late_answer_is_the_neutral_first_screen(book: Book) -> None:
    first = conversation.begin(book, "ru", NOON)
    for kind in ("text", "place", "media"):
        late = Incoming(1, kind, 1, text="i am hurt" if kind == "text" else "", language="ru", late=True)
        assert reply(book, late, "", NOON) == first


# ---- what Telegram and the network may do to the loop


@pytest.mark.parametrize("trouble", [409, 429, 500, 502, 503, "hang", "drop", "<html>", '{"ok":true}', "{", ""])
def test_whatever_a_poll_ends_in_the_next_one_comes(monkeypatch: pytest.MonkeyPatch, trouble: int | str) -> None:
    monkeypatch.setattr(poll_module, "PATIENCE", 0.2)
    monkeypatch.setattr(receive, "LONG", 0)
    monkeypatch.setattr(receive, "SHORTEST", 0.1)
    monkeypatch.setattr(receive, "CONFLICT", 0.1)
    telegram = Telegram([message(1, 1)], [trouble])
    answered: list[int] = []

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming.id)

    assert play(telegram, answering(answer), lambda: bool(answered))
    assert telegram.script == []


def test_after_trouble_the_loop_waits_ever_longer_and_as_long_as_telegram_says() -> None:
    async def waited(*kinds: str) -> list[float]:
        receiver = Receiver(None, "", answering(nothing))  # type: ignore[arg-type]
        pauses = []
        for kind in kinds:
            begun = fake_time.now()
            await receiver._rest(Trouble(kind, 7))  # type: ignore[arg-type]
            pauses.append(fake_time.now() - begun)
        return pauses

    async def nothing(_: Incoming) -> None:
        return None

    network = fake_time.run(waited(*["network"] * 12))
    assert receive.SHORTEST <= network[0] < network[2] < network[5]
    assert all(receive.LONGEST <= pause <= 1.3 * receive.LONGEST for pause in network[-3:])
    (conflict,) = fake_time.run(waited("conflict"))
    assert conflict >= receive.CONFLICT, "the other poller may be our own last life"
    (slowed,) = fake_time.run(waited("slowed"))
    assert slowed >= 7


def test_a_revoked_token_ends_the_loop() -> None:
    telegram = Telegram([], [401])

    async def answer(_: Incoming) -> None:
        raise AssertionError("nothing to answer")

    assert not play(telegram, answering(answer), lambda: False)


# ---- the least that is kept

WORDS = "canary words that nobody but the person should ever read"


def test_words_and_coordinates_do_not_get_into_a_record(book: Book) -> None:
    typed = reduced(book, Incoming(1, "text", 2, 3, text=WORDS, language="ru"))
    shared = reduced(book, Incoming(1, "place", 2, 3, place=(43.2389, 76.8897)))
    started = reduced(book, Incoming(1, "text", 2, 3, text="/start canary_payload"))
    for raw in (packed(typed), packed(shared), packed(started)):
        assert [word for word in (b"canary", b"words", b"43.2", b"76.8") if word in raw] == []
    assert b"almaty" in packed(shared)


@pytest.mark.parametrize("words", ["112", "menu", "/help", "/start x", "Алматы", "Almaty", "bleeding", "xyzzy", "Info"])
@pytest.mark.parametrize("step", ["place", "first"])
def test_an_update_that_waited_is_answered_like_one_that_did_not(book: Book, words: str, step: str) -> None:
    asks = next(name for name, one in book.dialogue.steps.items() if one.ask == "place")
    state = State(asks if step == "place" else book.dialogue.first)
    data = code.pack(book.dialogue, state, "", "en", int(NOON.timestamp() // 3600))
    for incoming in (Incoming(1, "text", 2, 3, text=words), Incoming(1, "place", 2, 3, place=(43.2389, 76.8897))):
        waited = unpacked(packed(reduced(book, incoming)))
        assert waited is not None
        assert reply(book, waited, data, NOON) == reply(book, incoming, data, NOON)


@given(
    st.builds(
        Incoming, st.integers(0, 2**62), st.sampled_from(get_args(Kind)), st.integers(-(2**62), 2**62),
        st.integers(0, 2**62), st.booleans(), st.text(max_size=64), st.text("0123456789", max_size=64),
        st.none(), st.sampled_from(["", "ru", "kk-Cyrl-KZ"]),
    )
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_a_record_reads_back_as_it_was(incoming: Incoming) -> None:
    assert unpacked(packed(incoming)) == incoming
    meaning = Meaning(Event("topic", "a,b"), Event("place", "almaty"))
    meant = replace(incoming, meaning=meaning)
    assert unpacked(packed(meant)) == meant


def test_the_longest_record_of_a_real_update_fits_into_the_inbox(book: Book) -> None:
    topics = ",".join(sorted(book.dialogue.topics, key=len)[-3:])
    places = max(book.dialogue.slots["place"].values, key=len)
    meaning = Meaning(Event("topic", topics), Event("place", places))
    longest = Incoming(2**62, "text", -(2**62), 2**31, False, "", "9" * 20, None, "kk-Cyrl-KZ", 0, False, meaning)
    assert len(packed(longest)) <= MOST
    forged = Incoming(2**62, "tap", 2**62, 2**31, True, "\u0416" * 4000, "9" * 4000, None, "kk-Cyrl-KZ")
    assert len(packed(reduced(book, forged))) <= MOST + 400, "a forged one may stay with Telegram instead"


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{}", b"[1,2]", b"\xff", json.dumps(["x"] * 10).encode()])
def test_what_we_did_not_write_is_no_update(raw: bytes) -> None:
    assert unpacked(raw) is None
