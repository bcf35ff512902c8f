"""The webhook: who may speak, when 200 is said, and that a tap costs one outgoing request."""

from __future__ import annotations

import asyncio
import io
import json
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram import webhook as module
from bot.channels.telegram.errors import Unreachable
from bot.channels.telegram.intake import Deeds
from bot.channels.telegram.minimal import packed
from bot.channels.telegram.updates import Incoming
from bot.channels.telegram.webhook import SECRET_HEADER, Webhook
from bot.conversation import Book
from bot.sessions.together import Alone
from tests.fake_telegram import FakeTelegram, Person
from tests.fake_telegram.hook import Hook
from tests.telegram_bot import LONG, Process, environment, running, screens
from tests.test_telegram_intake import Kept, message, tap

SECRET = "a-secret-nobody-guesses"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Client:
    """Speaks to the webhook as Telegram does, or as somebody else."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session, self.port = session, port

    async def post(
        self, body: object, secret: str | None = SECRET, path: str = "/updates", method: str = "POST"
    ) -> tuple[int, dict[str, str], Any]:
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        headers = {SECRET_HEADER: secret} if secret is not None else {}
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self._session.request(method, url, data=data, headers=headers) as answer:
            raw = await answer.read()
            return answer.status, dict(answer.headers), json.loads(raw) if raw[:1] == b"{" else raw


@asynccontextmanager
async def listening(webhook: Webhook) -> AsyncIterator[Client]:
    port, stop = free_port(), asyncio.Event()
    runner = web.AppRunner(webhook.app("/updates"), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    life = asyncio.create_task(webhook.run(stop))
    try:
        async with aiohttp.ClientSession() as session:
            yield Client(session, port)
    finally:
        stop.set()
        await asyncio.wait_for(life, LONG)
        await runner.cleanup()


def play(webhook: Webhook, scene: Callable[[Client], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(LONG), listening(webhook) as client:
            await asyncio.sleep(0)
            await scene(client)

    asyncio.run(whole())


async def nothing(_: Incoming) -> None:
    return None


def hook(answer: Callable[[Incoming], Awaitable[None]] = nothing, inbox: Any = None, **more: Any) -> Webhook:
    return Webhook(Deeds(answer, lambda _: None, **more), SECRET, inbox)


# ---- who may speak


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "\u00fc\u0416", SECRET.upper()])
def test_without_the_secret_nothing_is_read(secret: str | None) -> None:
    answered: list[Incoming] = []

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming)

    async def scene(client: Client) -> None:
        status, headers, body = await client.post(message(1, 1), secret)
        assert (status, body) == (403, b"")
        assert "Server" not in headers

    play(hook(answer), scene)
    assert answered == []


def test_secrets_are_compared_in_constant_time_and_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = module.hmac.compare_digest

    def compare(shown: bytes, ours: bytes) -> bool:
        compared.append((shown, ours))
        return real(shown, ours)

    monkeypatch.setattr(module.hmac, "compare_digest", compare)

    async def scene(client: Client) -> None:
        assert (await client.post(b"x" * (module.MOST_BYTES // 2), "wrong"))[0] == 403

    play(hook(), scene)
    assert compared == [(b"wrong", SECRET.encode())]


BODIES = [
    (b"x" * (module.MOST_BYTES + 1), 413),
    (b"", 200),
    (b"{", 200),
    (b"\xff" * 100, 200),
    (b"[" * 100_000, 200),
    ({"update_id": "x"}, 200),
    ({"update_id": 5}, 200),
    ({"update_id": 5, "message": []}, 200),
]


@pytest.mark.parametrize(("body", "status"), BODIES, ids=range(len(BODIES)))
def test_what_nobody_could_answer_is_not_asked_for_again_and_too_much_is_not_read(body: object, status: int) -> None:
    async def scene(client: Client) -> None:
        assert (await client.post(body))[0] == status

    play(hook(), scene)


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READING", 0.1)

    async def scene(client: Client) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        head = f"POST /updates HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 100\r\n\r\n{{"
        writer.write(head.encode())
        assert b" 408 " in await reader.readline()
        writer.close()
        await writer.wait_closed()

    play(hook(), scene)


@pytest.mark.parametrize(("method", "path"), [("GET", "/updates"), ("POST", "/"), ("POST", "/health"), ("GET", "/x")])
def test_there_is_nothing_else(method: str, path: str) -> None:
    async def scene(client: Client) -> None:
        assert (await client.post(b"", path=path, method=method))[0] in (404, 405)

    play(hook(), scene)


# ---- when 200 is said


def test_without_an_inbox_200_follows_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    async def answer(_: Incoming) -> None:
        await asyncio.sleep(0.05)
        order.append("answered")

    async def scene(client: Client) -> None:
        assert (await client.post(tap(1, 1)))[0] == 200
        order.append("200")

    play(hook(answer), scene)
    assert order == ["answered", "200"]


def test_with_an_inbox_200_is_said_at_once_and_only_once_it_is_kept() -> None:
    gate, inbox = asyncio.Event(), Kept()

    async def answer(_: Incoming) -> None:
        await gate.wait()

    async def scene(client: Client) -> None:
        assert (await client.post(tap(1, 1)))[0] == 200
        assert list(inbox.records) == [1]
        gate.set()
        while inbox.records:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    play(hook(answer, inbox), scene)


def test_what_could_not_be_answered_is_asked_for_again_and_then_answered() -> None:
    tries: list[int] = []

    async def answer(incoming: Incoming) -> None:
        tries.append(incoming.id)
        if len(tries) == 1:
            raise Unreachable

    async def scene(client: Client) -> None:
        status, headers, _ = await client.post(tap(1, 1))
        assert (status, headers["Retry-After"]) == (503, str(module.TAKEN))
        assert (await client.post(tap(1, 1)))[0] == 200
        assert (await client.post(tap(1, 1)))[0] == 200, "a repeat is thanked for, not answered"

    play(hook(answer), scene)
    assert tries == [1, 1]


def test_what_a_dead_machine_left_is_answered_unless_its_person_did_something_newer() -> None:
    inbox, answered = Kept(), list[int]()

    class Others(Alone):
        async def newest(self, person: str, number: int) -> bool:
            return person != "telegram:2"

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming.id)

    inbox.records = {number: packed(Incoming(number, "tap", number, text="x")) for number in (1, 2, 3)}

    async def scene(client: Client) -> None:
        while inbox.records:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    play(Webhook(Deeds(answer, lambda _: None), SECRET, inbox, Others()), scene)
    assert answered == [1, 3]


def test_an_update_that_comes_twice_at_once_is_answered_once() -> None:
    tries: list[int] = []

    async def answer(incoming: Incoming) -> None:
        tries.append(incoming.id)
        await asyncio.sleep(0.05)

    async def scene(client: Client) -> None:
        found = await asyncio.gather(*(client.post(tap(1, 1)) for _ in range(5)))
        assert [status for status, _, _ in found] == [200] * 5

    play(hook(answer), scene)
    assert tries == [1]


def test_when_too_much_waits_telegram_is_asked_to_come_later_but_never_with_an_emergency(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_OPEN", 3)
    gate = asyncio.Event()

    async def answer(_: Incoming) -> None:
        await gate.wait()

    async def scene(client: Client) -> None:
        waiting = [asyncio.create_task(client.post(tap(number, number))) for number in range(1, 4)]
        while (await client.post(b"", path="/ready", method="GET"))[0] == 200:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        status, headers, _ = await client.post(tap(4, 4))
        assert (status, headers["Retry-After"]) == (503, str(module.OVERLOADED))
        urgent = asyncio.create_task(client.post(tap(5, 5, "emergency")))
        await asyncio.sleep(0.05)
        gate.set()
        assert [(await one)[0] for one in (*waiting, urgent)] == [200] * 4
        assert (await client.post(b"", path="/ready", method="GET"))[0] == 200

    play(hook(answer, urgency=lambda incoming: int(incoming.text == "emergency")), scene)


def test_health_and_readiness_tell_nothing_of_anybody() -> None:
    webhook = hook()

    async def scene(client: Client) -> None:
        assert (await client.post(b"", None, "/health", "GET"))[::2] == (200, {"alive": True})
        assert (await client.post(b"", None, "/ready", "GET"))[::2] == (200, {"ready": True})
        webhook._ready = False
        assert (await client.post(b"", None, "/ready", "GET"))[::2] == (503, {"ready": False})
        status, headers, _ = await client.post(tap(1, 1))
        assert (status, headers["Retry-After"]) == (503, str(module.LEAVING))

    play(webhook, scene)


# ---- the whole process


def address(port: int) -> dict[str, str]:
    return {"BOT_WEBHOOK_URL": "https://bot.example/updates", "BOT_WEBHOOK_LISTEN": f"127.0.0.1:{port}"}


async def announced(server: FakeTelegram, times: int = 1) -> str:
    """Waits for so many machines to set the webhook; the secret they told Telegram."""
    await server.wait_for(lambda: len(server.called("setWebhook")) >= times, LONG)
    await server.wait_for(lambda: server.world.webhook, LONG)
    return str(server.world.webhook["secret_token"])


async def first_screen(person: Person) -> None:
    await person.start()
    await person.wait_for(lambda: screens(person), LONG)


def test_a_tap_costs_one_outgoing_request_and_the_press_is_answered_in_the_response(book: Book, tmp_path: Path) -> None:
    async def whole() -> str:
        port = free_port()
        async with FakeTelegram() as server, running(server, tmp_path, **address(port)) as process:
            secret = await announced(server)
            async with Hook(server, [f"http://127.0.0.1:{port}/updates"], secret) as telegram:
                person = server.person(4_200_000_042)
                await first_screen(person)
                await server.settle(LONG)
                before = len(server.calls)
                await person.tap(book.labels["help"])
                await person.wait_text("112", LONG)
                await server.settle(LONG)
                made = [call.method for call in server.calls[before:]]
                assert sorted(made) == ["editMessageText", "in response: answerCallbackQuery"]
                assert set(telegram.answers) == {200}
                assert await process.end(signal.SIGTERM) == 0
            assert server.violations == []
            assert "getUpdates" not in {call.method for call in server.calls}
            return process.output

    output = asyncio.run(whole())
    assert [word for word in ("Canary", "canary", "fake-token", "Traceback", "4200000042") if word in output] == []


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    async def whole() -> tuple[int, str]:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            env = address(taken.getsockname()[1]) | {"BOT_LOG_LEVEL": "CRITICAL"}
            async with FakeTelegram() as server, running(server, tmp_path, **env) as process:
                return await process.end(), process.output

    code, output = asyncio.run(whole())
    assert code == 2
    assert output.strip().count("\n") == 0
    assert "BOT_WEBHOOK_LISTEN" in output


def test_an_address_that_telegram_refuses_is_one_clear_line(tmp_path: Path) -> None:
    async def whole() -> tuple[int, str]:
        async with FakeTelegram() as server:
            server.fail("setWebhook", "error", code=400, description="Bad Request: bad webhook: x")
            async with running(server, tmp_path, **address(free_port()), BOT_LOG_LEVEL="CRITICAL") as process:
                return await process.end(), process.output

    code, output = asyncio.run(whole())
    assert code == 2
    assert "BOT_WEBHOOK_URL" in output


def test_machines_that_start_together_all_answer(tmp_path: Path) -> None:
    async def whole() -> None:
        async with FakeTelegram() as server:
            server.fail("setWebhook", "error", times=2, code=429, description="Too Many Requests: retry after 1")
            processes = [Process(environment(server, tmp_path, **address(free_port()))) for _ in range(2)]
            for process in processes:
                await process.start()
            await announced(server, 4)
            for process in processes:
                assert await process.end(signal.SIGTERM) == 0

    asyncio.run(whole())
