"""Turns of phrase that tell of a crisis, or that only sound like one (`flows/topics/crisis.yaml`, compiled).

A pattern is a row of token sets and gaps. Patterns are filed under what their first word may be, so a message is
held against the few that can begin at each of its words, not against all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Shorter words are not repaired: too many other words are one letter away.
LONG_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one place of a pattern may hold: whole words, or words that begin so."""

    words: frozenset[str]
    stems: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        return word in self.words or word.startswith(self.stems)


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that a message met: `name` (topic.language.name), `kind` (sure, hint, harmless) and its topic."""

    name: str
    kind: str
    topic: str


@dataclass(frozen=True, slots=True, repr=False)
class Rules:
    """Compiled rules with their index."""

    rules: tuple[Found, ...]
    patterns: tuple[tuple[int, bool, tuple[Tokens | int | None, ...]], ...]  # rule, at the start only, items; None: end
    by_word: Mapping[str, tuple[int, ...]]
    by_stem: Mapping[str, tuple[int, ...]]
    known: frozenset[str]
    near: Mapping[str, str]
    near_stems: Mapping[str, str]

    def find(self, words: Sequence[str]) -> list[Found]:
        """The rules that these rough words meet, in the order of the document."""
        met: set[int] = set()
        for at, word in enumerate(words):
            for number in self._candidates(word):
                rule, first, items = self.patterns[number]
                if rule not in met and not (first and at) and _matches(items, 1, words, at + 1):
                    met.add(rule)
        return [self.rules[number] for number in sorted(met)]

    def _candidates(self, word: str) -> Iterable[int]:
        yield from self.by_word.get(word, ())
        for size in range(2, len(word) + 1):
            yield from self.by_stem.get(word[:size], ())

    def repaired(self, word: str) -> str:
        """The word of a rule that an unknown word is one slip of the finger away from, else the word itself."""
        if len(word) < LONG_ENOUGH or word in self.known or word in self.by_word:
            return word
        whole = self.near.get(word) or next((self.near[cut] for cut in _cuts(word) if cut in self.near), None)
        if whole:
            return whole
        for size in range(len(word), LONG_ENOUGH - 1, -1):
            for cut in (word[:size], *_cuts(word[:size])[:-1]):
                if cut in self.near_stems:
                    return self.near_stems[cut]
        return word


def _matches(items: Sequence[Tokens | int | None], item: int, words: Sequence[str], at: int) -> bool:
    """Whether the items from `item` on fit the words from `at` on; gaps are few and short, so this stays small."""
    if item == len(items):
        return True
    here = items[item]
    if here is None:
        return at == len(words)
    if isinstance(here, int):
        return any(_matches(items, item + 1, words, at + skip) for skip in range(min(-here, len(words) - at) + 1))
    return at < len(words) and words[at] in here and _matches(items, item + 1, words, at + 1)


def _cuts(word: str) -> list[str]:
    """The word without one of its letters."""
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def load(data: Mapping[str, Any], known: Iterable[str] = ()) -> Rules:
    """Rules from compiled data; `known` are words that are spelled right and not to be repaired."""
    sets = [_tokens(one) for one in data["sets"]]
    rules: list[Found] = []
    patterns: list[tuple[int, bool, tuple[Tokens | int | None, ...]]] = []
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    by_stem: defaultdict[str, list[int]] = defaultdict(list)
    for number, (name, kind, topic, rows) in enumerate(data["rules"]):
        rules.append(Found(name, kind, topic))
        for row in rows:
            first = row[0] == "^"
            items = tuple(_item(one, sets) for one in row[first:])
            head = items[0]
            assert isinstance(head, Tokens)
            for word in head.words:
                by_word[word].append(len(patterns))
            for stem in head.stems:
                by_stem[stem].append(len(patterns))
            patterns.append((number, first, items))
    return Rules(
        tuple(rules),
        tuple(patterns),
        _frozen(by_word),
        _frozen(by_stem),
        frozenset(known),
        _near((word for one in sets for word in one.words), stems=False),
        _near((word for one in sets for word in one.stems), stems=True),
    )


def _tokens(words: Sequence[str]) -> Tokens:
    return Tokens(
        frozenset(word for word in words if not word.endswith("*")),
        tuple(word[:-1] for word in words if word.endswith("*")),
    )


def _item(one: int | str, sets: Sequence[Tokens]) -> Tokens | int | None:
    if one == "$":
        return None
    return one if isinstance(one, str) or one < 0 else sets[one]  # type: ignore[return-value]


def _frozen(index: Mapping[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {word: tuple(numbers) for word, numbers in index.items()}


def _near(words: Iterable[str], *, stems: bool) -> dict[str, str]:
    """Each long word, and each of its misspellings with a letter missing, to the word; a stem keeps its last letter."""
    known = sorted({word for word in words if len(word) >= LONG_ENOUGH + stems})
    near = {cut: word for word in known for cut in _cuts(word)[: len(word) - stems]}
    return near | {word: word for word in known}
