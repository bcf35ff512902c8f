"""The bot in Telegram, from start to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot import hardening, logs
from bot.channels.telegram.alive import breathe
from bot.channels.telegram.budget import SharedBudget
from bot.channels.telegram.errors import REFUSED, UNREACHED
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.intake import Deeds
from bot.channels.telegram.leave import Leaving
from bot.channels.telegram.minimal import reduced
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.people import People
from bot.channels.telegram.receive import Receiver
from bot.channels.telegram.send import Sender
from bot.channels.telegram.setup import set_up
from bot.channels.telegram.transport import Api, Slowed, Transport
from bot.channels.telegram.turn import Turns
from bot.channels.telegram.urgent import urgency
from bot.channels.telegram.wanted import Settings
from bot.conversation import Book
from bot.logs import event
from bot.sessions.inbox import Inbox
from bot.sessions.model import Store
from bot.sessions.open import attendants
from bot.sessions.together import Alone, Together

#: Exit code for what only an operator can mend.
NEEDS_OPERATOR = 2
#: Exit code for what time may mend, as in sysexits.h: whatever runs us starts us again.
TRY_LATER = 75

#: Tries of the first call, and seconds between them: a machine may start before its network.
_TRIES, _PAUSE = 3, 0.7
#: Seconds between two looks for screens to hide and rows to drop.
_ROUND = 15.0
#: Seconds after which kept cards go from a chat whose screen was hidden: before its session expires, 4 hours at least.
_CARDS_STAY = 3 * 3600.0
#: Seconds after which what should be gone and is not is deleted once more: another machine may have died with it.
_UNTIDY = 120.0
#: Seconds for deletions and answers to presses that are still under way when we leave.
_LAST = 0.7
#: Seconds for hiding all screens before we stop for good.
_FAREWELL = 60.0


async def run(settings: Settings, book: Book, store: Store) -> int:
    """Answer until SIGTERM or SIGINT (returns 0), or until that can't go on (one line on stderr): returns 2 where an
    operator is needed, 75 where trying later may help.

    SIGUSR1 stops for good: the open screens are hidden first, for nobody will remember them.
    """
    stop, farewell = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    logs.quiet(loop)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, _stop_for_good, farewell, stop)
    breathing = asyncio.create_task(breathe())
    try:
        return await serve(settings, book, store, stop, farewell)
    finally:
        breathing.cancel()


def _stop_for_good(farewell: asyncio.Event, stop: asyncio.Event) -> None:
    farewell.set()
    stop.set()


async def serve(
    settings: Settings, book: Book, store: Store, stop: asyncio.Event, farewell: asyncio.Event | None = None
) -> int:
    """As `run`, until `stop` is set. The store stays open."""
    final = farewell or asyncio.Event()
    transport = Transport()
    await transport.initialize()
    inbox, together = attendants(store, lambda code: event(code.replace("_", "-")))
    try:
        return await _answer(settings, book, store, inbox, together, transport, stop, final)
    finally:
        await inbox.close()
        await transport.shutdown()


async def _answer(
    settings: Settings, book: Book, store: Store, inbox: Inbox, together: Together, transport: Transport,
    stop: asyncio.Event, farewell: asyncio.Event,
) -> int:  # fmt: skip
    api = Api(settings.token, base_url=f"{settings.api_url}/bot", request=transport, get_updates_request=transport)
    problem = await _problem(api, polls=not settings.webhook_url)
    if problem:
        return _give_up(problem)
    alone = isinstance(together, Alone)
    budget = None if alone else SharedBudget(together, settings.rate, asyncio.get_running_loop().time)
    outbox = Outbox(api.call, settings.rate, settings.chat_rate, budget)
    sender, people = Sender(api, outbox), People(store, None if alone else together)
    forgetting, leaving = Forgetting(book, people, sender, _now), Leaving(book, people, sender, _now)
    turns = Turns(book, people, sender, forgetting, leaving, _now)
    prepared, urgent = partial(reduced, book), partial(urgency, book)
    deeds = Deeds(turns.answer, turns.drop, prepared, sender.overtake, urgent, turns.arrived)
    rounds = _rounds(leaving, forgetting, people, outbox, settings.hide_minutes * 60)
    beside = [_beside(rounds), _beside(set_up(api, book, _now()))]
    for weakness in hardening.weaknesses(os.environ):
        event(weakness.code)
    event("started")
    problem = await _receive(settings, api, transport, deeds, inbox, together, stop)
    event("stopping")
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    await asyncio.gather(forgetting.finished(_LAST), sender.finished(_LAST))
    if not problem and settings.store == "memory":  # nothing will remember these screens: they are hidden before we go
        await _at_most(_LAST, forgetting.hide(0.0))
    if not problem and farewell.is_set():
        await _at_most(_FAREWELL, forgetting.hide(0.0))
    await outbox.close()
    event("stopped")
    return _give_up(problem) if problem else 0


async def _receive(
    settings: Settings, api: Api, transport: Transport, deeds: Deeds, inbox: Inbox, together: Together,
    stop: asyncio.Event,
) -> str:  # fmt: skip
    """Fetch updates, or have them brought, until `stop`. Why that had to end, in one line; empty if we were told to."""
    welcome = settings.hide_minutes * 60.0
    if not settings.webhook_url:
        receiver = Receiver(transport.session, f"{settings.api_url}/bot{settings.token}", deeds, inbox, welcome)
        return "" if await receiver.run(stop) else REFUSED
    from bot.channels.telegram.serve import serve_webhook  # only here: the server would delay every start
    from bot.channels.telegram.webhook import Webhook

    webhook = Webhook(deeds, settings.webhook_secret, inbox, together, welcome, transport.telegram_time)
    return await serve_webhook(webhook, settings, api, stop)


async def _problem(api: Api, polls: bool) -> str:
    """Why the bot cannot start, in one line for the operator; empty if it can."""
    for attempt in range(_TRIES):
        try:
            await api.call("getMe")
            if polls:
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


async def _rounds(
    leaving: Leaving, forgetting: Forgetting, people: People, outbox: Outbox, hide_after: float
) -> None:
    """The first one follows the start at once: what a crash interrupted is finished, what fell silent is hidden."""
    await forgetting.tidy(0.0)
    while True:
        await leaving.unfinished()
        await forgetting.hide(hide_after, own=True)
        await forgetting.end(_CARDS_STAY)
        await forgetting.tidy(_UNTIDY)
        await people.purge()
        outbox.forget()
        gc.collect()  # else what failed somewhere, and whose it was, may stay for hours: Python looks for it seldom
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
    return TRY_LATER if line == UNREACHED else NEEDS_OPERATOR


def _now() -> datetime:
    return datetime.now(UTC)
