"""The files of `flows/`, read and of the right shape, but not yet understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.authoring.diagnostic import Diagnostic, Place, at
from bot.authoring.directory import SHAPES as DIRECTORY_SHAPES
from bot.authoring.shape import conform
from bot.authoring.tree import Row, Table, Tree, read

#: Files that are no flows -> the shape of each. All but the last three must be there.
SHAPES = {
    "slots.yaml": "slots",
    "words.yaml": "shared",
    "sources.yaml": "sources",
    "centres.yaml": "",
    "places.yaml": "",
    "topics/topics.yaml": "topics",
    "topics/commands.yaml": "spoken",
    "release.yaml": "any",
}
_OPTIONAL = ("topics/topics.yaml", "topics/commands.yaml", "release.yaml")


@dataclass(frozen=True, slots=True)
class Folder:
    """Trees by the file they stand in."""

    name: str  #: `flows`
    flows: tuple[Table, ...]
    slots: Table
    words: Table
    sources: Table
    topics: Table
    spoken: Table  #: what may be typed instead of a button
    centres: Tree
    places: Tree
    release: Table

    def steps(self) -> Iterator[tuple[str, str, Table]]:
        """(flow, step id, its tree) of every step."""
        for flow in self.flows:
            name = flow.text("flow")
            for key, step in flow.table("steps").tables():
                yield name, f"{name}.{key.text}", step


def read_folder(path: Path) -> tuple[Folder | None, list[Diagnostic]]:
    """All files, or what is wrong with them: syntax first and alone, since it causes false errors elsewhere."""
    trees: dict[str, Tree] = {}
    found: list[Diagnostic] = list(_missing(path))
    for name in _names(path):
        tree, problems = _read(path, name)
        found += problems
        if tree is not None:
            trees[name] = tree
    found = found or [d for name, tree in trees.items() for d in _conform(name, tree)]
    return (None if found else _folder(path, trees)), found


def _names(path: Path) -> list[str]:
    flows = sorted(f.name for f in path.glob("*.yaml") if f.name not in SHAPES)
    return [name for name in SHAPES if (path / name).is_file()] + flows


def _missing(path: Path) -> Iterator[Diagnostic]:
    for name in SHAPES:
        if name not in _OPTIONAL and not (path / name).is_file():
            yield at(Place(f"{path.name}/{name}"), "F019", "this file is missing")


def _read(path: Path, name: str) -> tuple[Tree | None, list[Diagnostic]]:
    shown = f"{path.name}/{name}"
    try:
        return read(shown, (path / name).read_bytes())
    except OSError as problem:
        return None, [at(Place(shown), "F010", f"can't be opened: {problem.strerror}")]


def _conform(name: str, tree: Tree) -> Iterator[Diagnostic]:
    if name in DIRECTORY_SHAPES:
        yield from DIRECTORY_SHAPES[name](tree)
    elif SHAPES.get(name) != "any":
        yield from conform(tree, SHAPES.get(name, "flow"))


def _folder(path: Path, trees: dict[str, Tree]) -> Folder:
    flows = tuple(tree for name, tree in trees.items() if name not in SHAPES and isinstance(tree, Table))
    return Folder(
        name=path.name,
        flows=flows,
        slots=_table(trees, "slots.yaml"),
        words=_table(trees, "words.yaml").table("words"),
        sources=_table(trees, "sources.yaml").table("sources"),
        topics=_table(trees, "topics/topics.yaml").table("topics"),
        spoken=_table(trees, "topics/commands.yaml"),
        centres=trees.get("centres.yaml", Row((), Place("centres.yaml"))),
        places=trees.get("places.yaml", Row((), Place("places.yaml"))),
        release=_table(trees, "release.yaml"),
    )


def _table(trees: dict[str, Tree], name: str) -> Table:
    tree = trees.get(name)
    return tree if isinstance(tree, Table) else Table((), Place(name))
