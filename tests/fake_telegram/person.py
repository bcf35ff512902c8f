"""The person's side of a chat: what they send, what they see, and waiting until the bot has answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .rules import units
from .world import Button, Message

if TYPE_CHECKING:
    from .server import FakeTelegram

FILE = {"file_id": "canary-file", "file_unique_id": "canary-unique", "file_size": 1024}
PHOTO = [FILE | {"width": 90, "height": 90}]


class Sent(NamedTuple):
    """What an action caused: the update, and the message or callback query in it (0 and "" where there is none)."""

    update_id: int
    message_id: int = 0
    query_id: str = ""


@dataclass
class Person:
    server: FakeTelegram
    user: dict[str, Any]
    chat_body: dict[str, Any]
    clipboard: str = ""

    @property
    def chat_id(self) -> int:
        return int(self.chat_body["id"])

    # -- sending

    async def send(self, content: dict[str, Any]) -> Sent:
        """Any message: `content` is what stands in it besides its id, date, sender and chat."""
        world = self.server.world
        message = world.add(world.chats[self.chat_id], self.user, content, by_bot=False)
        return Sent(self.push("message", message.body), message.id)

    def push(self, kind: str, payload: Any, force: bool = False) -> int:
        update_id = self.server.world.push(kind, payload, force)
        self.server.changed()
        return update_id

    async def send_text(self, text: str) -> Sent:
        command = text.split()[0] if text.startswith("/") else ""
        marks = [{"type": "bot_command", "offset": 0, "length": units(command)}] if command else []
        return await self.send({"text": text} | ({"entities": marks} if marks else {}))

    async def start(self, payload: str = "") -> Sent:
        return await self.send_text(f"/start {payload}".strip())

    async def send_photo(self, caption: str = "") -> Sent:
        return await self.send({"photo": PHOTO} | ({"caption": caption} if caption else {}))

    async def send_voice(self) -> Sent:
        return await self.send({"voice": FILE | {"duration": 3, "mime_type": "audio/ogg"}})

    async def send_sticker(self) -> Sent:
        look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "?"}
        return await self.send({"sticker": FILE | look})

    async def send_document(self, file_name: str = "canary.pdf") -> Sent:
        return await self.send({"document": FILE | {"file_name": file_name, "mime_type": "application/pdf"}})

    async def send_contact(self, phone_number: str = "+77010000000") -> Sent:
        return await self.send({"contact": {"phone_number": phone_number, "first_name": self.user["first_name"]}})

    async def send_location(self, latitude: float, longitude: float) -> Sent:
        return await self.send({"location": {"latitude": latitude, "longitude": longitude}})

    async def send_dice(self) -> Sent:
        return await self.send({"dice": {"emoji": "\N{GAME DIE}", "value": 4}})

    async def send_edited(self, message_id: int, text: str) -> Sent:
        message = self.server.world.messages[message_id]
        message.body = message.body | {"text": text, "edit_date": int(self.server.clock.now)}
        return Sent(self.push("edited_message", message.body), message_id)

    async def raw_update(self, update: dict[str, Any]) -> Sent:
        """Any update, also junk; it gets an update id unless it brings one, and no filter holds it back."""
        return Sent(self.push("", update, force=True))

    # -- tapping

    async def tap(self, label_or_data: str) -> Sent | None:
        """Taps a button the person sees, newest message first; None where the app itself acts (copy, link)."""
        seen = [(message, button) for message in reversed(self.visible()) for button in message.buttons]
        for message, button in seen:
            if label_or_data in (button.label, button.data):
                return await self.press(message, button)
        raise LookupError(f"no button {label_or_data!r} in sight; there are {[button.label for _, button in seen]}")

    async def press(self, message: Message, button: Button) -> Sent | None:
        self.clipboard = button.copies or self.clipboard
        return await self.tap_message(message.id, button.data) if button.data else None

    async def tap_message(self, message_id: int, data: str) -> Sent:
        """A callback query on any message, with any data: an old screen, a deleted one, a forged button."""
        world = self.server.world
        found = world.find(self.chat_id, message_id)
        message = found.body if found else {"message_id": message_id, "chat": self.chat_body, "date": 0}
        query_id = str(4_000_000_000 + world.next_update)
        world.queries[query_id] = world.clock.now, self.chat_id
        query = {"id": query_id, "from": self.user, "message": message, "chat_instance": "-77", "data": data}
        return Sent(self.push("callback_query", query), message_id, query_id)

    # -- other doings

    def in_group(self, chat_id: int = -1001234567890, title: str = "Canary group") -> Person:
        """The same person in a group that the bot is a member of."""
        chat = {"id": chat_id, "type": "supergroup", "title": title}
        return self.server.join(Person(self.server, self.user, chat))

    async def block(self, blocked: bool = True) -> Sent:
        world, statuses = self.server.world, ["member", "kicked"]
        world.chats[self.chat_id].blocked = blocked
        old, new = statuses if blocked else statuses[::-1]
        change = {"chat": self.chat_body, "from": self.user, "date": int(world.clock.now)}
        members = {"old_chat_member": member(world.me, old), "new_chat_member": member(world.me, new)}
        return Sent(self.push("my_chat_member", change | members))

    def clear(self) -> None:
        """Clears the chat on the person's side only; the bot is told nothing."""
        for message in self.visible():
            message.cleared = True

    # -- seeing

    def visible(self) -> list[Message]:
        """Everything on the person's screen in this chat, both sides, oldest first."""
        messages = self.server.world.messages.values()
        return [m for m in messages if m.chat_id == self.chat_id and not (m.deleted or m.cleared)]

    def live(self) -> Message:
        """The newest message of the bot in sight; raises LookupError when there is none."""
        for message in reversed(self.visible()):
            if message.by_bot:
                return message
        raise LookupError("no message of the bot in sight")

    def toasts(self) -> list[str]:
        return [text for chat_id, text, _ in self.server.world.toasts if chat_id == self.chat_id]

    # -- waiting

    async def settle(self, timeout: float = 5.0) -> None:
        await self.server.settle(timeout)

    async def wait_for(self, predicate: Callable[[], object], timeout: float = 5.0) -> None:
        await self.server.wait_for(predicate, timeout)

    async def wait_text(self, part: str, timeout: float = 5.0) -> Message:
        """Waits until the bot's newest visible message holds these words."""
        await self.wait_for(lambda: any(m.by_bot for m in self.visible()) and part in self.live().text, timeout)
        return self.live()


def member(user: dict[str, Any], status: str) -> dict[str, Any]:
    return {"user": user, "status": status} | ({"until_date": 0} if status == "kicked" else {})
