"""A rush, in fake time and with Telegram's limits on: the real turns, outbox and sessions, between two fakes."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import pytest

from bot import conversation
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.intake import Deeds, Intake
from bot.channels.telegram.leave import Leaving
from bot.channels.telegram.letters import marked_up
from bot.channels.telegram.minimal import reduced
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.people import People
from bot.channels.telegram.send import Sender
from bot.channels.telegram.transport import Slowed
from bot.channels.telegram.turn import Turns
from bot.channels.telegram.updates import Incoming
from bot.channels.telegram.urgent import urgency
from bot.conversation import Book
from bot.sessions.memory import MemoryStore
from bot.sessions.model import Session
from tests import fake_time
from tests.conftest import NOON
from tests.fake_time import now

#: Telegram's limits, over all chats and for new messages in one; seconds a call takes; seconds a tap lives there.
PER_SECOND, CHAT_GAP, NETWORK, TAP_LIVES = 30, 1.0, 0.08, 150.0
COUNTED = ("sendMessage", "editMessageText", "deleteMessage", "deleteMessages", "leaveChat")


class Change(NamedTuple):
    at: float
    chat: int
    text: str  #: marked up, as sent; empty: the message was deleted


@dataclass
class Telegram:
    """Messages in chats, and the limits: whoever is faster is slowed down, and counted."""

    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    slowed: int = 0
    answered: int = 0  #: presses
    _last: deque[float] = field(default_factory=deque)
    _sent: dict[int, float] = field(default_factory=dict)
    _next: int = 1_000_000

    async def call(self, method: str, **what: Any) -> Any:
        if method in COUNTED:
            self._check(method, what["chat_id"])
        await asyncio.sleep(NETWORK)
        if method == "answerCallbackQuery":
            self.answered += 1
            return True
        return getattr(self, method)(**what)

    def _check(self, method: str, chat: int) -> None:
        while self._last and self._last[0] <= now() - 1.0:
            self._last.popleft()
        early = method == "sendMessage" and now() - self._sent.get(chat, 0.0) < CHAT_GAP - 1e-6
        if len(self._last) >= PER_SECOND or early:
            self.slowed += 1
            raise Slowed(1)
        self._last.append(now())
        if method == "sendMessage":
            self._sent[chat] = now()

    def sendMessage(self, chat_id: int, text: str, **_: Any) -> dict[str, int]:
        self._next += 1
        return {"message_id": self._put(chat_id, self._next, text)}

    def editMessageText(self, chat_id: int, message_id: int, text: str, **_: Any) -> bool:
        self._put(chat_id, message_id, text)
        return True

    def deleteMessages(self, chat_id: int, message_ids: list[int]) -> bool:
        for one in message_ids:
            if self.shown.pop((chat_id, one), None) is not None:
                self.changes.append(Change(now(), chat_id, ""))
        return True

    def deleteMessage(self, chat_id: int, message_id: int) -> bool:
        return self.deleteMessages(chat_id, [message_id])

    def _put(self, chat: int, message: int, text: str) -> int:
        self.shown[chat, message] = text
        self.changes.append(Change(now(), chat, text))
        return message


class Bot:
    """Everything between the receive loop and the network."""

    def __init__(self, book: Book) -> None:
        self.book, self.telegram = book, Telegram()
        self.people = People(MemoryStore(6 * 3600, 50_000, lambda _: None))
        outbox = Outbox(self.telegram.call)
        sender = Sender(self.telegram, outbox)  # type: ignore[arg-type]
        forgetting = Forgetting(book, self.people, sender, lambda: NOON)
        leaving = Leaving(book, self.people, sender, lambda: NOON)
        turns = Turns(book, self.people, sender, forgetting, leaving, lambda: NOON)
        deeds = Deeds(turns.answer, turns.drop, partial(reduced, book), sender.overtake, partial(urgency, book))
        self.answered: list[int] = []
        self.intake = Intake(deeds, lambda number, _: self.answered.append(number))

    async def finish(self) -> None:
        while self.intake.waiting:  # noqa: ASYNC110
            await asyncio.sleep(1.0)


class Tap(NamedTuple):
    at: float
    chat: int
    data: str


def living(chat: int) -> int:
    """Id of the screen that stands in a chat before the rush."""
    return 1000 + chat


def taps_of_a_rush(book: Book, people: int, seconds: float, chance: random.Random) -> list[Tap]:
    """Everybody taps once within the time, one in five does again, and one tap in twenty calls for help or leaves."""
    begun = conversation.begin(book, "en", NOON).screen
    menu = conversation.command(book, "", "menu", "en", NOON).screen
    urgent = [one.code for one in menu.buttons if one.id in ("help", "exit")]
    others = [one.code for one in (*menu.buttons, *begun.buttons) if one.id not in ("help", "exit", "not_now")]
    assert len(urgent) == 2
    taps = []
    for chat in range(1, people + 1):
        at = chance.uniform(0.0, seconds)
        for _ in range(1 + (chance.random() < 0.2)):
            taps.append(Tap(at, chat, chance.choice(urgent if chance.random() < 0.05 else others)))
            at += chance.uniform(0.3, 20.0)
    return sorted(taps)


async def rush(book: Book, people: int, seconds: float) -> tuple[Bot, list[Tap], float]:
    bot, begun = Bot(book), now()
    taps = taps_of_a_rush(book, people, seconds, random.Random(people))
    for chat in range(1, people + 1):
        bot.telegram.shown[chat, living(chat)] = "an older screen"
        await bot.people.save(Session(chat, living(chat), conversation.begin(book, "en", NOON).code))
    for number, tap in enumerate(taps, 1):
        await asyncio.sleep(max(0.0, begun + tap.at - now()))
        bot.intake.put(Incoming(number, "tap", tap.chat, living(tap.chat), text=tap.data, press=str(number)))
    await bot.finish()
    return bot, taps, begun


def expected(book: Book, data: str) -> str:
    """What the tap brings; empty: the chat is emptied."""
    screen = conversation.tap(book, data, "", NOON).screen
    return "" if screen.left else marked_up(screen.text)


def in_order(small: list[str], large: list[str]) -> bool:
    rest = iter(large)
    return all(one in rest for one in small)


def check(book: Book, people: int, seconds: float) -> str:
    bot, taps, begun = fake_time.run(rush(book, people, seconds))
    assert sorted(bot.answered) == list(range(1, len(taps) + 1)), "none lost"
    assert bot.telegram.slowed == 0, "Telegram never had to slow us down"
    changes: dict[int, list[Change]] = {}
    for change in bot.telegram.changes:
        changes.setdefault(change.chat, []).append(change)
    waits: dict[bool, list[float]] = {True: [], False: []}
    replaced = 0
    for chat in range(1, people + 1):
        mine = [tap for tap in taps if tap.chat == chat]
        wanted = [expected(book, tap.data) for tap in mine]
        got = [change.text for change in changes[chat]]
        seen = [text for at, text in enumerate(got) if at == 0 or got[at - 1] != text]
        assert in_order([text for text in seen if text in wanted], wanted), "order kept"
        assert got[-1] == wanted[-1], "the newest screen stands there"
        for tap, text in zip(mine, wanted, strict=True):
            at = next((one.at for one in changes[chat] if one.text == text and one.at > begun + tap.at), None)
            urgent = bool(urgency(book, Incoming(1, "tap", chat, text=tap.data)))
            replaced += at is None
            assert at is not None or not urgent, "an emergency is always shown"
            waits[urgent].append((at if at is not None else changes[chat][-1].at) - begun - tap.at - NETWORK)
    assert replaced, "somebody was faster than their answer"
    assert waits[True]
    assert waits[False]
    assert max(waits[True]) <= 3.0
    assert max(waits[False]) <= TAP_LIVES
    return (
        f"rush of {people} people in {seconds:.0f} s, {len(taps)} taps; beyond the network's {NETWORK} s: emergency "
        f"and exit at most {max(waits[True]):.2f} s (of {len(waits[True])}), others at most {max(waits[False]):.1f} s, "
        f"{replaced} answered by a newer screen, 0 lost, 0 times slowed by Telegram"
    )


def test_in_a_small_rush_danger_comes_first_and_everybody_is_answered(book: Book) -> None:
    check(book, 400, 10.0)


@pytest.mark.deep
def test_in_a_rush_of_2000_within_a_minute(book: Book, record_property: Any) -> None:
    record_property("figure", check(book, 2000, 60.0))


def flood(book: Book, messages: int) -> list[float]:
    """Seconds that 20 others wait for an answer while one person's messages are in the queue before theirs."""

    async def scene() -> list[float]:
        bot, begun = Bot(book), now()
        for number in range(1, messages + 1):
            bot.intake.put(Incoming(number, "text", 1, number, text=f"words {number}"))
        for chat in range(2, 22):
            bot.intake.put(Incoming(messages + chat, "text", chat, messages + chat, text="/start"))
        await bot.finish()
        first = {change.chat: change.at for change in reversed(bot.telegram.changes) if change.text}
        assert len(bot.answered) == messages + 20
        assert sum(change.chat == 1 and bool(change.text) for change in bot.telegram.changes) <= 5, "the newest only"
        return [first[chat] - begun for chat in range(2, 22)]

    return sorted(fake_time.run(scene()))


def test_a_thousand_messages_of_one_delay_twenty_others_by_less_than_a_second(book: Book, record_property: Any) -> None:
    waits = flood(book, 1000)
    assert waits[18] <= 1.0
    record_property(
        "figure", f"1,000 messages of one sender: 20 others answered after {waits[18]:.2f} s (p95), {waits[-1]:.2f} s"
    )
