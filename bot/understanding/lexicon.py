"""Words to meanings (`flows/topics/concepts.yaml`, compiled): "есік", "дверь" and "door" are all `door`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Shorter beginnings are not filed.
SHORTEST = 2


@dataclass(frozen=True, slots=True, repr=False)
class Lexicon:
    """Meanings by whole rough word and by its beginning."""

    words: Mapping[str, Sequence[str]]
    stems: Mapping[str, Sequence[str]]

    def meanings(self, word: str) -> list[str]:
        """All meanings of a rough word, in alphabetical order; mostly none or one."""
        found = set(self.words.get(word, ()))
        for size in range(SHORTEST, len(word) + 1):
            found.update(self.stems.get(word[:size], ()))
        return sorted(found)
