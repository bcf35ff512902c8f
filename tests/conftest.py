"""What most tests need: the real flows, loaded once, and one fixed moment."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.authoring.load import load
from bot.conversation import Book
from bot.dialogue.explore import Exploration, explore

#: A Thursday noon in Kazakhstan.
NOON = datetime(2026, 1, 15, 12, 0, tzinfo=ZoneInfo("Asia/Almaty"))
#: A Saturday night.
NIGHT = datetime(2026, 1, 17, 23, 30, tzinfo=ZoneInfo("Asia/Almaty"))


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
