"""What we ask of Telegram, with its refusals understood.

A simple sender: each call waits for its own answer. The outbox that shares out Telegram's limits will stand behind the
same five verbs: edit, send, delete, acknowledge, leave.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.keyboard import Rows
from bot.channels.telegram.letters import marked_up, unmarked
from bot.channels.telegram.transport import Api, Cut, Slowed
from bot.logs import event

#: Tries of one call, and seconds before the second; each further pause is twice as long.
TRIES, PAUSE = 4, 0.3
#: Longer than this (seconds) we do not hold a turn when Telegram asks us to wait: Telegram keeps the update meanwhile.
MOST_WAIT = 60.0
#: Ids that `deleteMessages` takes at once.
BATCH = 100

_SAME = "not modified"
_GONE = ("message to edit not found", "can't be edited", "message_id_invalid")
_UNPARSED = "can't parse entities"


class Unreachable(Exception):
    """Telegram could not be reached, or asks us to wait for long: the same update may be tried again later."""


class Blocked(Exception):
    """The person blocked the bot or is gone: nothing of theirs should be kept."""


class Sender:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._not_before: dict[int, float] = {}  # chat -> until when Telegram asked us to wait, by the loop's clock
        self._under_way: set[asyncio.Task[None]] = set()

    async def edit(self, chat: int, message: int, text: str, rows: Rows) -> bool:
        """Rewrite a message of ours. False: it is gone, or can't be edited. Raises `Unreachable`, `Blocked`."""
        return await self._put("editMessageText", text, rows, True, chat_id=chat, message_id=message) is not None

    async def send(self, chat: int, text: str, rows: Rows) -> int:
        """A new message, silent. Its id; 0 if it may or may not have arrived (sent again, it could stand there twice).

        Raises `Unreachable`, `Blocked`.
        """
        sent = await self._put("sendMessage", text, rows, False, chat_id=chat, disable_notification=True)
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return number if isinstance(number, int) else 0

    async def delete(self, chat: int, messages: Iterable[int]) -> tuple[int, ...]:
        """Delete messages, ours and theirs; returns those that would not go. Raises `Unreachable`, `Blocked`.

        One message that is too old fails its whole batch, so a batch that is refused is halved until it isn't.
        """
        left = sorted(set(messages) - {0})
        batches = [left[at : at + BATCH] for at in range(0, len(left), BATCH)]
        return tuple([one for batch in batches for one in await self._batch(chat, batch)])

    def acknowledge(self, press: str) -> None:
        """Stop the button's spinner. Nobody waits for this, and a refusal only means that it stopped by itself."""
        task = asyncio.create_task(self._acknowledge(press))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def leave(self, chat: int) -> None:
        """Leave a group or channel, in silence. A refusal means that we are out already."""
        with suppress(BadRequest, Blocked):
            await self._call("leaveChat", chat, True, chat_id=chat)

    async def finished(self, seconds: float) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    # ---- inside

    async def _acknowledge(self, press: str) -> None:
        with suppress(TelegramError):
            await self._api.call("answerCallbackQuery", callback_query_id=press)

    async def _put(self, method: str, text: str, rows: Rows, repeatable: bool, **where: Any) -> Any:
        """The message as Telegram tells of it, True if nothing changed, None if it is gone."""
        body = where | {"link_preview_options": {"is_disabled": True}, "reply_markup": {"inline_keyboard": rows}}
        html, chat = {"text": marked_up(text), "parse_mode": "HTML"}, where["chat_id"]
        try:
            return await self._call(method, chat, repeatable, **body, **html)
        except BadRequest as refusal:
            words = refusal.message.lower()
        if _SAME in words:
            return True
        if any(gone in words for gone in _GONE):
            return None
        event("refused", error=BadRequest)
        if _UNPARSED not in words:
            return None
        try:
            return await self._call(method, chat, repeatable, **body, text=unmarked(text))
        except BadRequest:
            return None

    async def _batch(self, chat: int, messages: Sequence[int]) -> list[int]:
        single = len(messages) == 1
        try:
            if single:
                await self._call("deleteMessage", chat, True, chat_id=chat, message_id=messages[0])
            else:
                await self._call("deleteMessages", chat, True, chat_id=chat, message_ids=list(messages))
        except BadRequest as refusal:
            if single:
                return [] if "not found" in refusal.message.lower() else list(messages)
            half = len(messages) // 2
            return await self._batch(chat, messages[:half]) + await self._batch(chat, messages[half:])
        return []

    async def _call(self, method: str, chat: int, repeatable: bool, **parameters: Any) -> Any:
        """One call, tried again where that is harmless. Raises `BadRequest`, `Unreachable`, `Blocked`.

        What must not happen twice is not repeated after a time-out (None is returned), and once after a connection that
        was cut: mostly the server had closed it while it was idle.
        """
        for attempt in range(TRIES):
            await self._wait_for(chat)
            try:
                return await self._api.call(method, **parameters)
            except (BadRequest, ChatMigrated) as refusal:
                raise BadRequest(refusal.message) from None
            except Forbidden:
                raise Blocked from None
            except Slowed as asked:
                self._hold(chat, asked)
                continue
            except (TimedOut, Cut) as unsure:
                if not repeatable and (attempt or isinstance(unsure, TimedOut)):
                    return None
            except NetworkError:  # it was not sent, or the server says that it failed
                pass
            except (InvalidToken, TelegramError):
                break  # a refused token: the receive loop will tell
            await asyncio.sleep(PAUSE * 2**attempt * random.uniform(1.0, 1.5))
        raise Unreachable

    def _hold(self, chat: int, asked: Slowed) -> None:
        event("slowed", seconds=asked.seconds)
        until = asyncio.get_running_loop().time() + asked.seconds
        self._not_before[chat] = max(self._not_before.get(chat, 0.0), until)

    async def _wait_for(self, chat: int) -> None:
        """Never before the time Telegram named: an early try only lengthens it."""
        while (until := self._not_before.get(chat)) is not None:
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                self._not_before.pop(chat, None)
            elif left > MOST_WAIT:
                raise Unreachable
            else:
                await asyncio.sleep(left)
