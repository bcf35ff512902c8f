"""Which keys may stand where, as data, and the check of a tree against it.

A spec names the kind of a value: `words` (read by people), `name`, `id`, `names` (a list), `flag` (yes/no), `any`,
`line` (words that serve both readers), `condition`, `=a,b` (one of these), `list:X`, `map:X` (free ids as keys),
`table:X` (free keys), or a shape of SHAPES. `A|B` takes the first whose kind of node fits. A key with `!` is required.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.authoring.diagnostic import Diagnostic, at, suggest
from bot.authoring.tree import Row, Table, Tree, Word
from bot.dialogue.model import COMMANDS, READERS

_ID = re.compile(r"[a-z][a-z0-9_]*")
_DATE = re.compile(r"\d{4}(-\d{2}-\d{2})?")

_TOLD = "=police,register,parents,embassy"
_HOW = "=always,if-said,may,not-known,nobody"

SHAPES = {
    "flow": {"flow!": "id", "about": "name", "local": "map:slot", "steps!": "map:step"},
    "slots": {"slots!": "map:slot", "screens!": "screens"},
    "slot": {"values": "names", "unset!": "name", "about": "name"},
    "screens": {f"{name}!": "name" for name in ("first", "menu", "help", "language", "lost", "guess")}
    | {"again": "name", "near": "name", "nearest": "name"},
    "step": {
        "parent!": "name",
        "say!": "list:say",
        "ask": "name",
        "choices": "map:line|choice",
        "go": "name|list:rule",
        "overlay": "flag",
        "told": "told|list:told",
        "about": "name",
    },
    "told": {f"{who}": _HOW for who in ("police", "register", "parents", "embassy")},
    "say": {
        "text": "words",
        "readers": "=both",
        "when": "condition",
        "silent": "name",
        "source": "names",
        "claim": "=no",
        "hard": "flag",
        "note": "name",
        "show": "=numbers,centre,nearest,contact",
        "of": "names",
        "only": "=screen,trial",
        "in": "names",
    },
    "choice": {
        "label": "words",
        "readers": "=both",
        "go": "name|list:rule",
        "set": "map:name",
        "when": "condition",
        "over": "name",
        "keep": "name",
        "note": "name",
    },
    "rule": {"to!": "name", "when": "condition"},
    "shared": {"words!": "table:line|word"},
    "word": {"text!": "words", "note": "name", "readers": "=both"},
    "sources": {"sources!": "table:source"},
    "source": {
        "title!": "name",
        "issuer!": "name",
        "date!": "date",
        "medical_date": "date",
        "medical_sections": "names",
        "licence!": "name",
        "attribution": "name",
        "review!": "date",
        "address": "name",
        "locators!": "names",
        "about": "name",
    },
    "spoken": {
        "commands!": "commands",
        "languages": "map:names",
        "safe": "map:name",
        "around": "names",
        "not": "map:names",
    },
    "commands": {f"{name}!": "map:names" for name in (*COMMANDS, "start")},
    "topics": {"topics!": "table:topic"},
    "topic": {
        "crisis": "flag",
        "means": "name",
        "go": "name",
        "label": "words",
        "heard": "words",
        "readers": "=both",
        "note": "name",
        "about": "name",
    },
}


def conform(node: Tree, spec: str) -> Iterator[Diagnostic]:
    """Everything at or below `node` that does not have the shape `spec`."""
    options = [spec] if spec.startswith(("map:", "table:", "list:")) else spec.split("|")
    chosen = next((one for one in options if isinstance(node, _node_kind(one))), None)
    if chosen is None:
        takes = " or ".join(map(_article, options))
        yield at(node.place, "F016", f"{_named(node)} stands here, but this takes {takes}")
    elif chosen in SHAPES:
        yield from _fields(node, SHAPES[chosen], chosen)
    else:
        yield from _values(node, chosen)


def _node_kind(spec: str) -> type[Word] | type[Row] | type[Table] | tuple[type, ...]:
    if spec == "any":
        return (Word, Row, Table)
    if spec == "words":
        return (Word, Table)
    if spec.startswith("list:") or spec == "names":
        return Row
    if spec.startswith(("map:", "table:")) or spec in SHAPES or spec == "condition":
        return Table
    return Word


def _named(node: Tree) -> str:
    return {Word: "a word", Row: "a list", Table: "a table"}[type(node)]


def _article(spec: str) -> str:
    return {Word: "a word", Row: "a list", Table: "a table", (Word, Table): "words"}.get(_node_kind(spec), "words")


def _values(node: Tree, spec: str) -> Iterator[Diagnostic]:
    kind, _, inner = spec.partition(":")
    if isinstance(node, Row):
        for item in node.items:
            yield from conform(item, inner or "name")
    elif isinstance(node, Table):
        yield from _table(node, kind, inner)
    else:
        yield from _word(node, spec)


def _table(node: Table, kind: str, inner: str) -> Iterator[Diagnostic]:
    if kind == "words":
        yield from _wordings(node)
        return
    for key, value in node.entries:
        if kind == "map" and inner != "name" and not _ID.fullmatch(key.text):
            yield at(key.place, "F018", f"'{key.text}' can't be a name", "use a-z, 0-9 and _, a letter first")
        yield from conform(value, "names" if kind == "condition" else inner)


def _wordings(node: Table) -> Iterator[Diagnostic]:
    """Words for each reader: both of them, and no others."""
    yield from _fields(node, {f"{reader}!": "line" for reader in READERS}, "text")


def _word(node: Word, spec: str) -> Iterator[Diagnostic]:
    allowed = {"flag": ("yes", "no")}.get(spec) or (tuple(spec[1:].split(",")) if spec.startswith("=") else ())
    if allowed and node.text not in allowed:
        hint = suggest(node.text, allowed) or "one of: " + ", ".join(allowed)
        yield at(node.place, "F017", f"'{node.text}' is not allowed here", hint)
    if spec == "id" and not _ID.fullmatch(node.text):
        yield at(node.place, "F018", f"'{node.text}' can't be a name", "use a-z, 0-9 and _, a letter first")
    if spec == "date" and not _DATE.fullmatch(node.text):
        yield at(node.place, "F017", f"'{node.text}' is not a date", "write it as 2024-09-16")
    if spec in ("words", "line"):
        yield from _own_line(node)


def _own_line(node: Word) -> Iterator[Diagnostic]:
    if node.flow and " " in node.text:
        yield at(node.place, "F012", "words between brackets", "give them a line of their own")
    if node.commented:
        yield at(node.place, "F013", "a comment behind words", "move it to a line of its own, or quote the words")


def _fields(node: Tree, fields: dict[str, str], name: str) -> Iterator[Diagnostic]:
    assert isinstance(node, Table)
    specs = {key.rstrip("!"): spec for key, spec in fields.items()}
    for key, value in node.entries:
        if key.text in specs:
            yield from conform(value, specs[key.text])
        else:
            hint = suggest(key.text, specs) or "one of: " + ", ".join(specs)
            yield at(key.place, "F014", f"no key '{key.text}' in a {name}", hint)
    for key_name in fields:
        if key_name.endswith("!") and node.get(key_name[:-1]) is None:
            yield at(node.place, "F015", f"'{key_name[:-1]}' is missing in this {name}")
    if name in _ALTERNATIVES:
        yield from _one_of(node, name)


#: Of these keys exactly one must stand in the shape.
_ALTERNATIVES = {"say": ("text", "silent", "show"), "choice": ("label",)}


def _one_of(node: Table, name: str) -> Iterator[Diagnostic]:
    wanted = _ALTERNATIVES[name]
    there = [key for key in wanted if node.get(key) is not None]
    if not there:
        yield at(node.place, "F015", f"{' or '.join(repr(key) for key in wanted)} is missing in this {name}")
    for extra in there[1:]:
        yield at(node.key(extra).place, "F014", f"'{extra}' beside '{there[0]}'", "keep one of them")
    if node.get("show") is not None and node.get("of") is None:
        yield at(node.place, "F015", "'of' is missing beside 'show'")
