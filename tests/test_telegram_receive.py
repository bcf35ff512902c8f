"""The receive loop against a server that answers with anything: nobody is stopped by what somebody else sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp import web

from bot.channels.telegram.intake import Deeds
from bot.channels.telegram.receive import Receiver
from bot.channels.telegram.send import Unreachable
from bot.channels.telegram.updates import Incoming

BROKEN = {3: "[" * 5000, 5: '{"text": 1' + "0" * 5000 + "}", 8: '{"text": tru}'}


def _update(number: int) -> str:
    chat = {"id": number, "type": "private"}
    message = {"message_id": number, "date": 1, "chat": chat, "from": {"id": number}, "text": "hello"}
    return f'{{"update_id": {number}, "message": {BROKEN.get(number) or json.dumps(message)}}}'


def _receive(count: int, answer: Callable[[Incoming], Awaitable[None]], until: Callable[[], bool]) -> list[int]:
    """Run the loop over updates 1 to `count` until `until` holds; the offsets it asked from."""
    offsets: list[int] = []
    waiting = list(range(1, count + 1))

    async def poll(request: web.Request) -> web.Response:
        asked = await request.json()
        offsets.append(asked["offset"])
        waiting[:] = [number for number in waiting if number >= asked["offset"]]
        handed = ",".join(_update(number) for number in waiting[: asked["limit"]])
        return web.Response(text=f'{{"ok": true, "result": [{handed}]}}', content_type="application/json")

    async def whole() -> None:
        app = web.Application()
        app.router.add_post("/botx/getUpdates", poll)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stop = asyncio.Event()
        async with aiohttp.ClientSession() as session:
            receiver = Receiver(session, f"{site.name}/botx", Deeds(answer, lambda _: None))
            loop = asyncio.create_task(receiver.run(stop))
            async with asyncio.timeout(20):
                while not until():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                stop.set()
                assert await loop
        await runner.cleanup()

    asyncio.run(whole())
    return offsets


def test_updates_that_are_no_json_are_left_out_singly() -> None:
    answered: list[int] = []

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming.id)

    offsets = _receive(9, answer, lambda: len(answered) == 9 - len(BROKEN))
    assert sorted(answered) == [1, 2, 4, 6, 7, 9]
    assert offsets[-1] == 10, "and all were confirmed"


def test_a_defect_in_one_turn_stops_nobody() -> None:
    answered: list[int] = []

    async def answer(incoming: Incoming) -> None:
        answered.append(incoming.id)
        if incoming.id == 1:
            raise RuntimeError("a defect")

    _receive(2, answer, lambda: len(answered) == 2)
    assert sorted(answered) == [1, 2]


def test_an_answer_that_could_not_be_delivered_is_tried_again() -> None:
    tries: list[int] = []

    async def answer(incoming: Incoming) -> None:
        tries.append(incoming.id)
        if incoming.id == 1 and tries.count(1) < 3:
            raise Unreachable

    offsets = _receive(2, answer, lambda: tries.count(1) == 3)
    assert tries.count(2) == 1
    assert offsets[-1] == 3


def test_who_takes_long_is_not_confirmed_and_holds_nobody_back() -> None:
    gate = asyncio.Event()
    answered: list[int] = []
    asked: list[int] = []

    async def answer(incoming: Incoming) -> None:
        asked.append(incoming.id)
        if incoming.id == 2:
            await asyncio.wait_for(gate.wait(), 10)
        answered.append(incoming.id)
        if len(answered) == 3:
            gate.set()

    offsets = _receive(6, answer, lambda: len(answered) == 4)
    assert sorted(asked) == [1, 2, 4, 6], "each once, though they were handed out again with 2; 3 and 5 are no JSON"
    assert answered[-1] == 2
    assert offsets[-1] == 7
