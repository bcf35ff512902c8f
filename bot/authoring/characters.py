"""Characters that deceive: what nobody sees, digits that are none of ours, words of two alphabets."""

from __future__ import annotations

import re
import unicodedata

#: Fillers that draw nothing although Unicode calls them letters or marks.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_SEEN = frozenset("\n\t\r")
_WORD = re.compile(r"[^\W\d_]+")


def hidden(text: str) -> int:
    """Index of the first character nobody sees (zero width, direction, private use), or -1."""
    if text.isascii():
        return next((i for i, c in enumerate(text) if not c.isprintable() and c not in _SEEN), -1)
    return next((i for i, c in enumerate(text) if _is_hidden(c)), -1)


def _is_hidden(c: str) -> bool:
    return c in _FILLERS or (c not in _SEEN and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn"))


def mixed(text: str) -> str:
    """The first word with Latin and Cyrillic letters in it: look-alikes break search, speech and trust. Else empty."""
    return next((w for w in _WORD.findall(text) if len(_alphabets(w)) > 1), "")


def _alphabets(word: str) -> set[str]:
    return {a for c in word for a in ("LATIN", "CYRILLIC") if unicodedata.name(c, "").startswith(a)}


def foreign_digit(text: str) -> str:
    """The first digit that is not 0-9 (full width, Arabic-Indic, superscript): a number in disguise. Else empty."""
    return next((c for c in text if not c.isascii() and unicodedata.digit(c, None) is not None), "")
