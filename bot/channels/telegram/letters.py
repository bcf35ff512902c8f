"""Words on their way in and out: cut and mended on the way in, escaped and marked on the way out."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

#: Telegram's own limit for a text. Longer ones come only from somebody who tries us out.
MOST_LETTERS = 4096

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_BULLET = re.compile(r"^- ", re.MULTILINE)


def cleaned(text: str) -> str:
    """Cut before any work is done on it; without NUL and without halves of letters, which no encoder accepts."""
    return text[:MOST_LETTERS].encode("utf-8", "replace").decode("utf-8").replace("\0", "")


@lru_cache(maxsize=1024)
def marked_up(text: str) -> str:
    """Our three marks as Telegram's HTML; everything else escaped, whatever it is."""
    return _BULLET.sub("• ", _BOLD.sub(r"<b>\1</b>", escape(text, quote=False)))


def unmarked(text: str) -> str:
    """The same without HTML, for the case that Telegram refuses to parse it."""
    return _BULLET.sub("• ", _BOLD.sub(r"\1", text))
