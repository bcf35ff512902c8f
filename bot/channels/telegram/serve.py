"""The webhook's server: where it listens, and how Telegram is told to come there."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram.errors import REFUSED, UNREACHED
from bot.channels.telegram.transport import Api, Slowed
from bot.channels.telegram.updates import ALLOWED
from bot.channels.telegram.wanted import Settings
from bot.channels.telegram.webhook import Webhook

BAD_ADDRESS = "Telegram refuses the webhook's address: BOT_WEBHOOK_URL must be https, on port 443, 80, 88 or 8443."
BAD_LISTEN = "can't listen there: BOT_WEBHOOK_LISTEN is in use by another program, or not an address of this machine."

#: Tries to set the webhook, and seconds between them. Several machines that start together slow each other down.
_TRIES, _PAUSE = 5, 0.7
#: Connections Telegram may have open to us; its own limit.
_CONNECTIONS = 100
#: Seconds between two questions whether the token is still good: where nobody polls, nothing else would tell.
_CHECK = 60.0


async def serve_webhook(webhook: Webhook, settings: Settings, api: Api, stop: asyncio.Event) -> str:
    """Answer until `stop`; then "". Else why that is impossible, in one line for the operator."""
    runner = web.AppRunner(webhook.app(urlsplit(settings.webhook_url).path), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await _site(runner, settings.webhook_listen).start()
        problem = await _announce(api, settings)
        return problem or await _until_refused(webhook, api, stop)
    except OSError:
        return BAD_LISTEN
    finally:
        await runner.cleanup()


def _site(runner: web.AppRunner, listen: str) -> web.BaseSite:
    kind, _, path = listen.partition(":")
    if kind == "unix":
        return web.UnixSite(runner, path)
    host, _, port = listen.rpartition(":")
    return web.TCPSite(runner, host.strip("[]") or None, int(port))


async def _announce(api: Api, settings: Settings) -> str:
    """Every machine says the same, so it does not matter whose word Telegram takes."""
    for attempt in range(_TRIES):
        try:
            await api.call(
                "setWebhook", url=settings.webhook_url, secret_token=settings.webhook_secret, allowed_updates=ALLOWED,
                max_connections=_CONNECTIONS,
            )  # fmt: skip
            return ""
        except InvalidToken:
            return REFUSED
        except BadRequest:
            return BAD_ADDRESS
        except Slowed as asked:
            if attempt == _TRIES - 1:
                return ""  # another machine has just said it
            await asyncio.sleep(min(asked.seconds, 5) * random.uniform(1.0, 1.5))
        except TelegramError:
            await asyncio.sleep(_PAUSE)
    return UNREACHED


async def _until_refused(webhook: Webhook, api: Api, stop: asyncio.Event) -> str:
    refused = asyncio.Event()
    guard = asyncio.create_task(_guard(api, refused))
    told = asyncio.create_task(_either(stop, refused))
    over = asyncio.Event()
    told.add_done_callback(lambda _: over.set())
    try:
        await webhook.run(over)
    finally:
        for task in (guard, told):
            task.cancel()
        await asyncio.gather(guard, told, return_exceptions=True)
    return REFUSED if refused.is_set() else ""


async def _guard(api: Api, refused: asyncio.Event) -> None:
    while not refused.is_set():
        await asyncio.sleep(_CHECK)
        with suppress(TelegramError):
            try:
                await api.call("getMe")
            except InvalidToken:
                refused.set()


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
