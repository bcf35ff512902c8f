"""Whatever is in a file, an author gets a tree or a diagnostic, never an exception; and words stay words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.authoring.diagnostic import Place, suggest
from bot.authoring.load import FLOWS, load
from bot.authoring.tree import DEEPEST, LARGEST, Row, Table, Word, read, walk

WHOLE = Path(__file__).parent / "broken" / "whole"
REAL = sorted(FLOWS.rglob("*.yaml"))
#: Pieces that mean something to YAML or to us, so that random text gets past the first character.
PIECES = st.sampled_from(
    ["a", "steps", "say", "text", ": ", ":\n", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ",", "|", ">-", "'"]
    + ['"', "&a", "*a", "!!str", "<<", "---", "...", "%YAML 1.1", "#", " #", "\t", "\x00", "\ufeff", "\u200b", "\u2028"]
    + ["?", "{x}", "no", "0150", "\\u202e", "é", "қ", "@", "`", "~", "=", "\r\n", "\ud7ff", "flow: extra"]
)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_no_bytes_make_the_reader_raise(raw: bytes) -> None:
    tree, found = read("x.yaml", raw)
    assert (tree is None) <= bool(found)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_yaml_makes_the_reader_raise(text: str) -> None:
    tree, found = read("x.yaml", text.encode())
    assert (tree is None) <= bool(found)
    assert all(d.line >= 1 and d.column >= 1 for d in found)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_to_a_file_makes_loading_raise(tmp_path: Path, data: st.DataObject) -> None:
    """A whole book with one file cut, doubled, or with a piece put somewhere: diagnostics, or still a book."""
    folder = tmp_path / "flows"
    shutil.copytree(WHOLE, folder, dirs_exist_ok=True)
    path = data.draw(st.sampled_from(sorted(folder.rglob("*.yaml"))))
    text = path.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    piece = data.draw(st.one_of(PIECES, st.just(""), st.text(max_size=5)))
    path.write_bytes((text[:start] + piece + text[end:]).encode("utf-8", "surrogatepass"))
    book, found = load(folder, tmp_path / "none")
    assert book is not None or found


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_files_are_read_with_every_place(path: Path) -> None:
    raw = path.read_bytes()
    tree, found = read(path.name, raw)
    assert found == []
    assert tree is not None
    lines = raw.decode().split("\n")
    plain = [node for node in walk(tree) if isinstance(node, Word) and node.text and "\n" not in node.text]
    assert plain
    for node in plain:
        assert 1 <= node.place.line <= len(lines)
        assert node.place.column <= len(lines[node.place.line - 1])


def test_words_stay_words() -> None:
    raw = b"a: no\nb: 0150\nc: 12:30:00\nd: 2024-01-01\ne: ~\nf: 1e3\n"
    tree, found = read("x.yaml", raw)
    assert found == []
    assert isinstance(tree, Table)
    assert [tree.text(key) for key in "abcdef"] == ["no", "0150", "12:30:00", "2024-01-01", "~", "1e3"]


def test_places_count_from_one_and_point_at_the_words() -> None:
    tree, _ = read("x.yaml", "a:\n  - қазақ: слово\n".encode())
    assert isinstance(tree, Table)
    row = tree.get("a")
    assert isinstance(row, Row)
    first = row.items[0]
    assert isinstance(first, Table)
    assert first.entries[0][1].place == Place("x.yaml", 2, 12)


def test_the_bombs_of_yaml_are_refused() -> None:
    aliases = "a: &a [x,x]\n" + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    bombs = {
        "F002": aliases,
        "F003": "a: !!python/object/apply:os.system [ls]\n",
        "F004": "a:\n  <<: {b: c}\n",
        "F007": "[" * 5000,
        "F008": "a: b\n" * (LARGEST // 4),
    }
    for code, text in bombs.items():
        assert [d.code for d in read("x.yaml", text.encode())[1]] == [code]
    assert read("x.yaml", ("[" * DEEPEST + "]" * DEEPEST).encode())[1] == []


def test_a_hidden_character_behind_an_escape_is_found() -> None:
    assert [d.code for d in read("x.yaml", b'a: "safe\\u202e word"\n')[1]] == ["F011"]


def test_the_nearest_name_is_suggested() -> None:
    assert suggest("medical.windws", ["medical.windows", "menu"]) == "did you mean 'medical.windows'?"
    assert suggest("xyz", ["medical.windows", "menu"]) == ""
