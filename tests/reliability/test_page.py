"""docs/reliability.md and the cases say the same, and each row is shown by something that is there."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.reliability.cases import PARTS, cases
from tests.reliability.page import HEAD, PAGE, cell, read, written
from tests.reliability.test_cases import identifier

ROOT = Path(__file__).parents[2]


def test_the_page_has_every_case_and_nothing_else() -> None:
    text = PAGE.read_text("utf-8")
    rows = read(text)
    assert len(rows) > 80
    assert list(rows) == [cell(case.fault) for case in cases()], "`make reliability` writes the page anew"
    for case in cases():
        *words, seen = rows[cell(case.fault)]
        assert [one.replace("\0", "\\|") for one in words] == [cell(one) for one in case.words]
        assert seen
    assert text.startswith(HEAD)
    assert [part.title for part in PARTS if f"\n## {part.title}\n" not in text] == []


def test_a_page_reads_back_as_it_was_written() -> None:
    seen = {case.fault: f"seen | {number}" for number, case in enumerate(cases())}
    rows = read(written(seen))
    assert [row[-1].replace("\0", "|").partition(" (`")[0] for row in rows.values()] == list(seen.values())


def test_every_case_is_one_and_is_shown_by_a_scene_or_a_test_that_is_there() -> None:
    names = [identifier(case) for case in cases()]
    assert len(set(names)) == len(names) == len({case.fault for case in cases()})
    assert [case.fault for case in cases() if bool(case.scene) == bool(case.proof)] == []
    proofs = [case.proof.split("::") for case in cases() if case.proof]
    assert proofs
    for file, test in proofs:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert test in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)], test


def test_some_of_each_kind_are_played_by_make_test() -> None:
    assert sum(case.quick for case in cases()) >= 5
