"""docs/privacy.md names tests that exist, and counts what is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.privacy.seeds import SEEDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")


def test_every_promise_names_a_test_that_is_there() -> None:
    there = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == 6][1:]
    promises = [row for row in rows if not row.startswith("| ---")]
    assert len(promises) > 10
    assert [row for row in promises if not re.findall(r"`(test_\w+)`", row)] == []
    assert [name for name in re.findall(r"`(test_\w+)`", PAGE) if name not in there] == []


def test_every_seeded_bug_still_fits_its_file() -> None:
    """The long check that puts them in would say so too, but nobody runs it at each change."""
    assert len(SEEDS) >= 25
    found = {seed.name: (ROOT / seed.file).read_text("utf-8").count(seed.old) for seed in SEEDS}
    assert {name: count for name, count in found.items() if count != 1} == {}


def test_the_number_of_seeded_bugs_is_right() -> None:
    assert f"| {len(SEEDS)} privacy bugs put in one by one |" in PAGE


def test_the_page_claims_no_more_than_can_be_held() -> None:
    promised = PAGE.partition("## Not promised")[0].lower()
    assert [word for word in ("anonymous", "no trace", "deleted everywhere", "nobody can") if word in promised] == []
