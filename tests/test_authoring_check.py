"""`main.py check` counts what it looked at and refuses to be content with nothing; `main.py export` tells all of it."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.authoring.directory import valid_number
from bot.authoring.export import export
from bot.authoring.load import FLOWS, Loaded, check, load
from bot.authoring.report import report
from bot.authoring.tone import typed_numbers
from bot.conversation import begin
from tests.conftest import NOON

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


# ---- what is due to be looked at again


def test_what_is_past_its_review_date_is_named_and_stops_nothing(tmp_path: Path) -> None:
    """The guide and both entries that go by it: from the day after, not on the day itself, and never without a day."""
    for today, expected in {date(2025, 9, 16): set(), date(2025, 9, 17): {"F406", "C110"}, None: set()}.items():
        lines, code = report(WHOLE, tmp_path, today=today)
        assert {word for word in ("F406", "C110") if any(word in line for line in lines)} == expected
        assert code == 0
        assert report(WHOLE, tmp_path)[0][-1] == lines[-1], "the counts are the same"


def test_a_release_lists_each_of_them(tmp_path: Path) -> None:
    day = date(2025, 9, 17)
    assert len([line for line in report(WHOLE, tmp_path, today=day)[0] if "C110" in line]) == 1
    lines, code = report(WHOLE, tmp_path, release=True, today=day)
    assert [line.partition("'")[2].partition("'")[0] for line in lines if "C110" in line] == ["rescue", "centre"]
    assert len([line for line in lines if "F406" in line]) == 1
    assert code == report(WHOLE, tmp_path, release=True)[1]


def test_an_entry_with_a_review_date_of_its_own_goes_by_that(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(WHOLE, flows)
    centres = (flows / "centres.yaml").read_text(encoding="utf-8")
    (flows / "centres.yaml").write_text(f"{centres}  review: 2026-01-31\n", encoding="utf-8")
    for today, names in {date(2026, 1, 31): ["rescue"], date(2026, 2, 1): ["rescue", "centre"]}.items():
        found = [d for d in check(flows, tmp_path, today).found if d.code == "C110"]
        assert [d.message.split("'")[1] for d in found] == names
        assert all(d.severity == "warning" for d in found)
    (flows / "centres.yaml").write_text(f"{centres}  review: soon\n", encoding="utf-8")
    assert [d.code for d in check(flows, tmp_path).found] == ["C109"]


def test_only_the_command_line_knows_what_day_it_is() -> None:
    """So no test depends on the day it runs."""
    texts = {path.name: path.read_text("utf-8") for path in (FLOWS.parent / "bot" / "authoring").glob("*.py")}
    assert "review.py" in texts
    assert [name for name, text in texts.items() if ".today(" in text or ".now(" in text] == []
    assert "today=datetime.now(UTC).date()" in (FLOWS.parent / "bot" / "cli.py").read_text("utf-8")


# ---- the line on the trial version


def test_the_trial_line_is_there_until_everything_is_signed(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(FLOWS, flows)
    release = (flows / "release.yaml").read_text(encoding="utf-8")
    signed = release.replace("signed: no", "signed: yes\n    by: staff\n    date: 2026-11-01")
    assert signed.count("signed: yes") > 3
    texts = {"all": signed, "all but one": signed.replace("    by: staff\n", "", 1)}  # that none is signed, others see
    for which, text in texts.items():
        (flows / "release.yaml").write_text(text, encoding="utf-8")
        book, found = load(flows)
        assert book is not None, found
        first = {one: begin(book, one, NOON).screen.text for one in book.languages}
        assert len(first) == 3
        marks = {"en": "Trial version", "ru": "Пробная версия", "kk": "Сынақ нұсқасы"}
        assert all((marks[one] in told) == (which != "all") for one, told in first.items()), which
    assert [d for d in check(flows).found if d.severity == "error"] == []


# ---- a broken entry of the directory


def test_a_broken_entry_fails_with_its_place(tmp_path: Path) -> None:
    """A number of another country, a short code nobody declared, a service nobody knows, no source, no such passage."""
    entry = (WHOLE / "centres.yaml").read_text(encoding="utf-8")
    broken = {
        ('"+77272432221"', '"+447272432221"'): ("C101", 17),
        ('short_numbers: ["112"]', "short_numbers: [rescue]"): ("C102", 6),
        ("services: [shelter]", "services: [shelters]"): ("C103", 18),
        ("  source: [guide#first.3]\n", ""): ("C109", 12),
        ("guide#first.3", "gide#first.3"): ("F110", 19),
        ("guide#first.3", "guide#first.9"): ("F111", 19),
        ("  guide: guide\n- id", "  guide: gide\n- id"): ("F110", 11),
    }
    for number, ((old, new), (code, line)) in enumerate(broken.items()):
        flows = tmp_path / str(number) / "flows"
        shutil.copytree(WHOLE, flows)
        assert old in entry
        (flows / "centres.yaml").write_text(entry.replace(old, new), encoding="utf-8")
        lines, status = report(flows, tmp_path)
        assert status == 1
        assert any(f"centres.yaml:{line}:" in one and f" {code}:" in one for one in lines), (new, lines)
    flows = tmp_path / "called" / "flows"
    shutil.copytree(WHOLE, flows)
    (flows / "centres.yaml").write_text(entry.replace('rescue: "112"', 'rescue: "113"'), encoding="utf-8")
    lines, status = report(flows, tmp_path)
    assert status == 1 and any("centres.yaml:" in one for one in lines), lines
