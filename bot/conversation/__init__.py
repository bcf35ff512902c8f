"""One turn with one person. No I/O; the time is an argument.

Everything a person can send ends in a screen. Typed words and coordinates end here: what goes on is a topic or a place.
"""

from __future__ import annotations

from bot.conversation.book import PLACEHOLDERS, SHORT_NUMBER, Answer, Book, Meaning, numbers_only
from bot.conversation.meant import MOST_CHARACTERS, meaning, whereabouts
from bot.conversation.turns import MOST_READY, begin, command, mean, neutral, notice, redraw, say, share, tap
from bot.conversation.values import voice

__all__ = [
    "MOST_CHARACTERS",
    "MOST_READY",
    "PLACEHOLDERS",
    "SHORT_NUMBER",
    "Answer",
    "Book",
    "Meaning",
    "begin",
    "command",
    "mean",
    "meaning",
    "neutral",
    "notice",
    "numbers_only",
    "redraw",
    "say",
    "share",
    "tap",
    "voice",
    "whereabouts",
]
