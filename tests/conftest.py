"""What most tests need: the real flows, loaded once, and one fixed moment."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from bot.authoring.load import load
from bot.conversation import Book, turns
from bot.dialogue.explore import Exploration, explore

#: A Thursday noon in Kazakhstan.
NOON = datetime(2026, 1, 15, 12, 0, tzinfo=ZoneInfo("Asia/Almaty"))
#: A Saturday night.
NIGHT = datetime(2026, 1, 17, 23, 30, tzinfo=ZoneInfo("Asia/Almaty"))


#: Every screen of every state in every language, by day and by night: tests that visit all share them. 5 KB each.
SCREENS = 40_000


@pytest.fixture(scope="session", autouse=True)
def _screens_are_worded_once() -> None:
    turns._drawn = lru_cache(maxsize=SCREENS)(turns._drawn.__wrapped__)


@pytest.fixture(scope="session")
def book() -> Book:
    loaded, diagnostics = load()
    assert loaded is not None, "\n".join(map(str, diagnostics))
    return loaded


@pytest.fixture(scope="session")
def exploration(book: Book) -> Exploration:
    return explore(book.dialogue)


@pytest.fixture
def now() -> datetime:
    return NOON


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (`record_property("figure", …)`), from whichever process they ran in."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    for report in reports:
        for name, value in getattr(report, "user_properties", []):
            if name == "figure" and report.when == "call":
                terminalreporter.write_line(str(value))
