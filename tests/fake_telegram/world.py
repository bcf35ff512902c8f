"""What Telegram knows: chats, messages, the bot's profile, and the updates that wait for the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .clock import Clock
from .rules import Refused, bad

CALLBACK_LIFE, UPDATE_LIFE = 150.0, 86_400.0  # seconds an update waits to be fetched
# Sent only to bots that name them in allowed_updates.
OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Button(NamedTuple):
    label: str
    data: str
    style: str
    copies: str


@dataclass
class Message:
    """`body` is the message's JSON as the bot gets it; the flags say who can still see it."""

    body: dict[str, Any]
    by_bot: bool
    deleted: bool = False
    cleared: bool = False  # gone on the person's side only: the bot can go on editing it, unseen

    @property
    def id(self) -> int:
        return int(self.body["message_id"])

    @property
    def chat_id(self) -> int:
        return int(self.body["chat"]["id"])

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))

    @property
    def buttons(self) -> list[Button]:
        rows = self.body.get("reply_markup", {}).get("inline_keyboard", [])
        return [
            Button(b["text"], b.get("callback_data", ""), b.get("style", ""), b.get("copy_text", {}).get("text", ""))
            for row in rows
            for b in row
        ]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]


@dataclass
class Chat:
    body: dict[str, Any]
    blocked: bool = False
    left: bool = False


class Waiting(NamedTuple):
    id: int
    born: float
    kind: str
    body: dict[str, Any]


@dataclass
class World:
    clock: Clock
    me: dict[str, Any]
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    queries: dict[str, tuple[float, int]] = field(default_factory=dict)  # callback id -> asked at, chat
    toasts: list[tuple[int, str, bool]] = field(default_factory=list)  # chat, text, alert
    profile: dict[tuple[str, str, str], Any] = field(default_factory=dict)  # what, scope, language -> value
    webhook: dict[str, Any] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)  # ids of updates that grew too old
    allowed: frozenset[str] = frozenset()
    next_message: int = 1001
    next_update: int = 700_000_001
    confirmed: set[int] = field(default_factory=set)

    def chat(self, chat_id: int | str) -> Chat:
        """The chat to write to; raises Refused where Telegram does."""
        found = self.chats.get(int(chat_id)) if str(chat_id).lstrip("-").isdigit() else None
        if found is None:
            raise bad("chat not found")
        if found.left:
            raise Refused(403, "Forbidden: bot is not a member of the supergroup chat")
        return found

    def writable(self, chat_id: int | str) -> Chat:
        chat = self.chat(chat_id)
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def add(self, chat: Chat, sender: dict[str, Any], content: dict[str, Any], by_bot: bool) -> Message:
        """One counter numbers the messages of all chats, as for a real bot's private chats."""
        head = {"message_id": self.next_message, "from": sender, "chat": chat.body, "date": int(self.clock.now)}
        message = self.messages[self.next_message] = Message(head | content, by_bot)
        self.next_message += 1
        return message

    def find(self, chat_id: int, message_id: int) -> Message | None:
        message = self.messages.get(message_id)
        return message if message and message.chat_id == chat_id and not message.deleted else None

    def push(self, kind: str, payload: Any, force: bool = False) -> int:
        """Queues an update and returns its id; kinds the bot did not ask for are never sent, not even later."""
        update_id = self.next_update
        self.next_update += 1
        if force or (kind in self.allowed if self.allowed else kind not in OPT_IN):
            body = {"update_id": update_id, **({kind: payload} if kind else payload)}
            self.waiting.append(Waiting(update_id, self.clock.now, kind, body))
        else:
            self.dropped.append(update_id)
        return update_id

    def expire(self) -> None:
        def old(update: Waiting) -> bool:
            life = CALLBACK_LIFE if "callback_query" in update.body else UPDATE_LIFE
            return self.clock.now - update.born > life

        self.dropped += [update.id for update in self.waiting if old(update)]
        self.waiting = [update for update in self.waiting if not old(update)]

    def confirm(self, offset: int) -> None:
        """Only a higher offset confirms; a negative one forgets all but that many of the newest."""
        if offset < 0:
            keep = {update.id for update in self.waiting[offset:]}
        else:
            keep = {update.id for update in self.waiting if update.id >= offset}
        self.confirmed |= {update.id for update in self.waiting} - keep
        self.waiting = [update for update in self.waiting if update.id in keep]
