"""All cases, in the order of the page."""

from __future__ import annotations

from tests.reliability import (
    abuse,
    content,
    files,
    limits,
    load,
    machine,
    network,
    outages,
    several,
    tokens,
    updates,
    words,
)  # fmt: skip
from tests.reliability.case import Case, Part

PARTS: tuple[Part, ...] = tuple(
    one.PART
    for one in (load, network, limits, tokens, outages, machine, files, several, updates, words, abuse, content)
)


def cases() -> list[Case]:
    return [case for part in PARTS for case in part.cases]
