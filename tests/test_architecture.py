"""docs/architecture.md names the rooms that are there, and every file of the largest one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_file_of_the_telegram_room_is_named_once() -> None:
    table = PAGE.partition("files in `bot/channels/telegram/`")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    there = {path.stem for path in (ROOT / "bot" / "channels" / "telegram").glob("*.py")} - {"__init__"}
    assert len(there) > 20
    assert sorted(named) == sorted(there)


def test_every_room_is_named() -> None:
    rooms = [path for path in (ROOT / "bot").iterdir() if not path.name.startswith("__")]
    assert len(rooms) > 8
    names = [f"`bot/{path.name}{'/' if path.is_dir() else ''}`" for path in rooms]
    assert [name for name in names if name not in PAGE] == []
