"""The least of an update that an answer still needs, as bytes: what a sealed inbox may hold.

Words have become topics, a town and the language they were in; coordinates a town. Nothing of how somebody wrote, and
nothing of what it was about beyond what the flows know, can be read back from it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

from bot import conversation
from bot.channels.telegram.updates import Incoming, Kind
from bot.conversation import Book, Meaning
from bot.dialogue.code import MOST_BYTES
from bot.dialogue.model import Event

#: Commands whose spelling is Telegram's; what follows them is nobody's business.
COMMANDS = ("start", "help", "exit", "menu")
#: A press is answered by its id, of about 20 digits. A longer one is none of Telegram's.
_MOST_PRESS = 64


def command(text: str) -> str:
    """`start` for "/start@our_bot payload"; empty if the words are no command."""
    name = text.split(maxsplit=1)[0].partition("@")[0].lower() if text.startswith("/") else ""
    return name[1:] if name[1:] in COMMANDS else ""


def reduced(book: Book, incoming: Incoming) -> Incoming:
    """The same update without words and without coordinates."""
    if incoming.place is not None:
        return replace(incoming, place=None, meaning=conversation.whereabouts(book, *incoming.place))
    if incoming.kind == "tap":
        return replace(incoming, text=incoming.text[: MOST_BYTES + 1])  # longer is forged, and stays so
    if incoming.kind != "text" or incoming.meaning is not None:
        return incoming
    if name := command(incoming.text):
        return replace(incoming, text=f"/{name}")
    return replace(incoming, text="", meaning=conversation.meaning(book, incoming.text))


def packed(incoming: Incoming) -> bytes:
    """An update that was `reduced`."""
    meant = incoming.meaning
    events = [[one.kind, one.value] for one in (meant.event, meant.place) if one] if meant else []
    spoken = [meant.language] if meant and meant.language else []
    press = incoming.press if len(incoming.press) <= _MOST_PRESS else ""
    head = [incoming.id, incoming.kind, incoming.chat, incoming.message, int(incoming.stale), int(incoming.late)]
    return json.dumps([*head, incoming.text, press, incoming.language, events, *spoken]).encode()


def unpacked(raw: bytes) -> Incoming | None:
    """None for anything we did not write."""
    try:
        number, kind, chat, message, stale, late, text, press, language, events, *spoken = json.loads(raw)
        if kind not in get_args(Kind):
            return None
        meaning = _meaning([_event(*one) for one in events], *spoken) if events else None
        return Incoming(number, kind, chat, message, bool(stale), text, press, None, language, 0, bool(late), meaning)
    except (ValueError, TypeError, RecursionError):
        return None


def _meaning(events: list[Event], language: str = "") -> Meaning:
    event, *place = events
    return Meaning(event, place[0] if place else None, language)


def _event(kind: Any, value: str) -> Event:
    return Event(kind, value)
