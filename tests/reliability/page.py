"""docs/reliability.md: made from the cases and from what was seen when they were played."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.reliability.case import Case
from tests.reliability.cases import PARTS

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
HEAD = """# What happens when something goes wrong

This page is written by `make reliability`, which plays every row with the real process against a fake Telegram (the
rows that name a test: by that test), and writes nothing unless all of them hold. `make test` looks whether page and
cases still say the same, and plays the short ones. The last column is what was seen in the run that wrote the page;
times are of a machine with two cores.

In every row: the process ends only where it says so, and then with 0, or with one clear line and 2 (an operator is
needed) or 75 (later may help: whatever runs it starts it again); nothing of a person and not the token gets into its
output, at `DEBUG`; it asks Telegram for nothing the Bot API does not have; and whoever comes next is answered.

Words used: *to keep* is to hold something until it is answered or deleted; *the inbox* is the sealed file, or Redis,
in which updates wait; *the red button* brings the emergency card. How the bot sends, and what it shares with other
machines: [webhook.md](webhook.md).

## What it asks of Telegram

A tap costs two requests when updates are fetched (the answer to the press, the edit), and one with a webhook, where the
answer to the press is the response itself. Answers to presses do not count against the 25 requests a second: they put
nothing into a chat, Telegram names no limit for them, the best known library's limiter leaves them out as well, and
counting them would halve the number of people answered in a rush. Should Telegram slow them down, they alone pause.
"""
COLUMNS = ("What goes wrong", "What the bot does", "What a person sees", "What is kept or lost", "Seen")


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def row(case: Case, seen: str) -> str:
    shown = f"{seen} (`{case.proof.rpartition('::')[2]}`)" if case.proof else seen
    return f"| {' | '.join(cell(one) for one in (*case.words, shown))} |"


def written(seen: Mapping[str, str]) -> str:
    """The page; `seen`: what was seen, by fault."""
    parts = [HEAD]
    for part in PARTS:
        head = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
        parts.append("\n".join([f"\n## {part.title}\n", *head, *(row(case, seen[case.fault]) for case in part.cases)]))
    return "\n".join(parts) + "\n"


def read(text: str) -> dict[str, list[str]]:
    """Rows of a page by their first cell."""
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith(f"| {COLUMNS[0]} ")]
    cells = [[one.strip() for one in line.replace("\\|", "\0").strip("|").split("|")] for line in rows]
    return {one[0].replace("\0", "\\|"): one for one in cells}
