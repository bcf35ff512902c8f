"""Each mistake an author can make is reported with its own code, at its place, and alone.

The folder `broken/` is both the test and the documentation. The first line of a file says what must be found:
`# F102 10:13 extra.yaml` is the code, line and column, and the file of `broken/whole/` that it stands in for. `missing`
behind it: that file is taken away; `x4000`: its lines are repeated; `latin-1`: it was saved so;
`at=FILE:LINE:COLUMN`: reported elsewhere.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot.authoring.codes import CODES
from bot.authoring.diagnostic import Diagnostic
from bot.authoring.load import LOCALES, check

#: The last day on which the whole book needs no review.
TODAY = date(2025, 9, 16)
BROKEN = Path(__file__).parent / "broken"
WHOLE = BROKEN / "whole"
EXAMPLES = sorted(path for path in BROKEN.iterdir() if path.is_file())


@dataclass(frozen=True)
class Example:
    code: str
    place: str
    file: str
    how: str


def example(path: Path) -> Example:
    first = path.read_bytes().splitlines()[0].decode("ascii")
    sign, code, place, file, *how = first.split()
    assert sign == "#"
    return Example(code, place, file, how[0] if how else "")


def check_example(path: Path, folder: Path) -> list[Diagnostic]:
    """The whole book with this one file in it."""
    told = example(path)
    flows = folder / "flows"
    shutil.copytree(WHOLE, flows)
    if told.how == "missing":
        (flows / told.file).unlink()
    elif told.file.endswith((".po", ".md")):
        target = folder / shown(told)
        target.parent.mkdir(parents=True)
        shutil.copy(LOCALES / "GLOSSARY.md", folder / "locales")
        target.write_bytes(path.read_bytes())
    else:
        times = int(told.how[1:]) if told.how.startswith("x") else 1
        raw = path.read_bytes() * times
        (flows / told.file).write_bytes(raw.decode().encode("latin-1") if told.how == "latin-1" else raw)
    return check(flows, folder / "locales", TODAY).found


def expected(told: Example) -> str:
    if told.how.startswith("at="):
        return f"flows/{told.how[3:]}"
    return f"{shown(told)}:{told.place}"


def shown(told: Example) -> str:
    """Where the example stands, as diagnostics name it."""
    if told.file.endswith(".po"):
        return f"locales/{told.file.removesuffix('.po')}/LC_MESSAGES/messages.po"
    return f"locales/{told.file}" if told.file.endswith(".md") else f"flows/{told.file}"


def test_there_is_one_example_for_every_code() -> None:
    assert len(EXAMPLES) > 50
    assert [path.name.partition("-")[0] for path in EXAMPLES] == sorted(CODES)
    assert [example(path).code for path in EXAMPLES] == sorted(CODES)


def test_the_whole_book_has_no_mistake(tmp_path: Path) -> None:
    loaded = check(WHOLE, tmp_path, TODAY)
    assert loaded.found == []
    assert loaded.book is not None
    assert loaded.reach is not None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_mistake_is_named_with_its_code_and_place_and_nothing_else(path: Path, tmp_path: Path) -> None:
    told = example(path)
    found = check_example(path, tmp_path)
    absent = [d for d in found if d.code == "L101" and (d.line, d.column) == (1, 1)]  # words the example leaves out
    named = [d for d in found if d not in absent]
    assert [(d.code, f"{d.file}:{d.line}:{d.column}") for d in named] == [(told.code, expected(told))], "\n".join(
        map(str, named)
    )
    assert named[0].message


def test_the_place_of_an_example_is_where_the_mistake_stands() -> None:
    """The examples' own first lines are honest: the place exists in the file."""
    looked = 0
    for path in EXAMPLES:
        told = example(path)
        if told.how:
            continue
        line, _, column = told.place.partition(":")
        lines = path.read_bytes().splitlines()
        assert 1 <= int(line) <= len(lines), path.name
        assert 1 <= int(column) <= len(lines[int(line) - 1]) + 1, path.name
        looked += 1
    assert looked > 50
