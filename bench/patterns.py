"""Compiles the patterns of `flows/topics/crisis.yaml` into plain lists that the running bot reads in milliseconds.

A pattern with choices of several words becomes several flat ones. What a flat pattern holds: numbers of token sets,
or a negative number for a gap of up to so many words; see `bot.understanding.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from bot.understanding.spelling import rough

GAPS = {"..": -3, "....": -7}
#: More flat patterns than this from one line is a line nobody can check by reading it.
MOST = 4_000

Item = frozenset[str] | int | str
Flat = tuple[Item, ...]


class PatternError(ValueError):
    """A pattern that can't be read; the message holds the pattern."""


def split(text: str, mark: str) -> list[str]:
    """Parts of a text between marks that stand outside parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            raise PatternError(f"parentheses: {text}")
        if character == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    if depth:
        raise PatternError(f"parentheses: {text}")
    return [part for part in parts if part]


def flat(text: str, sets: Mapping[str, str]) -> Iterator[Flat]:
    """All flat patterns of one line."""
    choices = [tuple(_chunk(chunk, sets)) for chunk in split(text, " ")]
    for chosen in product(*choices):
        yield tuple(item for part in chosen for item in part)


def _chunk(chunk: str, sets: Mapping[str, str]) -> Iterator[Flat]:
    if chunk in GAPS or chunk in "^$":
        yield (GAPS.get(chunk, chunk),)
        return
    if chunk.endswith("?"):
        chunk = chunk[:-1]
        yield ()
    single: set[str] = set()
    for choice in split(chunk, "|"):
        if choice.startswith("{"):
            single |= {_token(word) for word in sets[choice.strip("{}")].split("|")}
        elif choice.startswith("("):
            for inner in split(choice[1:-1], "|"):
                for one in flat(inner.strip(), sets):
                    if len(one) == 1 and isinstance(one[0], frozenset):
                        single |= one[0]
                    else:
                        yield one
        else:
            single.add(_token(choice))
    if single:
        yield (frozenset(single),)


def _token(word: str) -> str:
    """A word in rough letters; a beginning keeps its star."""
    if not word.rstrip("*"):
        raise PatternError(f"empty word: {word!r}")
    made = rough(word.rstrip("*").casefold())
    return made + "*" * word.endswith("*")


def trimmed(one: Flat) -> Flat:
    """Without gaps at either end, which say nothing."""
    items = list(one)
    while items and isinstance(items[-1], int):
        items.pop()
    while items and isinstance(items[0], int):
        items.pop(0)
    return tuple(items)


def compiled(document: Mapping[str, Any]) -> dict[str, Any]:
    """`{"sets": [[word, …]], "rules": [[name, kind, topic, [pattern, …]]]}`, in the order of the document."""
    numbers: dict[frozenset[str], int] = {}
    rules = []
    for topic, kind, name, lines in _lines(document):
        found: dict[tuple[int | str, ...], None] = {}
        for line in lines:
            before = len(found)
            for one in flat(line, document["sets"]):
                items = trimmed(one)
                if any(isinstance(item, frozenset) for item in items):
                    found[tuple(_number(item, numbers) for item in items)] = None
            if len(found) - before > MOST:
                raise PatternError(f"{len(found) - before} patterns from one line: {line}")
        rules.append([name, kind, topic, [list(one) for one in found]])
    return {"sets": [sorted(one) for one in numbers], "rules": rules}


def _number(item: Item, numbers: dict[frozenset[str], int]) -> int | str:
    return numbers.setdefault(item, len(numbers)) if isinstance(item, frozenset) else item


def _lines(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, list[str]]]:
    for topic, part in document.items():
        kinds = {"harmless": part} if topic == "harmless" else {} if topic == "sets" else part
        for kind, languages in kinds.items():
            for language, names in languages.items():
                for name, lines in names.items():
                    yield topic, kind, f"{topic}.{language}.{name}", lines
