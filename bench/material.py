"""What the model of typed words is made from: phrases, rules and meanings of `flows/topics/`. Needs no numpy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.patterns import compiled
from bot.understanding import spelling
from bot.understanding.language import LANGUAGES
from bot.understanding.normal import clean

TOPICS = Path(__file__).parents[1] / "flows" / "topics"
#: A word met so often is spelled as people spell it; a word is of one language only when the other hardly has it.
OFTEN, ONLY = 2, 6


class Phrase(NamedTuple):
    text: str
    language: str
    topics: frozenset[str]


def phrases(folder: Path = TOPICS) -> list[Phrase]:
    """All training phrases (`en-1.yaml`, `kk.yaml`, …) in a fixed order; one may stand under two topics."""
    found: dict[tuple[str, str], set[str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        language = path.stem.partition("-")[0]
        if language in LANGUAGES:
            for topic, texts in read(path).items():
                for text in texts or ():
                    found.setdefault((str(text), language), set()).add(topic)
    return [Phrase(text, language, frozenset(topics)) for (text, language), topics in sorted(found.items())]


def read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def data(known: Sequence[Phrase], folder: Path = TOPICS) -> dict[str, Any]:
    """What goes into the model file beside the weights."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for phrase in known:
        for word in {spelling.rough(one) for one in spelling.words(clean(phrase.text))}:
            counts[word][phrase.language] += 1
    return {
        "rules": compiled(read(folder / "crisis.yaml")),
        "meanings": meanings(read(folder / "concepts.yaml")),
        "known": sorted(word for word, seen in counts.items() if seen.total() >= OFTEN),
        "russian": _only(counts, "ru", "kk"),
        "kazakh": _only(counts, "kk", "ru"),
    }


def _only(counts: dict[str, Counter[str]], language: str, other: str) -> list[str]:
    return sorted(
        word
        for word, seen in counts.items()
        if seen[language] >= OFTEN and seen[language] >= ONLY * (seen[other] + seen["en"]) and not word.isdigit()
    )


def meanings(document: dict[str, str]) -> dict[str, dict[str, list[str]]]:
    """Rough words and beginnings to the names of their meanings."""
    found: dict[str, defaultdict[str, list[str]]] = {"words": defaultdict(list), "stems": defaultdict(list)}
    for name, words in document.items():
        for word in str(words).split("|"):
            if " " not in word:
                kind = "stems" if word.endswith("*") else "words"
                found[kind][spelling.rough(word.strip("*"))].append(name)
    return {kind: {word: sorted(set(names)) for word, names in table.items()} for kind, table in found.items()}
