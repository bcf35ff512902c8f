"""Babel's way to the words: `pybabel extract` calls `extract` for each file of `flows/`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from bot.authoring.phrases import Phrase, centre_phrases, flow_phrases, topic_phrases, word_phrases
from bot.authoring.tree import Table, Tree, read

#: What Babel takes: line, function, (context, words), comments for translators.
Found = tuple[int, str, tuple[str, str], list[str]]


def extract(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Every wording of one file, with its context, its note and its sources. ValueError: the file can't be read."""
    tree, found = read(str(getattr(fileobj, "name", "flow")), fileobj.read())
    if tree is None or found:
        raise ValueError(str(found[0]))
    for phrase in phrases_of(tree):
        if phrase.text:
            yield phrase.place.line, "pgettext", (phrase.context, phrase.text), comments(phrase)


def phrases_of(tree: Tree) -> Iterator[Phrase]:
    """The wordings of a file, whichever it is; slots, sources, places and sign-offs have none."""
    if not isinstance(tree, Table):
        return iter(())
    if tree.get("flow") is not None:
        return flow_phrases(tree)
    if tree.get("words") is not None:
        return word_phrases(tree.table("words"))
    if tree.get("topics") is not None:
        return topic_phrases(tree.table("topics"))
    return centre_phrases(tree)


def comments(phrase: Phrase) -> list[str]:
    """What a translator sees above the words."""
    limit = ["At most 24 characters."] if phrase.short else []
    sources = [f"Sources: {', '.join(phrase.sources)}"] if phrase.sources else []
    return [*phrase.notes, *limit, *sources]
