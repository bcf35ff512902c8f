"""What we ask of Telegram, with its refusals understood. When a request goes out, `outbox` decides."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.errors import Blocked as Blocked
from bot.channels.telegram.errors import Replaced as Replaced
from bot.channels.telegram.errors import Unreachable as Unreachable
from bot.channels.telegram.keyboard import Rows
from bot.channels.telegram.letters import marked_up, unmarked
from bot.channels.telegram.line import Lane
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.transport import Api, Slowed
from bot.logs import event

#: Ids that `deleteMessages` takes at once.
BATCH = 100
#: Answers to presses under way at a time. With so many late ones a further one would come too late to be taken.
MOST_PRESSES = 100

_SAME = "not modified"
_GONE = ("message to edit not found", "can't be edited", "message_id_invalid")
_MISSING = "not found"
_UNPARSED = "can't parse entities"


class Sender:
    """Five verbs. `lane` says how urgent it is; all but `acknowledge` raise `Unreachable` and `Blocked`."""

    def __init__(self, api: Api, outbox: Outbox | None = None) -> None:
        self._api, self._outbox = api, outbox or Outbox(api.call)
        self._quiet_until = 0.0  # answers to presses wait until then, by the loop's clock
        self._under_way: set[asyncio.Task[None]] = set()

    async def edit(
        self, chat: int, message: int, text: str, rows: Rows, lane: Lane = Lane.REST, screen: bool = False
    ) -> bool:
        """Rewrite a message of ours. False: it is gone, or can't be edited.

        A `screen` that a newer one of the chat overtakes while it waits raises `Replaced`.
        """
        edited = await self._put("editMessageText", text, rows, lane, screen, chat_id=chat, message_id=message)
        return edited is not None

    async def send(self, chat: int, text: str, rows: Rows, lane: Lane = Lane.REST, screen: bool = False) -> int:
        """A new message, silent. Its id; 0 if it may or may not have arrived (sent again, it could stand there twice).

        Raises `Replaced` as `edit` does.
        """
        sent = await self._put("sendMessage", text, rows, lane, screen, chat_id=chat, disable_notification=True)
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return number if isinstance(number, int) else 0

    async def delete(self, chat: int, messages: Iterable[int], lane: Lane = Lane.DELETION) -> tuple[int, ...]:
        """Delete messages, ours and theirs; returns those that would not go.

        One message that is too old fails its whole batch, so a batch that is refused is halved until it isn't.
        """
        left = sorted(set(messages) - {0})
        batches = [left[at : at + BATCH] for at in range(0, len(left), BATCH)]
        return tuple([one for batch in batches for one in await self._batch(chat, batch, lane)])

    async def delete_for_certain(
        self, chat: int, messages: Iterable[int], lane: Lane = Lane.DELETION
    ) -> tuple[int, ...]:
        """After `delete`: Telegram may say "deleted" where nothing was, when it could not look the messages up.

        The newest is asked for once more, by itself. If that was still there, so may be the others: each goes singly.
        """
        rest = sorted(set(messages) - {0}, reverse=True)
        if not rest or await self._is_gone(chat, rest[0], lane):
            return ()
        return tuple([one for message in rest for one in await self._batch(chat, [message], lane)])

    def acknowledge(self, press: str) -> None:
        """Stop the button's spinner. Nobody waits for this, and a refusal only means that it stopped by itself.

        Past the outbox: it puts nothing into a chat, so no chat's limit holds it and it holds up nobody's screen.
        """
        if len(self._under_way) >= MOST_PRESSES or asyncio.get_running_loop().time() < self._quiet_until:
            return
        task = asyncio.create_task(self._acknowledge(press))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def overtake(self, chat: int) -> None:
        """The person did something newer: a screen that still waits for its turn is left out."""
        self._outbox.withdraw(chat)

    async def leave(self, chat: int) -> None:
        """Leave a group or channel, in silence. A refusal means that we are out already."""
        with suppress(BadRequest, Blocked):
            await self._outbox.ask("leaveChat", chat, Lane.REST, chat_id=chat)

    async def finished(self, seconds: float) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    # ---- inside

    async def _acknowledge(self, press: str) -> None:
        try:
            await self._api.call("answerCallbackQuery", callback_query_id=press)
        except Slowed as asked:
            self._quiet_until = asyncio.get_running_loop().time() + asked.seconds
        except TelegramError:
            pass

    async def _put(self, method: str, text: str, rows: Rows, lane: Lane, screen: bool, **where: Any) -> Any:
        """The message as Telegram tells of it, True if nothing changed, None if it is gone."""
        how: dict[str, Any] = {"screen": screen, "repeatable": method != "sendMessage"}
        body = where | {"link_preview_options": {"is_disabled": True}, "reply_markup": {"inline_keyboard": rows}}
        html: dict[str, Any] = {"text": marked_up(text), "parse_mode": "HTML"}
        chat = where["chat_id"]
        try:
            return await self._outbox.ask(method, chat, lane, **how, **body, **html)
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
            return await self._outbox.ask(method, chat, lane, **how, **body, text=unmarked(text))
        except BadRequest:
            return None

    async def _is_gone(self, chat: int, message: int, lane: Lane) -> bool:
        try:
            await self._outbox.ask("deleteMessage", chat, lane, chat_id=chat, message_id=message)
        except BadRequest as refusal:
            return _MISSING in refusal.message.lower()
        return False

    async def _batch(self, chat: int, messages: Sequence[int], lane: Lane) -> list[int]:
        single = len(messages) == 1
        try:
            if single:
                await self._outbox.ask("deleteMessage", chat, lane, chat_id=chat, message_id=messages[0])
            else:
                await self._outbox.ask("deleteMessages", chat, lane, chat_id=chat, message_ids=list(messages))
        except BadRequest as refusal:
            if single:
                return [] if _MISSING in refusal.message.lower() else list(messages)
            half = len(messages) // 2
            return await self._batch(chat, messages[:half], lane) + await self._batch(chat, messages[half:], lane)
        return []
