"""YAML text to a tree with positions. Nothing is turned into objects: `no`, `0150` and `12:30` stay words.

Read from the parser's events, without recursion, so that no depth of nesting can bring it down; anchors, tags and
merges are refused, since 430 bytes of them can stand for a thousand million leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from bot.authoring.characters import hidden
from bot.authoring.diagnostic import Diagnostic, Place, at

LARGEST = 256 * 1024
DEEPEST = 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Word:
    """A scalar, as written."""

    text: str
    place: Place
    flow: bool = False  #: inside brackets
    commented: bool = False  #: a comment follows on its line


@dataclass(frozen=True, slots=True)
class Row:
    """A list."""

    items: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A map, in the order written."""

    entries: tuple[tuple[Word, Tree], ...]
    place: Place

    def get(self, name: str) -> Tree | None:
        return next((value for key, value in self.entries if key.text == name), None)

    def key(self, name: str) -> Word:
        """The key itself, for its place; the table's own place when it is not there."""
        return next((key for key, _ in self.entries if key.text == name), Word(name, self.place))

    def text(self, name: str, default: str = "") -> str:
        value = self.get(name)
        return value.text if isinstance(value, Word) else default

    def table(self, name: str) -> Table:
        """The table under a key; an empty one when it is not there."""
        value = self.get(name)
        return value if isinstance(value, Table) else Table((), self.place)

    def row(self, name: str) -> tuple[Tree, ...]:
        value = self.get(name)
        return value.items if isinstance(value, Row) else ()

    def tables(self) -> Iterator[tuple[Word, Table]]:
        """The entries whose value is a table."""
        return ((key, value) for key, value in self.entries if isinstance(value, Table))


Tree = Word | Row | Table


class _Refused(Exception):
    """Ends the reading of one file; never leaves this module."""

    def __init__(self, found: Diagnostic) -> None:
        self.found = found


def read(file: str, raw: bytes) -> tuple[Tree | None, list[Diagnostic]]:
    """The tree of one file, or what is wrong with it. Never raises."""
    try:
        text = _decode(file, raw)
        tree = _Builder(file, text).build()
    except _Refused as refused:
        return None, [refused.found]
    except yaml.YAMLError as problem:
        return None, [_syntax(file, problem)]
    return tree, list(_duplicates(tree))


def _decode(file: str, raw: bytes) -> str:
    start = Place(file)
    if len(raw) > LARGEST:
        raise _Refused(at(start, "F008", f"{len(raw) // 1024} KB, at most {LARGEST // 1024}", "split the file"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise _Refused(at(Place(file, line), "F010", "not UTF-8 text", "save the file as UTF-8")) from None
    text = text.replace("\r\n", "\n")
    _refuse(file, text, hidden(text), "F011", "a character nobody can see", "delete it and type the word again")
    _refuse(file, text, text.find("\t"), "F006", "a tab", "use spaces")
    return text


def _refuse(file: str, text: str, index: int, code: str, message: str, hint: str) -> None:
    if index >= 0:
        named = f"{message}, U+{ord(text[index]):04X}" if code == "F011" else message
        raise _Refused(at(_place(file, text, index), code, named, hint))


def _place(file: str, text: str, index: int) -> Place:
    return Place(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _syntax(file: str, problem: yaml.YAMLError) -> Diagnostic:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "can't be read"
    return at(place, "F001", str(what), "put words with ': ' or ' #' between double quotes")


class _Builder:
    """Collects events into frozen nodes; the stack holds the open lists and tables."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.lines = text.split("\n")
        self.stack: list[tuple[Place, bool, bool, list[Tree]]] = []  # place, table?, flow style?, children
        self.root: Tree | None = None
        self.documents = 0

    def build(self) -> Tree:
        for event in yaml.parse(self.text, Loader=_LOADER):
            self._take(event)
        if self.root is None:
            raise _Refused(at(Place(self.file), "F001", "the file is empty", "write something, or remove it"))
        return self.root

    def _take(self, event: Any) -> None:
        place = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._document(place)
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_magic(event, place)
            self._node(event, place)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()

    def _document(self, place: Place) -> None:
        self.documents += 1
        if self.documents > 1:
            raise _Refused(at(place, "F009", "a second document", "remove the line with '---'"))

    def _refuse_magic(self, event: Any, place: Place) -> None:
        if event.anchor is not None:
            raise _Refused(at(place, "F002", f"the anchor or alias '{event.anchor}'", "write the words out"))
        if getattr(event, "tag", None) is not None:
            raise _Refused(at(place, "F003", f"the tag '{event.tag}'", "remove it: everything is words here"))

    def _node(self, event: Any, place: Place) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._word(event, place))
            return
        if len(self.stack) >= DEEPEST:
            raise _Refused(at(place, "F007", f"nested deeper than {DEEPEST} levels", "flatten it"))
        self.stack.append((place, isinstance(event, yaml.MappingStartEvent), bool(event.flow_style), []))

    def _word(self, event: Any, place: Place) -> Word:
        key = bool(self.stack) and self.stack[-1][1] and len(self.stack[-1][3]) % 2 == 0
        if key and event.value == "<<" and not event.style:
            raise _Refused(at(place, "F004", "a merge key '<<'", "write the keys out"))
        if hidden(event.value) >= 0:  # written as an escape between double quotes
            raise _Refused(at(place, "F011", "an escape for a character nobody can see", "delete it"))
        line = self.lines[event.end_mark.line] if event.end_mark.line < len(self.lines) else ""
        block = event.style in ("|", ">")
        behind = not block and line[event.end_mark.column :].lstrip().startswith("#")
        return Word(event.value, place, any(flow for _, _, flow, _ in self.stack), behind)

    def _close(self) -> None:
        place, table, _, children = self.stack.pop()
        self._put(self._table(place, children) if table else Row(tuple(children), place))

    def _table(self, place: Place, children: list[Tree]) -> Table:
        pairs = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Word):
                raise _Refused(at(key.place, "F001", "a key must be a word", "remove the '?' or the brackets"))
            pairs.append((key, value))
        return Table(tuple(pairs), place)

    def _put(self, node: Tree) -> None:
        if self.stack:
            self.stack[-1][3].append(node)
        else:
            self.root = node


def _duplicates(root: Tree) -> Iterator[Diagnostic]:
    for node in walk(root):
        if isinstance(node, Table):
            seen: set[str] = set()
            for key, _ in node.entries:
                if key.text in seen:
                    yield at(key.place, "F005", f"'{key.text}' stands here twice", "keep one of them")
                seen.add(key.text)


def walk(node: Tree) -> Iterator[Tree]:
    """The node and everything below it. Depth is bounded by `DEEPEST`."""
    yield node
    if isinstance(node, Row):
        for item in node.items:
            yield from walk(item)
    elif isinstance(node, Table):
        for key, value in node.entries:
            yield key
            yield from walk(value)


def word(node: Tree | None) -> str:
    """The words of a scalar, without the line end a block scalar keeps; empty for anything else."""
    return node.text.strip() if isinstance(node, Word) else ""


def words(node: Tree | None) -> tuple[str, ...]:
    """The words of a list of scalars."""
    return tuple(item.text for item in node.items if isinstance(item, Word)) if isinstance(node, Row) else ()
