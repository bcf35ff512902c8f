"""A webhook, and several machines behind it."""

from __future__ import annotations

import asyncio
import io
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp

from tests.fake_telegram.hook import Hook
from tests.redis_server import redis_server
from tests.reliability.bench import Bench
from tests.reliability.case import Part
from tests.telegram_bot import screens
from tests.test_telegram_webhook import address, announced, free_port

PART = Part("A webhook, and several machines")
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@asynccontextmanager
async def hooked(bench: Bench) -> AsyncIterator[tuple[str, str]]:
    """The process with a webhook; where it listens, and its secret."""
    port = free_port()
    bench.life.env |= address(port)
    await bench.life.start()
    secret = await announced(bench.server)
    yield f"http://127.0.0.1:{port}/updates", secret


@PART.case(
    "Strangers call the webhook: no secret, a wrong one, a wrong path, another method",
    done="compares the secret in constant time, refuses before anything is read, logs nothing",
    seen="nothing of it",
    kept="everything",
)
async def strangers(bench: Bench) -> str:
    told = []
    async with hooked(bench) as (url, secret), aiohttp.ClientSession() as session:
        for headers in ({}, {HEADER: ""}, {HEADER: secret[:-1]}, {HEADER: secret.upper()}, {HEADER: "x" * 4000}):
            async with session.post(url, json={"update_id": 1}, headers=headers) as answer:
                told.append(answer.status)
        for method, path in (("POST", f"{url}/x"), ("GET", url), ("POST", url.replace("updates", "health"))):
            async with session.request(method, path, headers={HEADER: secret}) as answer:
                told.append(answer.status)
        assert set(told) <= {403, 404, 405}
        await finish(bench, url, secret)
    return f"answers {told}"


async def endless(url: str, secret: str) -> int:
    """Promise a hundred bytes, bring one; the status of the answer."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = f"POST {where.path} HTTP/1.1\r\nHost: x\r\n{HEADER}: {secret}\r\nContent-Length: 100\r\n\r\n{{"
    writer.write(head.encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


@PART.case(
    "Two megabytes at the webhook; a body that never ends; rubbish; the same update five times at once",
    done="413 for too much, 408 for what does not come, 200 for what nobody could ever answer; answers a repeat once",
    seen="nothing of it",
    kept="everything",
)
async def bodies(bench: Bench) -> str:
    async with hooked(bench) as (url, secret), aiohttp.ClientSession(headers={HEADER: secret}) as session:
        told = []
        for body in (b"x" * 2**21, b"", b"{", b"\xff" * 100, b"[" * 100_000):
            async with session.post(url, data=io.BytesIO(body)) as answer:
                told.append(answer.status)
        assert told == [413, 200, 200, 200, 200]
        told.append(await endless(url, secret))
        update = {"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": bench.person.chat_body,
                                              "from": bench.person.user, "text": "/start"}}  # fmt: skip
        found = await asyncio.gather(*(session.post(url, json=update) for _ in range(5)))
        assert [answer.status for answer in found] == [200] * 5
        await bench.until(lambda: screens(bench.person))
        assert len(bench.server.called("sendMessage")) == 1
        await finish(bench, url, secret)
    return f"answers {told}; 5 repeats, 1 message"


@PART.case(
    "kill -9 with a webhook",
    done="the update was kept before 200 was said; the next start answers it; what got no 200 Telegram brings again",
    seen="the answer after the restart",
    kept="everything",
)
async def killed(bench: Bench) -> str:
    async with hooked(bench) as (url, secret), Hook(bench.server, [url], secret) as telegram:
        await bench.opened()
        for turn in range(6):
            card = await bench.tap("back" if turn % 2 else "help")
            await asyncio.sleep(0.004 * turn)
            await bench.life.dies()
            await bench.life.start()
            await bench.shows(card)
        await bench.one_screen()
        answers = dict(telegram.answers)
        await bench.finish()
    return f"6 kills, 0 taps lost; answers to Telegram {answers}"


@PART.case(
    "SIGTERM with a webhook",
    done="503 with Retry-After for what comes, finishes what is under way",
    seen="the answer, or the answer after the restart",
    kept="everything",
)
async def terminated(bench: Bench) -> str:
    async with hooked(bench) as (url, secret), Hook(bench.server, [url], secret):
        people = bench.people(20)
        for person in people:
            await person.start()
        await bench.until(lambda: any(map(screens, people)))
        assert await bench.life.end(signal.SIGTERM) == 0
        await bench.life.start()
        await bench.opened(*people)
        await bench.one_screen(*people)
        await bench.finish()
    return "20 people, all answered, one screen each"


async def finish(bench: Bench, url: str, secret: str) -> None:
    async with Hook(bench.server, [url], secret):
        await bench.finish()


@PART.case(
    "Redis goes away and comes back",
    done="answers by buttons alone, each machine at its share of the rate; one line when it goes, one when it is back",
    seen="buttons as ever; words typed meanwhile have no context",
    kept="sessions are lost with Redis, but the messages sent meanwhile are known",
    needs="redis",
)
async def redis_gone(bench: Bench) -> str:
    with redis_server() as redis:
        bench.life.env["STORE"] = redis.url
        await bench.life.start()
        await bench.opened()
        await bench.card()
        redis.kill()
        await bench.back()
        await bench.card()
        await bench.person.send_text("what can I do")
        await bench.settled()
        redis.start()
        await bench.log_says("shared-back")
        await bench.card()
        await bench.leaves()
        await bench.finish()
    assert (bench.logged("shared-gone"), bench.logged("shared-back")) == (1, 1)
    return "4 moves answered without Redis; 1 line, 1 line; the exit emptied the chat"


@PART.case(
    "Redis is not there at the start",
    done="starts without it, and takes it up when it comes",
    seen="buttons as ever",
    kept="nothing is remembered until then",
    needs="redis",
)
async def redis_late(bench: Bench) -> str:
    with redis_server() as redis:
        redis.kill()
        bench.life.env["STORE"] = redis.url
        await bench.life.start()
        await bench.opened()
        await bench.card()
        redis.start()
        await bench.log_says("shared-back")
        await bench.leaves()
        await bench.finish()
    return "answered before it came; the exit emptied the chat"


@PART.case(
    "Redis would write to a disk",
    done="refuses to start, in one line that says what to change",
    seen="nothing",
    kept="nothing of a person gets onto that disk",
    needs="redis",
    BOT_LOG_LEVEL="CRITICAL",
)
async def redis_on_disk(bench: Bench) -> str:
    with redis_server("--save", "60 1", "--dir", str(bench.here)) as redis:
        bench.life.env["STORE"] = redis.url
        await bench.life.start(answering=False)
        assert await bench.life.end() == 2
        assert bench.life.printed.count("\n") == 1
        assert "--save" in bench.life.printed
    return "1 line, exit code 2"


FAULTS, SHARED = "tests/test_telegram_faults.py", "tests/test_shared.py"
PART.shown_by(
    f"{FAULTS}::test_three_replicas_while_redis_is_killed_twice",
    "Three machines under load behind a proxy that takes turns; Redis is killed and restarted twice",
    done="each goes on alone, and they find together again",
    seen="the right screen after each tap",
    kept="0 taps lost",
    needs="redis",
)
PART.shown_by(
    f"{FAULTS}::test_a_replica_that_dies_loses_nothing_while_redis_lives",
    "Three machines under load, one of them killed four times",
    done="another machine takes over what it had received",
    seen="the right screen after each tap, some seconds later",
    kept="0 taps lost",
    needs="redis",
)
PART.shown_by(
    f"{SHARED}::test_the_budget_falls_back_to_this_machines_share",
    "Four machines lose Redis: how fast may each ask?",
    done="a quarter of the rate each, until it is back",
    seen="longer waits in a rush",
    kept="Telegram's limits are kept",
    needs="redis",
)
PART.shown_by(
    "tests/test_telegram_webhook.py::test_when_too_much_waits_telegram_is_asked_to_come_later_but_never_with_an_emergency",
    "Too much waits at the webhook",
    done="503 with Retry-After, but never for the red button or the exit",
    seen="a longer wait; not for the red button",
    kept="everything: Telegram keeps it",
)
