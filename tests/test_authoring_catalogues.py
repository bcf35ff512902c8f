"""Every word reaches the translators with its context, and a person is offered only what is whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import write_po

from bot.authoring.catalogues import compare, translations
from bot.authoring.diagnostic import Place
from bot.authoring.folder import Folder, read_folder
from bot.authoring.load import FLOWS, load
from bot.authoring.locales import template, update
from bot.authoring.phrases import Phrase, phrases, references
from tests.catalogue import messages
from tests.pseudo import pseudo

ROOT = Path(__file__).parents[1]
WHOLE = Path(__file__).parent / "broken" / "whole"


def real() -> Folder:
    folder, found = read_folder(FLOWS)
    assert folder is not None, found
    return folder


def test_pybabel_finds_every_text_with_its_note(tmp_path: Path) -> None:
    shutil.copytree(FLOWS, tmp_path / "flows")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
    subprocess.run(
        [*command, "-F", "pyproject.toml", "-o", "all.pot", "."],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
    )
    found = messages(tmp_path / "all.pot")
    wanted = [phrase for phrase in phrases(real()) if phrase.text]
    assert len(wanted) > 100
    for phrase in wanted:
        message = found.get(phrase.text, phrase.context)
        assert message is not None, phrase
        told = " ".join(message.auto_comments)
        for note in phrase.notes:
            assert " ".join(note.split()) in " ".join(told.split())
        assert all(source in told for source in phrase.sources)
    assert sum(1 for message in found if message.id) == len({(p.context, p.text) for p in wanted})


def test_the_template_is_what_pybabel_finds() -> None:
    wanted = {(phrase.context, phrase.text) for phrase in phrases(real()) if phrase.text}
    assert {(m.context, m.id) for m in template(real()) if m.id} == wanted


def test_updating_twice_changes_nothing_and_keeps_translations(tmp_path: Path) -> None:
    folder, _ = read_folder(WHOLE)
    assert folder is not None
    first = {path: path.read_bytes() for path in update(folder, tmp_path, ["ru", "kk"])}
    assert {path: path.read_bytes() for path in update(folder, tmp_path, ["ru", "kk"])} == first
    assert len(first) == 3
    assert b"Date" not in b"".join(first.values())
    translate(tmp_path, "ru")
    list(update(folder, tmp_path, ["ru"]))
    kept = messages(tmp_path / "ru" / "LC_MESSAGES" / "messages.po").get("Something is said here.", "extra.first")
    assert kept is not None
    assert kept.string == pseudo("Something is said here.")


def translate(locales: Path, language: str, leave: int = 0, fuzzy: bool = False) -> None:
    """A catalogue in which every text is "translated", but for the last ones."""
    path = locales / language / "LC_MESSAGES" / "messages.po"
    catalogue = messages(path)
    words = [message for message in catalogue if message.id]
    for message in words[: len(words) - leave]:
        message.string = pseudo(str(message.id))
        if fuzzy:
            message.flags.add("fuzzy")
    with path.open("wb") as opened:
        write_po(opened, catalogue)


def begun(tmp_path: Path) -> Path:
    folder, _ = read_folder(WHOLE)
    assert folder is not None
    list(update(folder, tmp_path, ["ru", "kk"]))
    return tmp_path


def offered(locales: Path) -> tuple[str, ...]:
    book, found = load(WHOLE, locales)
    assert book is not None, found
    return book.languages


def test_only_complete_languages_are_offered(tmp_path: Path) -> None:
    locales = begun(tmp_path)
    assert offered(locales) == ("en",)
    translate(locales, "ru")
    assert offered(locales) == ("en", "ru")
    translate(locales, "kk", leave=1)
    assert offered(locales) == ("en", "ru")
    translate(locales, "kk")
    assert set(offered(locales)) == {"en", "ru", "kk"}


def test_a_fuzzy_word_counts_as_missing(tmp_path: Path) -> None:
    locales = begun(tmp_path)
    translate(locales, "ru", fuzzy=True)
    assert offered(locales) == ("en",)
    folder, _ = read_folder(WHOLE)
    assert folder is not None
    found = [d for one in translations(folder, locales) for d in one.found if one.language == "ru"]
    assert {d.code for d in found} == {"L102"}


def test_shared_words_are_translated_where_they_are_used(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree(WHOLE, flows)
    extra = (flows / "extra.yaml").read_text(encoding="utf-8").replace("label: Go on", "label: $more")
    (flows / "extra.yaml").write_text(extra, encoding="utf-8")
    folder, _ = read_folder(flows)
    assert folder is not None
    assert list(references(folder)) == [("extra.first>next", "more")]
    list(update(folder, tmp_path / "locales", ["ru"]))
    translate(tmp_path / "locales", "ru")
    (russian,) = translations(folder, tmp_path / "locales")
    assert russian.complete
    assert russian.words["extra.first>next", "The words more"] == pseudo("The words more")


def test_what_a_translation_must_keep() -> None:
    phrase = Phrase("a.b", "**Within 72 hours**, call {rescue}.\n- Now", Place("x"), "text")
    assert list(compare(phrase, "**В течение 72 часов** звоните {rescue}.\n- Сейчас")) == []
    wrong = {
        "L104": "**В течение 72 часов** звоните {0.__class__}.\n- Сейчас",
        "L105": "В течение 72 часов звоните {rescue}.\n- Сейчас",
        "L106": "**В течение 27 часов** звоните {rescue}.\n- Сейчас",
        "L108": "**В тeчение 72 часов** звоните {rescue}.\n- Сейчас",
        "L109": "**В течение\u200b 72 часов** звоните {rescue}.\n- Сейчас",
        "L110": "**В течение 72 часов** звоните {rescue}, @helper.\n- Сейчас",
    }
    for code, text in wrong.items():
        assert [found for found, _ in compare(phrase, text)] == [code], text


def test_kazakh_words_are_no_mixture() -> None:
    phrase = Phrase("a.b", "Safety in Kazakhstan", Place("x"), "text")
    assert list(compare(phrase, "Қазақстандағы қауіпсіздік, өңір, үй, әке, һәм")) == []
    assert [code for code, _ in compare(phrase, "қaуiпсіздік")] == ["L108"]
