"""Which updates are never turned away, whatever else waits: the way to the emergency card and the exit."""

from __future__ import annotations

from bot.channels.telegram.minimal import command
from bot.channels.telegram.updates import Incoming
from bot.conversation import Book
from bot.dialogue import code

_URGENT = ("help", "exit")


def is_urgent(book: Book, incoming: Incoming) -> bool:
    """Told by the button or the command alone: words would first have to be understood."""
    if incoming.kind == "text":
        return command(incoming.text) in _URGENT
    if incoming.kind != "tap":
        return False
    event = code.unpack(book.dialogue, incoming.text, 0).event
    return event is not None and event.kind == "command" and event.value in _URGENT
