"""What Telegram refuses, slows down, or keeps too long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fake_telegram.methods import METHODS
from tests.reliability.bench import Bench, all_of
from tests.reliability.case import Part
from tests.telegram_bot import screens

PART = Part("Limits and refusals")


@PART.case(
    "429 for one chat, retry_after 3",
    done="asks nothing of that chat until the time is over; goes on with everybody else",
    seen="that person waits three seconds, nobody else does",
    kept="everything",
)
async def slowed_chat(bench: Bench) -> str:
    await bench.life.start()
    others = bench.people(5)
    await bench.opened(bench.person, *others)
    await bench.settled()
    bench.server.flood(3.0, chat_id=bench.person.chat_id)
    card = await bench.tap("help")
    await all_of(bench.card(person) for person in others)
    assert screens(bench.person) != [card], "the others did not wait for it"
    await bench.shows(card)
    assert bench.server.troubles.too_early == []
    return "5 others answered meanwhile; 0 requests too early"


@PART.case(
    "429 for the whole bot, retry_after 4",
    done="takes several slowed chats in a row for the whole bot; then one request at a time tests whether it was",
    seen="the answer after the time is over; the red button first",
    kept="everything",
    BOT_RATE="25",
)
async def slowed_bot(bench: Bench) -> str:
    await bench.life.start()
    people = bench.people(12)
    await bench.opened(*people)
    await bench.settled()
    for method in ("sendMessage", "editMessageText", "deleteMessages", "deleteMessage"):
        bench.server.flood(4.0, method)
    before = len(bench.server.troubles.too_early)
    await all_of(bench.card(person) for person in people)
    early = len(bench.server.troubles.too_early) - before
    assert early <= 12
    return f"12 people answered; {early} requests within the 4 s beyond the first"


@PART.case(
    "429 for one chat, retry_after a million seconds",
    done="leaves that chat alone; its update is kept, tried for half an hour, then given up",
    seen="that person sees nothing new, nobody else notices",
    kept="that one answer is lost",
)
async def slowed_for_days(bench: Bench) -> str:
    await bench.life.start()
    others = bench.people(3)
    await bench.opened(bench.person, *others)
    await bench.settled()
    bench.server.flood(1e6, chat_id=bench.person.chat_id)
    await bench.tap("help")
    await all_of(bench.card(person) for person in others)
    await bench.settled()
    asked = [call for call in bench.server.called("editMessageText") if call.status == 429]
    assert len(asked) == 1
    assert bench.server.troubles.too_early == []
    return "1 request to that chat, 0 too early"


@PART.case(
    "429 for fetching news, retry_after 3",
    done="fetches nothing until the time is over",
    seen="the answer three seconds later",
    kept="everything",
)
async def slowed_poll(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    bench.server.flood(3.0, "getUpdates")
    await bench.card()
    assert bench.server.troubles.too_early == []
    return "0 requests too early"


@PART.case(
    "429 for answers to presses",
    done="stops answering presses for that time, and nothing else",
    seen="the screen as ever; the button spins a little longer",
    kept="everything",
)
async def slowed_presses(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    bench.server.flood(3.0, "answerCallbackQuery")
    for _ in range(3):
        await bench.card()
        await bench.back()
    assert bench.server.troubles.too_early == []
    return "6 taps answered meanwhile; 0 requests too early"


REFUSED_EDITS = (
    ("message is not modified", "takes it as done", "the screen as it is"),
    ("message to edit not found", "sends the screen as a new message", "one screen"),
    ("message can't be edited", "sends the screen as a new message", "one screen"),
    ("can't parse entities: unsupported start tag", "sends the same words plain", "one screen, without bold"),
)


async def refused_edit(bench: Bench, words: str) -> str:
    await bench.life.start()
    await bench.opened()
    bench.server.fail("editMessageText", code=400, description=f"Bad Request: {words}")
    await bench.tap("help")
    await bench.settled()
    await bench.card() if "not modified" in words else None
    assert bench.book.labels["back"] in bench.person.live().labels
    await bench.one_screen()
    return "1 message visible"


for _words, _done, _seen in REFUSED_EDITS:
    PART.case(f'An edit is refused: "{_words}"', done=_done, seen=_seen, kept="everything")(
        lambda bench, words=_words: refused_edit(bench, words)
    )


@PART.case(
    "The exit meets a dice and messages older than two days",
    done="halves a refused batch until only those remain that can't go; overwrites its own with the neutral line",
    seen="everything else is gone; of ours a neutral line stays",
    kept="the dice and older messages of the person's own stay: no bot may remove them",
)
async def undeletable(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.card()
    bench.server.clock.forward(hours=49)
    await bench.person.send_dice()
    await bench.settled()
    await bench.person.send_text("/exit")
    await bench.settled()
    await bench.until(lambda: len(bench.person.visible()) <= 2)
    left = bench.person.visible()
    ours = [message.text for message in left if message.by_bot]
    assert all("dice" in message.body for message in left if not message.by_bot)
    assert len(ours) <= 1
    assert not ours or len(ours[0]) < 200
    return f"left: {len(left) - len(ours)} dice, {len(ours)} neutral line"


@contextmanager
def lying(times: int) -> Iterator[list[int]]:
    """`deleteMessages` says "true" so often without deleting anything."""
    plain, lies = METHODS["deleteMessages"], []

    def lie(world: Any, params: Any) -> Any:
        lies.append(1)
        return True if len(lies) <= times else plain(world, params)

    METHODS["deleteMessages"] = lie
    try:
        yield lies
    finally:
        METHODS["deleteMessages"] = plain


@PART.case(
    "Telegram says that messages were deleted, and deleted none",
    done="asks for one of them again by itself; if it was still there, deletes each singly",
    seen="an empty chat",
    kept="everything went",
)
async def nothing_deleted(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.person.send_text("what can I do")
    await bench.settled()
    with lying(1):
        await bench.person.send_text("/exit")
        await bench.until(lambda: not bench.person.visible())
        await bench.settled()
    return "1 lie, 0 messages left"


@PART.case(
    "429 in the middle of the exit",
    done="waits as told, before anything else that waits, and finishes",
    seen="the chat empties when the time is over",
    kept="everything went",
)
async def slowed_exit(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    bench.server.flood(3.0, "deleteMessage")
    bench.server.flood(3.0, "deleteMessages")
    await bench.leaves()
    return "0 messages left"


@PART.case(
    "The person blocks the bot, between a tap and its answer",
    done="drops what waits, forgets the session",
    seen="nothing",
    kept="nothing",
)
async def blocked(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    bench.server.fail("editMessageText", "delay", seconds=0.3)
    await bench.tap("help")
    await bench.person.block()
    await bench.settled()
    calls = len(bench.server.calls)
    await bench.person.block(False)
    await bench.opened()
    return f"{sum(call.status == 403 for call in bench.server.calls[:calls])} request refused, no further one"
