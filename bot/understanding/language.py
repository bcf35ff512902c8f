"""Which language a message is in: en, ru, kk or mixed (Kazakh and Russian in one message), whatever the chat's is.

The model's lanes decide between languages. That both are there is told by words that only one of them has; the lists
are drawn from the training phrases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LANGUAGES = ("en", "ru", "kk")
MIXED = "mixed"
#: Letters that only Kazakh has among the three.
KAZAKH = frozenset("әғқңөұүһі")


@dataclass(frozen=True, slots=True, repr=False)
class Speech:
    """Rough words that are only Russian or only Kazakh."""

    russian: frozenset[str]
    kazakh: frozenset[str]

    def language(self, typed: Sequence[str], rough: Sequence[str], scores: Mapping[str, float]) -> str:
        """The language of these words; `scores` are the model's for each."""
        best = max(LANGUAGES, key=lambda one: scores[one])
        russian = sum(word in self.russian for word in rough)
        kazakh = sum(
            word in self.kazakh or not KAZAKH.isdisjoint(letters) for word, letters in zip(rough, typed, strict=True)
        )
        return MIXED if best != "en" and russian and kazakh else best
