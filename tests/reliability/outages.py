"""The bot was down, and things wait for it."""

from __future__ import annotations

import signal

from tests.reliability.bench import Bench
from tests.reliability.case import Part
from tests.telegram_bot import screens

PART = Part("After the bot was down")


@PART.case(
    "The bot is down for 100 seconds",
    done="answers every tap and word that waited, the emergency card first",
    seen="the answer when it is back",
    kept="everything",
)
async def down_100(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.life.end(signal.SIGTERM)
    card = await bench.tap("help")
    bench.server.clock.forward(seconds=100)
    await bench.life.start()
    await bench.shows(card)
    await bench.one_screen()
    return "the tap was answered"


@PART.case(
    "The bot is down for 160 seconds",
    done="answers what Telegram still has: words, and taps of the last 150 seconds",
    seen="an older tap did nothing: the button is still there to be tapped again",
    kept="taps older than 150 seconds are dropped by Telegram",
)
async def down_160(bench: Bench) -> str:
    await bench.life.start()
    other = bench.people(1)[0]
    await bench.opened(bench.person, other)
    await bench.life.end(signal.SIGTERM)
    await bench.tap("help")
    await other.send_text("help me")
    words = other.live().text
    bench.server.clock.forward(seconds=160)
    await bench.life.start()
    await bench.until(lambda: screens(other) and other.live().text != words)
    await bench.card()
    await bench.one_screen(bench.person, other)
    return "words answered; the tap repeated and answered"


@PART.case(
    "The bot is down for 23 hours",
    done="of each chat the newest message brings the neutral first screen, the others only go; who writes now is first",
    seen="one calm first screen, no flood of late answers",
    kept="what was written is not answered as if it were new: somebody else may hold the phone",
)
async def down_23_hours(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    first = bench.person.live().text
    await bench.card()
    await bench.life.end(signal.SIGTERM)
    for words in ("help me", "are you there", "please"):
        await bench.person.send_text(words)
    bench.server.clock.forward(hours=23)
    await bench.life.start()
    await bench.until(lambda: first in screens(bench.person))
    await bench.settled()
    assert [message.text for message in bench.person.visible() if not message.by_bot] == []
    assert sum(text == first for text in screens(bench.person)) == 1
    return "3 messages, 1 answer"


@PART.case(
    "The bot is down for 25 hours",
    done="starts cleanly with whatever is left",
    seen="nothing, until the next move: every button still works",
    kept="messages older than a day are dropped by Telegram",
)
async def down_25_hours(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.life.end(signal.SIGTERM)
    await bench.person.send_text("help me")
    sent = len(bench.server.called("sendMessage"))
    bench.server.clock.forward(hours=25)
    await bench.life.start()
    await bench.card()
    assert len(bench.server.called("sendMessage")) == sent
    return "0 late answers; the old button brought the card"


@PART.case(
    "A backlog of 10,000 messages, older than their welcome, with one tap behind them",
    done="reads them in passing, keeps of each chat the newest, answers those at the rate and after everybody else",
    seen="who taps now is answered at once",
    kept="bounded memory: 10,000 chats at most, of each a hundred numbers of messages",
)
async def backlog(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.life.end(signal.SIGTERM)
    crowd = bench.people(500)
    for person in crowd * 20:
        await person.send_text("hello")
    bench.server.clock.forward(hours=2)
    card = await bench.tap("help")
    await bench.life.start()
    await bench.shows(card)
    answered = sum(bool(screens(person)) for person in crowd)
    return f"the tap was answered when {answered} of 500 late chats had been"
