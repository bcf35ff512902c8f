"""Each fault with the real process: what docs/reliability.md promises is what happens."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.conversation import Book
from tests.redis_server import PROGRAM
from tests.reliability.bench import play
from tests.reliability.case import Case
from tests.reliability.cases import cases


@pytest.fixture
def memory() -> Iterator[Path]:
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


def identifier(case: Case) -> str:
    """As a test's name shows it: ASCII, not too long."""
    return re.sub(r"[^a-z0-9]+", "-", case.fault.lower()).strip("-")[:100]


def parameter(case: Case) -> Any:
    return pytest.param(case, marks=[] if case.quick else [pytest.mark.deep], id=identifier(case))


def lacks(case: Case) -> str:
    if case.needs == "mount" and (os.geteuid() != 0 or not shutil.which("mount")):
        return "mounting a small file system needs more rights"
    return "redis-server is not installed" if case.needs == "redis" and not PROGRAM else ""


@pytest.mark.parametrize("case", [parameter(case) for case in cases() if case.scene])
def test_a_fault(case: Case, book: Book, memory: Path, tmp_path: Path, record_property: Any) -> None:
    if why := lacks(case):
        pytest.skip(why)
    told = play(case, book, memory, tmp_path)
    assert told
    record_property("seen", told)
