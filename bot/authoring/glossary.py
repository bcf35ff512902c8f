"""`locales/GLOSSARY.md`: the words translations follow. Three of its tables are rules, and `check` enforces them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.authoring.diagnostic import Diagnostic, Place, at

NAME = "GLOSSARY.md"
#: What stands in a cell that asks for nothing.
_NOTHING = "-"

#: Around every pattern: whole words.
_BEFORE, _AFTER = r"(?<![\w-])(?:", r")(?![\w-])"

Pattern = re.Pattern[str]
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Safety:
    """A word on which safety hangs: where it stands in English, one of the others has to stand in the translation."""

    english: Pattern
    told: Mapping[str, Pattern]  #: language -> what must stand
    shown: Mapping[str, str]  #: language -> the same, as written in the table


@dataclass(frozen=True, slots=True)
class Never:
    """A word that is not said to anybody."""

    language: str
    word: Pattern
    instead: str


@dataclass(frozen=True, slots=True)
class Glossary:
    """The rules; empty where the folder of catalogues has no glossary."""

    safety: tuple[Safety, ...] = ()
    never: tuple[Never, ...] = ()
    latin: tuple[str, ...] = ()  #: names that stay in Latin letters, longest first


EMPTY = Glossary()


def read_glossary(locales: Path) -> tuple[Glossary, list[Diagnostic]]:
    """The rules of the file, and every row that is none."""
    path, file = locales / NAME, f"{locales.name}/{NAME}"
    if not path.is_file():
        return EMPTY, []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        return EMPTY, [at(Place(file), "L117", f"can't be read: {type(problem).__name__}")]
    rows = list(_rows(lines))
    wrong = [at(Place(file, row.line), "L117", why) for row in rows if (why := _why(row))]
    right = [row for row in rows if not _why(row)]
    latin = sorted((row.cells[0] for row in right if row.title == _LATIN), key=len, reverse=True)
    return Glossary(
        safety=tuple(map(_safety, (row for row in right if row.title == _SAFETY))),
        never=tuple(map(_never, (row for row in right if row.title == _NEVER))),
        latin=tuple(latin),
    ), wrong


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    title: str  #: of the section it stands in
    head: Cells  #: of its table
    cells: Cells


_SAFETY, _NEVER, _LATIN = "Safety words", "Never", "Latin letters"
_HEADS = {_NEVER: ("language", "word", "instead"), _LATIN: ("name", "what it is")}


def _rows(lines: list[str]) -> Iterator[_Row]:
    """Each row of the three tables, below its head and its ruler."""
    title, head = "", ()  # type: str, Cells
    for number, line in enumerate(lines, 1):
        cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
        if line.startswith("#"):
            title, head = line.lstrip("#").strip(), ()
        elif not line.startswith("|"):
            head = ()
        elif not head:
            head = cells
        elif title in (_SAFETY, *_HEADS) and not set("".join(cells)) <= set(":- "):
            yield _Row(number, title, head, cells)


def _why(row: _Row) -> str:
    """What is wrong with a row; empty if nothing is."""
    title, head, cells = row.title, row.head, row.cells
    if title == _SAFETY and (head[0] != "en" or not all(re.fullmatch("[a-z]{2}", name) for name in head)):
        return f"the table '{title}' begins with | en | and the codes of languages"
    if title in _HEADS and head != _HEADS[title]:
        return f"the table '{title}' begins with | {' | '.join(_HEADS[title])} |"
    if len(cells) != len(head) or not all(cells):
        return f"{len(head)} cells, none of them empty ('{_NOTHING}' where nothing is asked)"
    return ""


def _safety(row: _Row) -> Safety:
    told = {name: cell for name, cell in zip(row.head[1:], row.cells[1:], strict=True) if cell != _NOTHING}
    return Safety(pattern(row.cells[0]), {name: pattern(cell) for name, cell in told.items()}, told)


def _never(row: _Row) -> Never:
    language, word, instead = row.cells
    return Never(language, pattern(word), instead)


def pattern(cell: str) -> Pattern:
    """`скор* помощ* / 103`: one of several wordings, whole words in any case, `*` for any ending."""
    wordings = ("\\s+".join(map(_word, wording.split())) for wording in folded(cell).split(" / "))
    return re.compile(f"{_BEFORE}{'|'.join(wordings)}{_AFTER}", re.IGNORECASE)


@lru_cache(maxsize=16)
def any_of(patterns: tuple[Pattern, ...]) -> Pattern:
    """Finds something wherever one of them does. One search takes a fifth of the time of a dozen."""
    inner = (one.pattern.removeprefix(_BEFORE).removesuffix(_AFTER) for one in patterns)
    return re.compile(f"{_BEFORE}{'|'.join(inner)}{_AFTER}", re.IGNORECASE)


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"[\w-]*")


def folded(text: str) -> str:
    """Without marks, and with е for ё, which is written as one likes."""
    return text.replace("**", "").replace("ё", "е").replace("Ё", "Е")
