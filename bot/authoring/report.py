"""What `main.py check` prints: all that was found, then what was counted. Zero is refused: it proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.authoring.codes import REVIEWS
from bot.authoring.diagnostic import Diagnostic, errors
from bot.authoring.folder import Folder
from bot.authoring.load import FLOWS, LOCALES, Loaded, check
from bot.authoring.phrases import phrases
from bot.authoring.release import unsigned


def report(
    folder: Path = FLOWS, locales: Path = LOCALES, release: bool = False, today: date | None = None
) -> tuple[list[str], int]:
    """The lines to print and the exit code: 1 if anything is wrong, or if there was nothing to check.

    `today`: the day by which reviews are due; a warning changes no exit code. A release wants each of them named.
    """
    loaded = check(folder, locales, today)
    lines = [str(d) for d in loaded.found if d.severity == "error"]
    due = [d for d in loaded.found if release and d.code in REVIEWS]
    lines += _warnings([d for d in loaded.found if d.severity != "error" and d not in due])
    lines += map(str, due)
    if errors(loaded.found) or loaded.folder is None or loaded.reach is None:
        count = sum(d.severity == "error" for d in loaded.found)
        return [*lines, f"{count} error{'' if count == 1 else 's'}"], 1
    counts = counted(loaded, loaded.folder)
    lines.append(", ".join(f"{number} {what}" for what, number in counts.items()))
    empty = [what for what, number in counts.items() if not number]
    lines += [f"nothing was checked: no {what}" for what in empty]
    missing = list(unsigned(loaded.folder.release)) if release else []
    lines += [f"not ready for people: {what}" for what in missing]
    return lines, 1 if empty or missing else 0


def _warnings(found: list[Diagnostic]) -> Iterator[str]:
    """Unfinished translations come by the hundred: the first of each kind in a file, and how many there are."""
    kinds = Counter((d.file, d.code) for d in found)
    first = {(d.file, d.code): d for d in reversed(found)}
    for kind, d in first.items():
        yield f"{d}, one of {kinds[kind]}" if kinds[kind] > 1 else str(d)


def counted(loaded: Loaded, folder: Folder) -> dict[str, int]:
    """What was looked at."""
    visited, book = loaded.reach, loaded.book
    return {
        "flows": len(folder.flows),
        "steps": sum(1 for _ in folder.steps()),
        "states": len(visited.states) if visited else 0,
        "edges": visited.exploration.edges if visited else 0,
        "texts": sum(1 for _ in phrases(folder)),
        "sources": len(folder.sources.entries),
        "languages": len(book.languages) if book else 0,
    }
