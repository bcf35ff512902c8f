"""One raw update, reduced to what an answer needs.

Everything else ends here: names, user names, phone numbers, files and where a message was forwarded from never become
a Python object that somebody could keep or log. Each update is read by itself, so one that makes no sense stops nobody.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channels.telegram.letters import cleaned
from bot.conversation import Meaning

#: text      words or a /command in a private chat
#: tap       a pressed button
#: place     a shared place
#: media     a photo, voice, file, contact, sticker, … (the person is told that we read only text)
#: service   a line Telegram itself put into the chat (removed, not answered)
#: left      the person blocked the bot or deleted the chat
#: group     anything from a group or a channel (the bot leaves, in silence)
Kind = Literal["text", "tap", "place", "media", "service", "left", "group"]

Raw = Mapping[str, Any]

#: What we ask Telegram for. Not edited messages: they bring words a second time, and nobody waits for an answer.
ALLOWED = ("message", "callback_query", "my_chat_member")

#: Telegram's own service account.
_TELEGRAM = 777000
_LARGEST = 2**63
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}")
#: Lines that Telegram writes into a private chat by itself. Anything else that is no text counts as media.
_SERVICE = (
    "message_auto_delete_timer_changed",
    "pinned_message",
    "chat_background_set",
    "write_access_allowed",
    "connected_website",
    "proximity_alert_triggered",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "boost_added",
    "giveaway_created",
    "forum_topic_created",
    "forum_topic_edited",
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person did, as far as we look at it. Its representation shows neither words nor places."""

    id: int  #: of the update
    kind: Kind
    chat: int = field(repr=False)
    message: int = field(default=0, repr=False)  #: theirs, or the one whose button was pressed; 0: not told
    stale: bool = False  #: the pressed message is too old, or gone: it can't be rewritten
    text: str = field(default="", repr=False)  #: typed words, or the button's data
    press: str = field(default="", repr=False)  #: id of the press, to be answered so that the button stops spinning
    place: tuple[float, float] | None = field(default=None, repr=False)  #: latitude and longitude, degrees
    language: str = field(default="", repr=False)  #: of their Telegram; a hint
    date: int = field(default=0, repr=False)  #: of a message, by Telegram's clock, seconds since 1970; 0: not told
    late: bool = False  #: it waited too long to be answered as if it had just been written
    meaning: Meaning | None = field(default=None, repr=False)  #: words and places reduced, once they had to wait


def update_id(raw: object) -> int | None:
    """By which an update is acknowledged, readable or not."""
    return _number(raw.get("update_id")) if isinstance(raw, dict) else None


def parse(raw: object) -> Incoming | None:
    """What an update says, or None when there is nothing to answer. Never raises."""
    number = update_id(raw)
    if number is None or not isinstance(raw, dict):
        return None
    message, press, member = (_object(raw, name) for name in ALLOWED)
    if message is not None:
        return _message(number, message)
    if press is not None:
        return _press(number, press)
    return _member(number, member) if member is not None else None


def _message(number: int, message: Raw) -> Incoming | None:
    chat, own = _chat(message), _number(message.get("message_id"))
    if chat is None or own is None:
        return None
    where, private = chat
    if not private:
        return Incoming(number, "group", where)
    sender = _object(message, "from")
    if sender is not None and (sender.get("is_bot") is True or sender.get("id") == _TELEGRAM):
        return None
    language, date = _language(sender), _number(message.get("date")) or 0
    if "text" in message:
        if not isinstance(message["text"], str):
            return None
        return Incoming(number, "text", where, own, text=cleaned(message["text"]), language=language, date=date)
    if "location" in message:
        place = _place(message["location"])
        return Incoming(number, "place", where, own, place=place, language=language, date=date) if place else None
    kind: Kind = "service" if any(name in message for name in _SERVICE) else "media"
    return Incoming(number, kind, where, own, language=language, date=date)


def _press(number: int, press: Raw) -> Incoming | None:
    name, data, sender = press.get("id"), press.get("data"), _object(press, "from")
    if not isinstance(name, str) or not isinstance(data, str) or sender is None or sender.get("is_bot") is True:
        return None
    message = _object(press, "message")
    chat = _chat(message) if message is not None else None
    if chat is not None and not chat[1]:
        return Incoming(number, "group", chat[0], press=name)
    # A press without its message comes from the person's own chat with us, whose id is the person's.
    where = chat[0] if chat is not None else _number(sender.get("id"))
    if where is None:
        return None
    own = _number(message.get("message_id")) if message is not None else None
    stale = own is None or message is None or message.get("date") == 0  # Telegram's mark of an inaccessible message
    return Incoming(number, "tap", where, own or 0, stale, cleaned(data), name, language=_language(sender))


def _member(number: int, member: Raw) -> Incoming | None:
    chat, now = _chat(member), _object(member, "new_chat_member")
    if chat is None or now is None:
        return None
    gone = now.get("status") in ("kicked", "left")
    if chat[1]:
        return Incoming(number, "left", chat[0]) if gone else None
    return None if gone else Incoming(number, "group", chat[0])


def _chat(holder: Raw) -> tuple[int, bool] | None:
    """Id of the chat and whether it is private."""
    chat = _object(holder, "chat")
    where = _number(chat.get("id")) if chat is not None else None
    if chat is None or where is None or not isinstance(chat.get("type"), str):
        return None
    return where, chat["type"] == "private"


def _place(location: object) -> tuple[float, float] | None:
    if not isinstance(location, dict):
        return None
    latitude, longitude = _degrees(location.get("latitude"), 90), _degrees(location.get("longitude"), 180)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _degrees(value: object, most: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        return None
    return float(value) if math.isfinite(value) else None


def _language(sender: Raw | None) -> str:
    code = sender.get("language_code") if sender is not None else None
    return code if isinstance(code, str) and _LANGUAGE.fullmatch(code) else ""


def _object(holder: Raw, name: str) -> Raw | None:
    value = holder.get(name)
    return value if isinstance(value, dict) else None


def _number(value: object) -> int | None:
    """An id. Telegram's fit into 64 bits, and what does not fit would break the store."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST else None
