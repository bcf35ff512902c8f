"""`main.py check` counts what it looked at and refuses to be content with nothing; `main.py export` tells all of it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from bot.authoring.directory import valid_number
from bot.authoring.export import export
from bot.authoring.load import FLOWS, Loaded, check, load
from bot.authoring.report import report
from bot.authoring.tone import typed_numbers

WHOLE = Path(__file__).parent / "broken" / "whole"


@pytest.fixture(scope="module")
def checked() -> Loaded:
    loaded = check()
    assert loaded.book is not None, "\n".join(map(str, loaded.found))
    return loaded


def test_the_counts_are_printed_and_none_is_zero(tmp_path: Path) -> None:
    lines, code = report(WHOLE, tmp_path)
    assert code == 0
    counts = [int(number) for number in re.findall(r"(\d+) [a-z]+", lines[-1])]
    assert len(counts) == 7
    assert all(counts)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    lines, code = report(flows, tmp_path)
    assert code == 1
    assert any("F019" in line for line in lines)


def test_a_mistake_ends_with_one_and_its_line(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(WHOLE, flows)
    (flows / "extra.yaml").write_text("flow: [\n", encoding="utf-8")
    lines, code = report(flows, tmp_path)
    assert code == 1
    assert [line for line in lines if "F001" in line]
    assert len(lines) == 2  # syntax first and alone, then the count
    assert load(flows, tmp_path)[0] is None


def test_a_release_names_what_is_not_signed(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(WHOLE, flows)
    assert report(flows, tmp_path, release=True)[1] == 1
    signed = "sign_offs:\n  numbers:\n    what: Dialled.\n    signed: yes\n    by: staff\n    date: 2026-11-01\n"
    (flows / "release.yaml").write_text(signed, encoding="utf-8")
    assert report(flows, tmp_path, release=True)[1] == 0
    (flows / "release.yaml").write_text(signed.replace("    by: staff\n", ""), encoding="utf-8")
    assert report(flows, tmp_path, release=True)[1] == 1


def test_the_export_holds_every_step_filled_in(checked: Loaded) -> None:
    assert checked.book is not None
    assert checked.reach is not None
    told = json.loads(json.dumps(export(checked.book, checked.reach), ensure_ascii=False))
    assert set(told) == {"languages", "states", "steps", "centres"}
    assert told["states"] == len(checked.reach.states) < 20_000
    assert set(told["steps"]) == set(checked.book.dialogue.steps)
    assert told["centres"]
    for name, step in told["steps"].items():
        assert step["taps"] is not None, name
        assert step["parent"] in told["steps"]
        for say in step["says"]:
            assert set(say) == {"when", "reader", "text", "sources", "hard"}
            assert say["reader"] in ("survivor", "friend", None)
            assert set(say["text"]) == set(told["languages"])
            assert not any("{" in text for text in say["text"].values()), name
        for choice in step["choices"]:
            assert choice["to"], name
            assert all(rule["step"] for rule in choice["to"])


def test_the_export_is_the_same_each_time(checked: Loaded) -> None:
    assert checked.book is not None
    assert checked.reach is not None
    assert json.dumps(export(checked.book, checked.reach)) == json.dumps(export(checked.book, checked.reach))


def test_numbers_in_disguise_are_found() -> None:
    declared = frozenset({"112", "150"})
    wrong = {
        "F402": ["+7 727 243 22 21", "8(727)2432221", "87272432221", "1 1 2", "8-727-243-22-21", "2432221"],
        "F403": ["call 150 now", "112."],
        "F404": ["see www.example", "a@b.kz", "write to @helper", "https://x", "example.org", "tg://user"],
        "F405": ["１１２", "١٥٠", "15⁰"],
    }
    for code, texts in wrong.items():
        for text in texts:
            assert code in [found for found, _ in typed_numbers(text, declared)], text
    for text in ["within 72 hours", "5 years", "about 100 000 tenge", "Article 120", "24/7", "15 to 20", "in 2024. It"]:
        assert list(typed_numbers(text, declared)) == [], text


def test_a_note_may_hold_only_its_own_number_as_dialled_at_home(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(WHOLE, flows)
    centres = (flows / "centres.yaml").read_text(encoding="utf-8")
    for number, codes in {"8 727 243 22 21": ["F402"], "0727 243 22 21": [], "0727 243 22 22": ["F402"]}.items():
        note = f'  notes:\n  - text: "At home: {number}."\n    source: [guide#first.3]\n'
        (flows / "centres.yaml").write_text(centres + note, encoding="utf-8")
        assert [d.code for d in check(flows, tmp_path).found] == codes, number


def test_numbers_are_valid_for_their_own_country_only() -> None:
    assert valid_number("+77272432221", "KZ")
    assert not valid_number("+77272432221", "GB")
    assert not valid_number("87272432221", "KZ")
    assert not valid_number("+7727243222", "KZ")
    assert not valid_number("+7 727 243 22 21", "KZ")


def test_all_of_the_real_flows_is_reached(checked: Loaded) -> None:
    assert checked.reach is not None
    assert [d for d in checked.found if d.severity == "error"] == []
    assert {state.step for state in checked.reach.states} >= {"start.first"}
    assert FLOWS.is_dir()
