"""The page of codes says what the code says."""

from __future__ import annotations

from pathlib import Path

from bot.authoring.codes import CODES, page

ROOT = Path(__file__).parents[1]


def test_the_page_of_codes_is_in_step() -> None:
    written = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    assert written == page(ROOT / "tests" / "broken"), "run: python -m bot.authoring.codes"


def test_every_code_stands_on_the_page_once() -> None:
    rows = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8").splitlines()
    assert len(CODES) > 50
    for code in CODES:
        assert sum(line.startswith(f"| {code} |") for line in rows) == 1, code


def test_every_code_is_used_somewhere() -> None:
    room = ROOT / "bot" / "authoring"
    words = "".join(path.read_text(encoding="utf-8") for path in room.glob("*.py") if path.name != "codes.py")
    assert [code for code in CODES if f'"{code}"' not in words] == []
