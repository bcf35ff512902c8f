"""What an author is told: a place, a code, what is wrong and the way out. Data, never an exception."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.authoring.codes import CODES

#: Before anything else may be said about a place, so many are printed; the rest is counted ("and 9 more").
SHOWN_PER_PLACE = 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where words stand. Lines and columns count from 1, as editors do."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One mistake. `str()` is the line an author reads and an editor can jump to."""

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    grave: bool = False  #: an error here, though its code is but a warning elsewhere

    @property
    def severity(self) -> str:
        """`error` stops a release; `warning` (an unfinished translation that nobody is offered) does not."""
        return "error" if self.grave else CODES[self.code].severity

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message}{hint}"


def at(place: Place, code: str, message: str, hint: str = "") -> Diagnostic:
    """A diagnostic at a place of the tree."""
    return Diagnostic(place.file, place.line, place.column, code, message, hint)


def suggest(word: str, known: Iterable[str]) -> str:
    """A question such as "did you mean 'medical.windows'?", or nothing when no name comes near."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def grouped(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file and line, one per place and code: one missing rule leaves dozens of cases uncovered."""
    result = []
    for _, same in groupby(sorted(set(found)), key=lambda d: (d.file, d.line, d.column, d.code)):
        several = list(same)
        result += several[:SHOWN_PER_PLACE]
        if len(several) > SHOWN_PER_PLACE:
            result[-1] = _with_rest(several[0], len(several) - SHOWN_PER_PLACE)
    return result


def _with_rest(first: Diagnostic, rest: int) -> Diagnostic:
    return replace(first, message=f"{first.message}, and {rest} more")


def errors(found: Iterable[Diagnostic]) -> bool:
    """Whether anything found stops the bot from starting."""
    return any(d.severity == "error" for d in found)
