"""One visitor for everything people read. Translation, tone and number checks all walk this one list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.authoring.diagnostic import Place
from bot.authoring.directory import entries
from bot.authoring.folder import Folder
from bot.authoring.tree import Row, Table, Tree, Word, word, words
from bot.dialogue.model import COMMANDS


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording, with all that a translator needs to know about it."""

    context: str  #: msgctxt
    text: str  #: English, msgid
    place: Place
    kind: str  #: `text`, `label`, `word` (words.yaml), `centre`
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    addressed: bool = False  #: one of two readers' wordings, or declared to serve both
    short: bool = False  #: stands on a button


#: Shared words that stand on buttons of the engine's own.
BUTTONS = frozenset((*COMMANDS, "start", "more", "right", "wrong", "about_friend", "about_survivor", "nearest"))


def phrases(folder: Folder) -> Iterator[Phrase]:
    """Every wording that stands in `flows/`, in the order of the files. `$name` is not one: it refers to one."""
    for flow in folder.flows:
        yield from flow_phrases(flow)
    labels = {name for context, name in references(folder) if ">" in context}
    yield from word_phrases(folder.words, BUTTONS | labels)
    yield from topic_phrases(folder.topics)
    yield from centre_phrases(folder.centres)


def flow_phrases(flow: Table) -> Iterator[Phrase]:
    name = flow.text("flow")
    for key, step in flow.table("steps").tables():
        context = f"{name}.{key.text}"
        for say in step.row("say"):
            if isinstance(say, Table):
                yield from _wordings(context, say.get("text"), "text", say)
        for choice, value in step.table("choices").entries:
            label = value.get("label") if isinstance(value, Table) else value
            yield from _wordings(f"{context}>{choice.text}", label, "label", value)


def word_phrases(shared: Table, labels: frozenset[str] = BUTTONS) -> Iterator[Phrase]:
    """`labels`: names of the words that stand on buttons."""
    for key, value in shared.entries:
        text = value.get("text") if isinstance(value, Table) and value.get("text") is not None else value
        for phrase in _wordings(f"words.{key.text}", text, "word", value):
            yield replace(phrase, short=key.text in labels)


def topic_phrases(topics: Table) -> Iterator[Phrase]:
    for key, topic in topics.tables():
        yield from _wordings(f"topics.{key.text}", topic.get("label"), "label", topic)
        yield from _wordings(f"heard.{key.text}", topic.get("heard"), "text", topic)


def centre_phrases(tree: Tree) -> Iterator[Phrase]:
    for entry in entries(tree):
        yield from entry_phrases(entry)


def entry_phrases(entry: Table) -> Iterator[Phrase]:
    context = f"centres.{entry.text('id')}"
    for name in ("name", "address", "hours", "notes"):
        yield from _entry_words(context, entry.get(name))


def _entry_words(context: str, node: Tree | None) -> Iterator[Phrase]:
    if isinstance(node, Row):
        for item in node.items:
            yield from _entry_words(context, item)
    elif isinstance(node, Table):
        yield from _wordings(context, node.get("text"), "centre", node)
    elif isinstance(node, Word) and word(node) and word(node) != "null":
        yield Phrase(context, word(node), node.place, "centre")


def _wordings(context: str, node: Tree | None, kind: str, holder: Tree) -> Iterator[Phrase]:
    """One phrase, or one for each reader."""
    about = holder if isinstance(holder, Table) else None
    notes = (word(about.get("note")),) if about and about.text("note") else ()
    sources = words(about.get("source")) if about else ()
    both = about is not None and about.text("readers") == "both"
    for reader, text in readings(node):
        if not text.text.startswith("$"):
            suffix = "@friend" if reader == "friend" else ""
            addressed = both or reader != ""
            yield Phrase(f"{context}{suffix}", word(text), text.place, kind, notes, sources, addressed, kind == "label")


def references(folder: Folder) -> Iterator[tuple[str, str]]:
    """(context, name) of every `$name`: its words are translated once, under `words.name`."""
    for flow in folder.flows:
        for key, step in flow.table("steps").tables():
            context = f"{flow.text('flow')}.{key.text}"
            texts = [(context, say.get("text")) for say in step.row("say") if isinstance(say, Table)]
            for choice, value in step.table("choices").entries:
                label = value.get("label") if isinstance(value, Table) else value
                texts.append((f"{context}>{choice.text}", label))
            for where, node in texts:
                yield from ((where, word(text)[1:]) for _, text in readings(node) if text.text.startswith("$"))


def readings(node: Tree | None) -> Iterator[tuple[str, Word]]:
    """(reader, wording) of a `text` or `label`; the reader is empty where one wording serves both."""
    if isinstance(node, Word):
        yield "", node
    elif isinstance(node, Table):
        yield from ((key.text, value) for key, value in node.entries if isinstance(value, Word))
