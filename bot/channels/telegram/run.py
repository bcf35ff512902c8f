"""The bot in Telegram, from start to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol

from telegram.error import InvalidToken, TelegramError

from bot import logs
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.people import People
from bot.channels.telegram.receive import Receiver
from bot.channels.telegram.send import Sender
from bot.channels.telegram.setup import set_up
from bot.channels.telegram.transport import Api, Slowed, Transport
from bot.channels.telegram.turn import Turns
from bot.conversation import Book
from bot.logs import event
from bot.sessions.model import Store

REFUSED = "Telegram refuses the token. Get a valid one from BotFather and set TELEGRAM_BOT_TOKEN."
UNREACHED = "Telegram can't be reached. Check the network, or TELEGRAM_API_URL if it is set."
#: Exit code for what only an operator can mend.
NEEDS_OPERATOR = 2

#: Tries of the first call, and seconds between them: a machine may start before its network.
_TRIES, _PAUSE = 3, 0.7
#: Seconds between two looks for screens to hide and rows to drop.
_ROUND = 15.0
#: Seconds for deletions and answers to presses that are still under way when we leave.
_LAST = 0.7


class Settings(Protocol):
    """What this channel needs of the operator's settings."""

    @property
    def token(self) -> str: ...
    @property
    def api_url(self) -> str: ...
    @property
    def hide_minutes(self) -> int: ...
    @property
    def store(self) -> str: ...


async def run(settings: Settings, book: Book, store: Store) -> int:
    """Answer until SIGTERM or SIGINT (returns 0), or until an operator is needed (one line on stderr, returns 2)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    logs.quiet(loop)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return await serve(settings, book, store, stop)


async def serve(settings: Settings, book: Book, store: Store, stop: asyncio.Event) -> int:
    """As `run`, until `stop` is set. The store stays open."""
    transport = Transport()
    await transport.initialize()
    try:
        return await _answer(settings, book, store, transport, stop)
    finally:
        await transport.shutdown()


async def _answer(settings: Settings, book: Book, store: Store, transport: Transport, stop: asyncio.Event) -> int:
    root = f"{settings.api_url}/bot"
    api = Api(settings.token, base_url=root, request=transport, get_updates_request=transport)
    problem = await _problem(api)
    if problem:
        return _give_up(problem)
    sender, people = Sender(api), People(store)
    forgetting = Forgetting(book, people, sender, _now)
    turns = Turns(book, people, sender, forgetting, _now)
    receiver = Receiver(transport.session, root + settings.token, turns.answer, turns.drop)
    beside = [_beside(set_up(api, book, _now())), _beside(_rounds(forgetting, people, settings.hide_minutes * 60))]
    event("started")
    valid = await receiver.run(stop)
    event("stopping")
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    await asyncio.gather(forgetting.finished(_LAST), sender.finished(_LAST))
    if valid and settings.store == "memory":  # nothing will remember these screens, so they are hidden before we go
        await _at_most(_LAST, forgetting.hide(0.0))
    event("stopped")
    return 0 if valid else _give_up(REFUSED)


async def _problem(api: Api) -> str:
    """Why the bot cannot start, in one line for the operator; empty if it can."""
    for attempt in range(_TRIES):
        try:
            await api.call("getMe")
            await api.call("deleteWebhook")  # one that an earlier set-up left would refuse every poll
            return ""
        except InvalidToken:
            return REFUSED
        except Slowed:
            return ""  # it answers, so the token is good
        except TelegramError:
            await asyncio.sleep(_PAUSE if attempt < _TRIES - 1 else 0)
    return UNREACHED


async def _at_most(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(work, seconds)


async def _rounds(forgetting: Forgetting, people: People, hide_after: float) -> None:
    while True:
        await forgetting.hide(hide_after)
        await people.purge()
        await asyncio.sleep(_ROUND)


def _beside(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Something that runs beside the answers; should it fail, they go on and the log says so."""
    task = asyncio.create_task(work)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        event("task-failed", error=error)


def _give_up(line: str) -> int:
    sys.stderr.write(f"janymda: {line}\n")
    return NEEDS_OPERATOR


def _now() -> datetime:
    return datetime.now(UTC)
