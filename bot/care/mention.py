"""A town named within a sentence: "где в Актау помощь", "hiv medicine in Shymkent", "Шымкентте кімге барамын".

Stricter than `names.find_place`, which reads a message that is nothing but a name: many names are everyday words too
("орал" is a town, and "he shouted"). Nothing typed is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.care.directory import Directory
from bot.care.names import fold

#: Characters and words that are looked at.
LONGEST, MOST_WORDS = 400, 60
#: A bare name must be as long as this, one that a preposition or an ending marks may be shorter.
BARE, MARKED = 5, 4
#: Words of a name, at most.
MOST_PARTS = 3

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BEFORE = frozenset(
    "in near from at around to town city в во из около возле под до город городе г v vo iz okolo gorod".split()
)
_AFTER = frozenset(
    "city region город область области каласы каласында каласынан облысы облысында kalasy kalasynda".split()
)
#: Folded names that are everyday words of one of the languages; as a name only with a preposition before them.
_EVERYDAY = frozenset("семей темир саран степное заречное алга орал арал абай".split())
_KAZAKH = ("нда", "нде", "нан", "нен", "да", "де", "та", "те", "дан", "ден", "тан", "тен", "га", "ге", "ка", "ке", "га",
           "нын", "нин", "дын", "дин", "тын", "тин", "дагы", "деги", "тагы", "теги",
           "nda", "nde", "da", "de", "ta", "te", "dan", "den", "tan", "ten", "ga", "ge", "qa", "ka", "ke")  # fmt: skip


def mentioned(directory: Directory, words: str) -> tuple[str, ...]:
    """Ids of the places, then of the regions, that one name in these words may mean, as `find_place`; empty: none."""
    tokens = [fold(word) for word in _WORD.findall(words[:LONGEST])][:MOST_WORDS]
    tokens = [token for token in tokens if token]
    for size in range(MOST_PARTS, 0, -1):
        for at in range(len(tokens) - size + 1):
            for name in _names(tokens, at, size):
                if name in directory.names:
                    return directory.names[name]
    return ()


def _names(tokens: Sequence[str], at: int, size: int) -> Iterator[str]:
    """What the words from `at` on may be as a name."""
    typed = "".join(tokens[at : at + size])
    before, after = tokens[at - 1] if at else "", tokens[at + size] if at + size < len(tokens) else ""
    if before in _BEFORE and len(typed) >= MARKED:
        yield typed
        yield from _russian(typed)
    if after in _AFTER and len(typed) >= MARKED:
        yield typed
    yield from (typed[: -len(end)] for end in _KAZAKH if typed.endswith(end) and len(typed) - len(end) >= BARE)
    if len(typed) >= BARE and typed not in _EVERYDAY:
        yield typed


def _russian(typed: str) -> Iterator[str]:
    """The name behind "в Караганде", "из Шымкента", "в Рудном", "около Семея"."""
    if len(typed) > MARKED:
        yield from (typed[:-1], typed[:-1] + "а", typed[:-1] + "й", typed[:-1] + "ь", typed[:-1] + "a")
    if len(typed) > MARKED + 1:
        yield from (typed[:-2], typed[:-2] + "ыи", typed[:-2] + "ии", typed[:-2] + "ый", typed[:-2] + "ое")
