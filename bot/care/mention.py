"""A town named within a sentence: "где в Актау помощь", "hiv medicine in Shymkent", "Шымкентте кімге барамын".

Stricter than `names.find_place`, which reads a message that is nothing but a name: many names are everyday words too
("орал" is a town, and "he shouted"). A single word is a name sooner than one among others ("Оралда"). Nothing typed is
kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
#: Everyday words also with an ending of Kazakh: "есікте" is "at the door".
_NEVER = frozenset("есик esik".split())
_KAZAKH = ("нда", "нде", "нан", "нен", "да", "де", "та", "те", "дан", "ден", "тан", "тен", "га", "ге", "ка", "ке", "га",
           "нын", "нин", "дын", "дин", "тын", "тин", "дагы", "деги", "тагы", "теги",
           "nda", "nde", "da", "de", "ta", "te", "dan", "den", "tan", "ten", "ga", "ge", "qa", "ka", "ke")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """What a name in a message may mean, and where in it the name stands."""

    ids: tuple[str, ...] = ()  #: of the places, then of the regions, as `find_place`; empty: no name
    start: int = 0
    end: int = 0


def mentioned(directory: Directory, words: str) -> Mention:
    """The longest, then the first name in these words."""
    found = [(fold(word[0]), word.span()) for word in _WORD.finditer(words[:LONGEST])][:MOST_WORDS]
    tokens, spans = [token for token, _ in found if token], [span for token, span in found if token]
    for size in range(MOST_PARTS, 0, -1):
        for at in range(len(tokens) - size + 1):
            for name in _names(tokens, at, size):
                if name in directory.names:
                    return Mention(directory.names[name], spans[at][0], spans[at + size - 1][1])
    return Mention()


def _names(tokens: Sequence[str], at: int, size: int) -> Iterator[str]:
    """What the words from `at` on may be as a name."""
    typed = "".join(tokens[at : at + size])
    before, after = tokens[at - 1] if at else "", tokens[at + size] if at + size < len(tokens) else ""
    if before in _BEFORE and len(typed) >= MARKED:
        yield typed
        yield from _russian(typed)
    if after in _AFTER and len(typed) >= MARKED:
        yield typed
    shortest = MARKED if len(tokens) == 1 else BARE
    stems = (typed[: -len(end)] for end in _KAZAKH if typed.endswith(end) and len(typed) - len(end) >= shortest)
    yield from (stem for stem in stems if stem not in _NEVER)
    if len(typed) >= BARE and typed not in _EVERYDAY:
        yield typed


def _russian(typed: str) -> Iterator[str]:
    """The name behind "в Караганде", "из Шымкента", "в Рудном", "около Семея"."""
    if len(typed) > MARKED:
        yield from (typed[:-1], typed[:-1] + "а", typed[:-1] + "й", typed[:-1] + "ь", typed[:-1] + "a")
    if len(typed) > MARKED + 1:
        yield from (typed[:-2], typed[:-2] + "ыи", typed[:-2] + "ии", typed[:-2] + "ый", typed[:-2] + "ое")
