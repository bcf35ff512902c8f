"""`release.yaml`: which languages are offered, and who has signed what."""

from __future__ import annotations

from collections.abc import Iterator

from bot.authoring.tree import Table, Tree, walk, words

#: What a catalogue says of itself until a native speaker has signed for it.
UNREVIEWED = "machine-drafted, not yet reviewed by a native speaker"


def offered(release: Table) -> tuple[str, ...]:
    """The languages people are offered, in this order; empty: no list, so every complete one."""
    return words(release.get("offered"))


def offered_trees(release: Table) -> tuple[Tree, ...]:
    return release.row("offered")


def sign_offs(release: Table) -> tuple[Table, ...]:
    return tuple(table for table in walk(release) if isinstance(table, Table) and table.text("what"))


def signed(table: Table) -> bool:
    return table.text("signed") == "yes" and bool(table.text("by")) and bool(table.text("date"))


def reviewed(release: Table) -> frozenset[str]:
    """Languages whose words a native speaker has signed for."""
    return frozenset(table.text("language") for table in sign_offs(release) if table.text("language") and signed(table))


def unsigned(release: Table) -> Iterator[str]:
    """What is lacking before this may be more than a trial version."""
    if not sign_offs(release):
        yield "release.yaml names no sign-offs"
    for table in sign_offs(release):
        if not signed(table):
            language = table.text("language")
            yield f"{table.text('what')} locales/{language} is {UNREVIEWED}." if language else table.text("what")
