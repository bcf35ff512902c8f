"""Typed characters to plain lower-case text of bounded length, whatever was typed.

People in distress type with stuck keys, stylish fonts and emoji; attackers with a megabyte of combining marks. Both
end as at most `LIMIT` characters here, before any work that grows with the length.
"""

from __future__ import annotations

import re
import unicodedata

#: Characters that are looked at. The point of a long message stands at its beginning or at its end.
LIMIT, HEAD = 1_000, 600
#: Emoji become words: what is handed on is never longer than this.
MOST = 2 * LIMIT
#: Characters read at all: a letter may carry a dozen invisible ones, and a messenger ends at 4,096.
READ = 16_384

#: Emoji that say something, as words that the phrases know. Skulls are left out: they mostly mean laughter.
EMOJI = {
    "🔪": "knife", "🗡": "knife", "🔫": "gun", "🩸": "blood", "💊": "pills", "🆘": "sos", "🚑": "ambulance",
    "🤰": "pregnant", "👮": "police", "🚓": "police", "🏥": "hospital", "🤕": "hurt", "😭": "crying", "😢": "crying",
    "😱": "scared", "😨": "scared", "👋": "hello", "🙏": "please",
}  # fmt: skip

_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILED = re.compile(f"(?<=[{_MARKS}])[{_MARKS}]+")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
                        "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
                        "\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]+")  # fmt: skip
_REPEATED = re.compile(r"(\w)\1{2,}")
_SPELLED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_][\s.\-_*]{1,2}){3,}[^\W\d_](?!\w)")
_BETWEEN = re.compile(r"[\s.\-_*]+")
#: Signs in the place of letters, as some write to get past filters.
_SIGNS = re.compile(r"(?<=\w)[@$](?=\w)|(?<!\w)[@$](?=[^\W\d]{3})")
_APOSTROPHES = str.maketrans("’‘ʼ`´ʹ", "''''''")


def clean(words: str) -> str:
    """Lower-case text in its own script: no marks piled up, nothing invisible, no repeats, emoji as words."""
    text = _PILED.sub("", _INVISIBLE.sub("", words[:READ]))
    if len(text) > LIMIT:
        text = f"{text[:HEAD]} {text[HEAD - LIMIT + 1 :]}"
    text = unicodedata.normalize("NFKC", text)[:LIMIT].casefold().translate(_APOSTROPHES)
    text = "".join(map(_visible, text))[:MOST]
    text = _SIGNS.sub(lambda found: "a" if found[0] == "@" else "s", text)
    text = _REPEATED.sub(r"\1", text)
    return _SPELLED_OUT.sub(lambda found: _BETWEEN.sub("", found[0]), text).strip()


def _visible(character: str) -> str:
    if character in EMOJI:
        return f" {EMOJI[character]} "
    kind = unicodedata.category(character)
    if kind[0] == "M" or kind == "Cf":
        return ""
    return " " if kind[0] in "CZ" else character
