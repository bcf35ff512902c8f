"""The token, and whoever else has it or pretends to be Telegram."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.reliability.bench import LONG, Bench
from tests.reliability.case import Part
from tests.reliability.stranger import stranger

PART = Part("The token and the start")


@PART.case(
    "A second program fetches with the same token (409)",
    done="a line in the log with the status, waits, keeps trying",
    seen="what this bot gets it answers",
    kept="what the other program took is lost: the token must be changed",
)
async def conflict(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    url = f"{bench.server.url}/bot{bench.server.token}/getUpdates"
    async with aiohttp.ClientSession() as session:
        while not bench.logged("refused"):  # it asks for what comes first, and confirms nothing
            async with session.post(url, json={"timeout": 1}) as answer:
                await answer.read()
    assert "refused status=409" in bench.life.printed
    await bench.card()
    await bench.log_says("network-back")
    return "one line when it came, one when it was gone; answered"


@PART.case(
    "The token is refused at the start (401)",
    done="one clear line without the token, exit code 2",
    seen="nothing",
    kept="updates wait at Telegram: taps 150 seconds, messages a day",
    quick=True,
)
async def refused_at_start(bench: Bench) -> str:
    bench.life.env |= {"TELEGRAM_BOT_TOKEN": "700000001:other-token-of-somebody", "BOT_LOG_LEVEL": "CRITICAL"}
    await bench.life.start(answering=False)
    code = await bench.life.end()
    assert code == 2
    assert bench.life.printed.count("\n") == 1
    assert "TELEGRAM_BOT_TOKEN" in bench.life.printed
    assert "other-token" not in bench.life.printed
    return "1 line, exit code 2"


@PART.case(
    "The token is revoked while it runs",
    done="one clear line without the token, exit code 2; what is under way is finished where Telegram lets it",
    seen="nothing more, until it runs with a new token",
    kept="updates wait at Telegram: taps 150 seconds, messages a day",
    quick=True,
    BOT_LOG_LEVEL="ERROR",
)
async def revoked(bench: Bench) -> str:
    await bench.life.start(answering=False)
    await bench.opened()
    bench.server.fail("*", times=10_000, code=401, description="Unauthorized")
    card = await bench.tap("help")
    assert await bench.life.end() == 2
    assert bench.life.printed.count("\n") == 1
    bench.server.troubles.failures.clear()
    await bench.life.start(answering=False)
    await bench.shows(card)
    return "1 line, exit code 2; the next start answered the tap"


@PART.case(
    "Nothing answers at the start",
    done="three tries, one clear line, exit code 75: what runs it starts it again, until Telegram is there",
    seen="nothing",
    kept="updates wait at Telegram",
    quick=True,
    TELEGRAM_API_URL="http://127.0.0.1:9",
    BOT_LOG_LEVEL="CRITICAL",
)
async def nothing_there(bench: Bench) -> str:
    await bench.life.start(answering=False)
    assert await bench.life.end() == 75
    assert bench.life.printed.count("\n") == 1
    return "1 line, exit code 75"


@PART.case(
    "Somebody in between has no proper certificate",
    done="breaks off before the token is sent; one clear line, exit code 75",
    seen="nothing",
    kept="updates wait at Telegram; the token stays secret",
    BOT_LOG_LEVEL="CRITICAL",
)
async def stranger_in_between(bench: Bench) -> str:
    async with stranger(bench.here) as (url, heard):
        bench.life.env["TELEGRAM_API_URL"] = url
        await bench.life.start(answering=False)
        assert await asyncio.wait_for(bench.life.end(), LONG) == 75
        assert heard.handshakes == 0
        assert heard.tries
        assert heard.bytes == 0
    assert bench.life.printed.count("\n") == 1
    return f"{heard.tries} tries, 0 bytes of a request"
