"""Telegram slow, cut off, angry or wrong; and the network between."""

from __future__ import annotations

import asyncio

from tests.reliability.bench import LONG, Bench, all_of
from tests.reliability.case import Part
from tests.reliability.gate import Gate
from tests.telegram_bot import screens

PART = Part("Telegram and the network")


@PART.case(
    "Every answer of Telegram takes a second",
    done="answers many people at the same time, and fetches news meanwhile",
    seen="the answer a second later",
    kept="everything",
)
async def latency(bench: Bench) -> str:
    await bench.life.start()
    bench.server.fail("*", "delay", times=10_000, seconds=1.0)
    people = bench.people(10)
    await bench.opened(*people)
    await all_of(bench.card(person) for person in people)
    bench.server.troubles.failures.clear()
    await bench.one_screen(*people)
    return "10 people, 20 moves, all answered"


@PART.case(
    "Connections break, before a request arrives or after it was carried out",
    done="repeats edits and deletions; a new message only if that does no harm, and removes the copy",
    seen="one screen, the right one",
    kept="everything",
)
async def drops(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    for turn in range(8):
        bench.server.fail("editMessageText", "drop", applied=turn % 4 > 1)
        await (bench.back() if turn % 2 else bench.card())
    for applied in (True, False):
        bench.server.fail("sendMessage", "drop", applied=applied)
        await bench.person.send_text("what can I do")
        await bench.settled()
    await bench.one_screen()
    return "10 moves, each with a broken connection: 10 answered, 1 message visible"


@PART.case(
    "The answer to a request does not come in time (it may have been carried out)",
    done="repeats the edit; does not repeat a message, and removes it with the next move if it did arrive",
    seen="one screen, the right one",
    kept="everything",
    inside={"bot.channels.telegram.transport:READ": 0.7},
)
async def timeouts(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    bench.server.fail("editMessageText", "delay", seconds=1.5)
    await bench.card()
    bench.server.fail("sendMessage", "truncated", applied=True)
    await bench.person.send_text("what can I do")
    await bench.settled()
    twice = len(screens(bench.person))
    await bench.person.send_text("and then")
    await bench.one_screen()
    return f"screens in sight after the lost answer {twice}, after the next move 1"


async def stutters(bench: Bench, kind: str, code: int = 500) -> str:
    """Three polls and one edit go wrong."""
    await bench.life.start()
    await bench.opened()
    begun = len(bench.server.called("getUpdates"))
    bench.server.fail("getUpdates", kind, times=3, code=code)  # type: ignore[arg-type]
    bench.server.fail("editMessageText", kind, code=code)  # type: ignore[arg-type]
    await bench.card()
    await bench.one_screen()
    return f"answered after {len(bench.server.called('getUpdates')) - begun} polls"


STUTTERS = (
    ("Telegram answers 500", "error", 500),
    ("A proxy answers 502 with a page of HTML", "html", 502),
    ("A proxy answers 504", "error", 504),
    ("Answers are cut off in the middle of the JSON", "truncated", 200),
    ("Answers claim to be packed and are rubbish", "garbage", 200),
    ("Answers are 200 but say that it failed", "unwilling", 200),
)
for _fault, _kind, _code in STUTTERS:
    PART.case(
        _fault,
        done="waits a little longer each time, then goes on; prints nothing of the answer",
        seen="the answer some seconds later",
        kept="everything",
    )(lambda bench, kind=_kind, code=_code: stutters(bench, kind, code))


@PART.case(
    "Telegram fails for eight seconds, in every way of asking",
    done="asks ever more rarely; a person's edit four times, then the update is tried again",
    seen="the answer soon after it is over",
    kept="everything",
)
async def outage(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.server.settle(LONG, quiet=1.0)  # the bot's presentation is set
    failing = bench.server.fail("*", times=10_000)
    before = len(bench.server.calls)
    card = await bench.tap("help")
    await asyncio.sleep(8)
    asked = len(bench.server.calls) - before
    failing.times = 0
    await bench.shows(card)
    assert asked <= 2 * 8, "no hot loop"
    return f"{asked} requests in the 8 s"


@PART.case(
    "The network goes away for five seconds: connections break, new ones are refused",
    done="one line in the log, tries again, one line when it is back",
    seen="the answer soon after it is over",
    kept="everything",
)
async def network_gone(bench: Bench) -> str:
    async with Gate(bench.server.url) as gate:
        bench.life.env["TELEGRAM_API_URL"] = gate.url
        await bench.life.start()
        await bench.opened()
        await gate.cut()
        card = await bench.tap("help")
        await asyncio.sleep(5)
        await gate.open()
        await bench.shows(card)
        await bench.finish()
    assert bench.logged("network-failed") == 1
    assert bench.logged("network-back") == 1
    return "one line when it went, one when it was back"


@PART.case(
    "Connections are half-open: they stand, and nothing passes",
    done="gives each request a time limit and opens new connections; no poll is waited for longer than it may take",
    seen="the answer after the time limit",
    kept="everything",
    inside={
        "bot.channels.telegram.receive:LONG": 1,
        "bot.channels.telegram.poll:PATIENCE": 1.0,
        "bot.channels.telegram.transport:READ": 1.0,
    },
)
async def half_open(bench: Bench) -> str:
    async with Gate(bench.server.url) as gate:
        bench.life.env["TELEGRAM_API_URL"] = gate.url
        await bench.life.start()
        await bench.opened()
        gate.hush()
        before = gate.connections
        await bench.card()
        fresh = gate.connections - before
        await bench.finish()
    assert fresh
    return f"answered over {fresh} new connections"


@PART.case(
    "Names are no longer found (DNS) and connections break",
    done="tries again; one line in the log",
    seen="the answer soon after it is over",
    kept="everything",
    inside={},
)
async def names_gone(bench: Bench) -> str:
    async with Gate(bench.server.url, "localhost") as gate:
        bench.life.env["TELEGRAM_API_URL"] = gate.url
        await bench.life.start()
        await bench.opened()
        bench.switch("names")
        await asyncio.sleep(10.5)  # a name that was found is believed for ten seconds
        gate.break_all()
        card = await bench.tap("help")
        await asyncio.sleep(4)
        assert screens(bench.person) != [card]
        bench.switch_off("names")
        await bench.shows(card)
        await bench.finish()
    assert bench.logged("network-failed") == 1
    return "answered after 4 s without names"
