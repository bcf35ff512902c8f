"""One `getUpdates`, past the library: raw updates, decoded once, or the kind of trouble there was."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, replace
from typing import Any, Literal

import aiohttp

from bot.channels.telegram.transport import CONNECT, read_object, seconds_to_wait, told_date
from bot.channels.telegram.updates import ALLOWED

#: Most updates Telegram hands out at once.
LIMIT = 100
#: Seconds beyond the long poll after which an answer counts as lost: a connection can be dead without telling.
PATIENCE = 10.0

#: Where an update begins. Within somebody's words the quotes would be escaped, so nobody can write this.
_BEGIN = re.compile(r'\{\s*"update_id"\s*:\s*(\d{1,18})(?!\d)')
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Batch:
    updates: list[Any]
    date: float = 0.0  #: by Telegram's clock, seconds since 1970; 0: not told


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there was no batch.

    `revoked`: the token is no longer valid; `conflict`: somebody else polls with it, or a webhook is set; `slowed`:
    wait so many seconds; `network`: try later.
    """

    kind: Literal["revoked", "conflict", "slowed", "network"]
    seconds: int = 0
    status: int = 0


async def poll(
    session: aiohttp.ClientSession, url: str, offset: int, seconds: int, limit: int = LIMIT
) -> Batch | Trouble:
    """`url` of the method holds the token, and appears in nothing that is returned. `seconds`: how long to wait."""
    body = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": ALLOWED}
    limits = aiohttp.ClientTimeout(total=seconds + PATIENCE, sock_connect=CONNECT)
    try:
        async with asyncio.timeout(seconds + PATIENCE + 5), session.post(url, json=body, timeout=limits) as answer:
            outcome = _read(answer.status, await answer.read())
            return replace(outcome, date=told_date(answer.headers)) if isinstance(outcome, Batch) else outcome
    except (aiohttp.ClientError, OSError, TimeoutError):
        return Trouble("network")


def _read(status: int, payload: bytes) -> Batch | Trouble:
    answer = read_object(payload)
    if status in (401, 404):
        return Trouble("revoked", status=status)
    if status == 409:
        return Trouble("conflict", status=status)
    if status == 429:
        return Trouble("slowed", seconds_to_wait(answer or {}), status=status)
    if status != 200 or (answer is not None and not isinstance(answer.get("result"), list)):
        return Trouble("network", status=status)
    if answer is not None:
        return Batch(answer["result"])
    updates = _salvaged(payload)
    return Batch(updates) if updates else Trouble("network", status=status)


def _salvaged(payload: bytes) -> list[Any]:
    """The updates of a batch that is no JSON as a whole: each by itself, and the unreadable one as its bare number.

    Nothing, if the answer was cut off: then all of it comes again.
    """
    text = payload.decode("utf-8", "replace").rstrip()
    found = list(_BEGIN.finditer(text)) if text.endswith("]}") else []
    ends = [one.start() for one in found[1:]] + [len(text)] * bool(found)
    return [_alone(text[one.start() : end], int(one[1])) for one, end in zip(found, ends, strict=True)]


def _alone(text: str, number: int) -> Any:
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return {"update_id": number}
