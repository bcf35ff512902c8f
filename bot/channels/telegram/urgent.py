"""Which updates are never turned away, whatever else waits: the way to the emergency card and the exit."""

from __future__ import annotations

from bot.channels.telegram.minimal import command
from bot.channels.telegram.updates import Incoming
from bot.conversation import Book
from bot.dialogue import code

#: The higher, the longer it is kept: who asked to leave and went on is still wiped.
_URGENCY = {"help": 1, "exit": 2}


def urgency(book: Book, incoming: Incoming) -> int:
    """0: none. Told by the button or the command alone: words would first have to be understood."""
    if incoming.kind == "text":
        return _URGENCY.get(command(incoming.text), 0)
    if incoming.kind != "tap":
        return 0
    event = code.unpack(book.dialogue, incoming.text, 0).event
    return _URGENCY.get(event.value, 0) if event is not None and event.kind == "command" else 0
