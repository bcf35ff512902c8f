"""`sources.yaml`: which documents there are, their dates, and every passage a claim may point at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.authoring.tree import Table, words

#: Placeholder -> (document, key): dates that people read.
_DATES = {
    "guide_date": ("fcdo", "date"),
    "medical_date": ("fcdo", "medical_date"),
    "brief_date": ("equality-now", "date"),
}


def locators(sources: Table) -> Mapping[str, frozenset[str]]:
    """document -> its passages: `treatment 0-11` stands for treatment.0 to treatment.11."""
    return {key.text: frozenset(_expanded(words(tree.get("locators")))) for key, tree in sources.tables()}


def _expanded(rows: tuple[str, ...]) -> Iterator[str]:
    for row in rows:
        section, _, passages = row.partition(" ")
        first, dash, last = passages.strip().partition("-")
        if dash and first.isdecimal() and last.isdecimal():
            yield from (f"{section}.{number}" for number in range(int(first), min(int(last), int(first) + 999) + 1))
        else:
            yield f"{section}.{passages.strip()}" if passages else section


def passage_dates(sources: Table) -> dict[str, str]:
    """`document#passage` -> the day, or the year, of what stands there.

    A part of a document may be older than the whole: `medical_sections` names it, `medical_date` is its day.
    """
    return {
        f"{document}#{passage}": _date_of(sources.table(document), passage)
        for document, passages in locators(sources).items()
        for passage in passages
    }


def _date_of(source: Table, passage: str) -> str:
    older = {passage, passage.partition(".")[0]} & {*words(source.get("medical_sections"))}
    return source.text("medical_date") if older else source.text("date")


def dates(sources: Table) -> dict[str, str]:
    """Placeholder -> ISO date, and each document -> its own date."""
    found = {name: sources.table(document).text(key) for name, (document, key) in _DATES.items()}
    found |= {key.text: tree.text("date") for key, tree in sources.tables()}
    return {name: day for name, day in found.items() if len(day) == len("2024-09-16")}
