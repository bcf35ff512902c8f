"""What is due to be looked at again: a source or an entry past its review date. It warns and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.authoring.diagnostic import Diagnostic, at
from bot.authoring.directory import entries
from bot.authoring.folder import Folder


def check_reviews(folder: Folder, today: date) -> Iterator[Diagnostic]:
    """Sources by their `review`; entries by their own, or else by that of the guide they were taken from."""
    due = {key.text: source.text("review") for key, source in folder.sources.tables()}
    for key, source in folder.sources.tables():
        if _past(due[key.text], today):
            message = f"'{key.text}' was to be looked at again by {due[key.text]}"
            yield at(source.key("review").place, "F406", message, "read the source anew, then move the date")
    for entry in entries(folder.centres):
        day = entry.text("review") or due.get(entry.text("guide"), "")
        if _past(day, today):
            message = f"'{entry.text('id')}' was to be looked at again by {day}"
            yield at((entry.get("review") or entry).place, "C110", message, "dial its numbers, then give it a 'review'")


def _past(day: str, today: date) -> bool:
    """The day itself is still in time. A day is written as YYYY-MM-DD, so words compare as days do."""
    return bool(day) and day < today.isoformat()
