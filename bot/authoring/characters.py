"""Characters that deceive: what nobody sees, digits that are none of ours, words of two alphabets."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Fillers that draw nothing although Unicode calls them letters or marks.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_SEEN = frozenset("\n\t\r")
_WORD = re.compile(r"[^\W\d_]+")
_BREAKS = str.maketrans(dict.fromkeys(_SEEN, " "))
_FILLER = re.compile(f"[{''.join(_FILLERS)}]")
#: Most texts are of these alone, and one search is faster than a look at each character.
_ORDINARY = re.compile(r"[\x00-\x7f\u0400-\u052f\u2010-\u2027«»]*")
_NOT_CYRILLIC = re.compile(r"[^\W\d_\u0400-\u052f]")
_ALPHABETS = frozenset({"LATIN", "CYRILLIC"})


def hidden(text: str) -> int:
    """Index of the first character nobody sees (zero width, direction, private use), or -1."""
    if text.translate(_BREAKS).isprintable() and not _FILLER.search(text):
        return -1  # nearly every text ends here: looking at each letter takes a hundred times as long
    return next((i for i, c in enumerate(text) if _is_hidden(c)), -1)


def _is_hidden(c: str) -> bool:
    return c in _FILLERS or (c not in _SEEN and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn"))


def mixed(text: str) -> str:
    """The first word with Latin and Cyrillic letters in it: look-alikes break search, speech and trust. Else empty."""
    if text.isascii() or not _NOT_CYRILLIC.search(text):
        return ""
    return next((word for word in _WORD.findall(text) if set(map(_alphabet, word)) >= _ALPHABETS), "")


@lru_cache(maxsize=4096)
def _alphabet(c: str) -> str:
    return unicodedata.name(c, "").partition(" ")[0]


def foreign_digit(text: str) -> str:
    """The first digit that is not 0-9 (full width, Arabic-Indic, superscript): a number in disguise. Else empty."""
    if _ORDINARY.fullmatch(text):
        return ""
    return next((c for c in text if not c.isascii() and unicodedata.digit(c, None) is not None), "")
