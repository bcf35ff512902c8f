"""The neutral line that takes the place of a screen."""

from __future__ import annotations

from datetime import datetime

from bot import conversation
from bot.channels.telegram.keyboard import start_key
from bot.channels.telegram.send import Sender
from bot.conversation import Book


async def cover(book: Book, sender: Sender, chat: int, message: int, language: str, now: datetime) -> bool:
    """Overwrite a message of ours with the neutral line and its one button. False: it is gone, or not ours.

    Raises `Unreachable`, `Blocked`.
    """
    hidden = conversation.neutral(book, language, "hidden", now)
    start = conversation.neutral(book, language, "start", now)
    return await sender.edit(chat, message, hidden, start_key(start))
