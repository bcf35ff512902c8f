"""The catalogues themselves: whole, worded as GLOSSARY.md says, and fit for any gettext editor."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import write_po

from bot.authoring.directory import LONGEST_LABEL
from bot.authoring.folder import Folder, read_folder
from bot.authoring.gender import gendered
from bot.authoring.glossary import folded, read_glossary
from bot.authoring.load import FLOWS, LOCALES, check, load
from bot.authoring.locales import template, update
from bot.authoring.phrases import Phrase, phrases
from bot.authoring.release import UNREVIEWED, offered, reviewed
from bot.authoring.report import report
from bot.authoring.wording import english_left, worded
from bot.conversation import Book
from tests.catalogue import messages
from tests.pseudo import pseudo

WHOLE = Path(__file__).parent / "broken" / "whole"
FILES = sorted(LOCALES.glob("*/LC_MESSAGES/messages.po"))
GLOSSARY, WRONG = read_glossary(LOCALES)
PLURALS = {"ru": 3, "kk": 2}


@pytest.fixture(scope="module")
def folder() -> Folder:
    found, wrong = read_folder(FLOWS)
    assert found is not None, wrong
    return found


def language(path: Path) -> str:
    return path.parent.parent.name


def told(folder: Folder, path: Path) -> Iterator[tuple[Phrase, str]]:
    """Each text with its translation, for those that have one."""
    catalogue = messages(path)
    for phrase in phrases(folder):
        message = catalogue.get(phrase.text, phrase.context)
        if message and message.string and not message.fuzzy:
            yield phrase, str(message.string)


# ---- the real catalogues


def test_what_is_offered_is_whole_and_nothing_else_is_offered(folder: Folder, book: Book) -> None:
    assert offered(folder.release)[0] == "en"
    assert book.languages == offered(folder.release)


def test_nothing_is_missing_and_nothing_is_left_in_english(
    folder: Folder, book: Book, record_property: Callable[[str, object], None]
) -> None:
    """Where a language is offered; where it is not yet, how far it is. What equals the English is names and numbers."""
    wanted = {(phrase.context, phrase.text) for phrase in phrases(folder)}
    assert FILES
    for path in FILES:
        pairs = list(told(folder, path))
        missing = wanted - {(phrase.context, phrase.text) for phrase, _ in pairs}
        same = {phrase.text for phrase, text in pairs if text == phrase.text}
        figure = f"{language(path)}: {len(missing)} of {len(wanted)} texts missing; as in English: {sorted(same)}"
        record_property("figure", figure)
        if language(path) in book.languages:
            assert missing == set()
        assert [p for p, text in pairs if english_left(language(path), p, text, GLOSSARY)] == []
        assert [text for p, text in pairs if p.short and "{" not in text and len(text) > LONGEST_LABEL] == []


def test_no_russian_text_tells_whether_a_man_or_a_woman_reads(
    folder: Folder, record_property: Callable[[str, object], None]
) -> None:
    pairs = list(told(folder, LOCALES / "ru" / "LC_MESSAGES" / "messages.po"))
    found = [f"{phrase.context}: {hit}" for phrase, text in pairs if (hit := gendered(text, phrase.short))]
    third = [phrase.context for phrase, text in pairs if "@friend" in phrase.context and _THIRD.search(text)]
    record_property("figure", f"gender: {len(pairs)} Russian texts looked at, {len(found)} tell it: {found}")
    record_property("figure", f"gender: {len(third)} of the friend's texts say он, она: to be read: {third}")
    assert found == []


_THIRD = re.compile(r"\b(?:он|она|ему|ей|его|её|него|неё|нему|ней)\b", re.IGNORECASE)


def test_the_catalogues_open_in_any_gettext_editor(folder: Folder) -> None:
    """Header, plural forms, contexts and the notes for translators; every text of the template once."""
    pot = {(message.context, message.id): message for message in template(folder) if message.id}
    assert len(pot) > 1000
    assert {language(path) for path in FILES} >= {"ru", "kk"}
    for path in FILES:
        raw, catalogue = path.read_bytes(), messages(path)
        assert raw.decode("utf-8") and b"\r" not in raw and not raw.startswith(b"\xef\xbb\xbf")
        assert catalogue.charset.lower() == "utf-8"
        assert str(catalogue.locale_identifier) == language(path)
        assert catalogue.num_plurals == PLURALS[language(path)]
        headers = dict(catalogue.mime_headers)
        assert headers["MIME-Version"] == "1.0" and headers["Content-Transfer-Encoding"] == "8bit"
        there = [message for message in catalogue if message.id]
        assert len({(message.context, message.id) for message in there}) == len(there)
        for message in there:
            assert message.context, message.id
            if (message.context, message.id) in pot:
                notes = pot[message.context, message.id].auto_comments
                assert " ".join(message.auto_comments).split() == " ".join(notes).split(), message.context


def test_a_catalogue_says_that_nobody_has_reviewed_it_until_somebody_has(folder: Folder) -> None:
    assert FILES
    for path in FILES:
        unsigned = language(path) not in reviewed(folder.release)
        assert (UNREVIEWED in messages(path).header_comment.lower()) == unsigned, "run: make locales"


# ---- the rules


def test_the_glossary_holds_rules_for_both_languages() -> None:
    assert WRONG == []
    assert len(GLOSSARY.safety) > 10
    assert all(set(safety.told) == {"ru", "kk"} for safety in GLOSSARY.safety)
    assert {never.language for never in GLOSSARY.never} == {"ru", "kk"}
    assert len(GLOSSARY.never) > 15


def codes(words: str, english: str = "Something.", name: str = "ru", short: bool = False) -> list[str]:
    phrase = Phrase("a.b", english, None, "text", short=short)  # type: ignore[arg-type]
    return [code for code, _ in worded(name, phrase, words, GLOSSARY)]


def test_words_that_hurt_or_mislead_are_refused() -> None:
    never = {
        "ru": ["Жертвам помогут.", "Звонок **анонимный**.", "ДКП за 72 часа", "твоя вина", "Изнасилованная", "подруга"],
        "kk": ["құрбандарға", "КДП беріледі", "анонимді", "ол саған көмектеседі", "құрбыңыз"],
    }
    for name, texts in never.items():
        for text in texts:
            assert "L112" in codes(text, name=name), text
    fine = {"ru": ["Пострадавшие", "доты", "о статье «Изнасилование»", "ПКП"], "kk": ["сенім телефоны", "сенеміз"]}
    for name, texts in fine.items():
        for text in texts:
            assert codes(text, name=name) == [], text


def test_a_lost_safety_word_is_found() -> None:
    lost = {
        "Medicine against HIV.": {"ru": "Лекарство.", "kk": "Дәрі."},
        "Ask for PEP.": {"ru": "Попросите лекарство.", "kk": "Дәрі сұраңыз."},
        "An ambulance comes.": {"ru": "Помощь едет.", "kk": "Көмек келеді."},
        "The hospital tells the police.": {"ru": "Больница сообщит.", "kk": "Аурухана хабарлайды."},
        "Emergency contraception.": {"ru": "Таблетка.", "kk": "Дәрі."},
    }
    kept = {
        "Medicine against HIV.": {"ru": "Лекарство от ВИЧ.", "kk": "АИТВ-дан қорғайтын дәрі."},
        "An ambulance comes.": {"ru": "Приедет **скорая**.", "kk": "Жедел жәрдемнің көлігі келеді."},
        "The hospital tells the police.": {"ru": "Больница сообщит полиции.", "kk": "Аурухана полицияға хабарлайды."},
        "{police} answers": {"ru": "{police} ответит", "kk": "{police} жауап береді"},
    }
    for english, texts in lost.items():
        assert [codes(text, english, name) for name, text in texts.items()] == [["L113"], ["L113"]], english
    for english, texts in kept.items():
        assert [codes(text, english, name) for name, text in texts.items()] == [[], []], english


def test_only_the_quotation_marks_of_the_language_are_taken() -> None:
    for text in ['Скажите "да"', "Скажите “да”", "Скажите „да“", "Скажите 'да'", "Скажите «да", "Скажите ‘да’"]:
        assert codes(text) == codes(text, name="kk") == ["L114"], text
    for text in ["Скажите «да»", "King's College Hospital", "«Не молчи» и «да»"]:
        assert codes(text) == [], text


def test_english_is_left_in_names_only() -> None:
    assert codes("Звоните или call") == ["L116"]
    assert codes("WhatsApp, PEP, гепатиты B и C, {helpline}") == []
    assert codes("Something.", name="ru") == ["L116"]
    assert codes("Biror narsa.", name="uz") == []
    assert codes("Something.", name="uz") == ["L116"], "what is still the English words"
    assert codes("WhatsApp: {number}", "WhatsApp: {number}", name="uz") == []


GENDERED = """
    вы готова|Вы уверена в этом?|если вы пришёл|вы не хотела|вы уже сделал выбор|вы одна?|Вы сама решаете|вы должен
    я был там|я не понял|я уже не хотела|вам самой решать|идти одной|чувствуете себя виноватой|вы ранена
    если готова|сам(а)|готов(а)|сделал(а)|уверен/а|готов/готова|он/она|его/её|вы смогла|вы обратилась|вы шёл
"""
NEUTRAL = """
    вы готовы|вы пострадали|если вы пришли|вы одни|решаете вы сами|вы не виноваты|вам может быть плохо|для вас дела
    это была не ваша вина|был алкоголь|экспертиза была|человек пришёл|скорая приехала|полиция сообщила|если была травма
    идти с кем-то|самой близкой больнице|один человек|я программа, не человек|я не знаю|источник сказал, что вы можете
    чувствуете себя плохо|вы можете сказать, что человек пришёл|112/103|24/7|одна из больниц|вы и она|если готово
"""


def texts_of(rows: str) -> list[str]:
    return [text.strip() for text in re.split(r"[|\n]", rows) if text.strip()]


def test_a_gender_is_seen_beside_the_reader_and_nowhere_else() -> None:
    assert [text for text in texts_of(GENDERED) if not gendered(text)] == []
    assert [text for text in texts_of(NEUTRAL) if gendered(text)] == []


def test_on_a_button_the_reader_speaks() -> None:
    for label in ("Поняла", "Не понял", "Да, согласна", "Готов", "Одна", "Передумала", "Нет, не уверена"):
        assert gendered(label, label=True), label
    for label in ("Да, безопасно", "Одна больница", "Мне нет 18 лет", "Прошло 5 дней", "Была экспертиза", "Дальше"):
        assert not gendered(label, label=True), label
    assert folded("**Ещё**") == "Еще"


# ---- behind the flows


def catalogue(folder: Folder, locales: Path, name: str, leave: int = 0) -> None:
    """A catalogue of the small book, without its last texts."""
    (path,) = (path for path in update(folder, locales, [name]) if path.suffix == ".po")
    found = messages(path)
    texts = [message for message in found if message.id]
    for message in texts[: len(texts) - leave]:
        message.string = pseudo(str(message.id))
    for message in texts[len(texts) - leave :]:
        message.string = ""
    with path.open("wb") as opened:
        write_po(opened, found, width=0)


def small(folder: Path, names: str) -> Folder:
    """The small book with a list of offered languages."""
    shutil.copytree(WHOLE, folder / "flows")
    (folder / "flows" / "release.yaml").write_text(f"offered: [{names}]\n", encoding="utf-8")
    found, wrong = read_folder(folder / "flows")
    assert found is not None, wrong
    return found


def test_an_offered_language_may_lack_nothing(tmp_path: Path) -> None:
    folder = small(tmp_path, "en, ru")
    for name, leave in {"ru": 1, "kk": 2}.items():
        catalogue(folder, tmp_path / "locales", name, leave)
    checked = check(tmp_path / "flows", tmp_path / "locales")
    assert [(d.severity, d.code) for d in checked.found if "/ru/" in d.file] == [("error", "L101")]
    assert {(d.severity, d.code) for d in checked.found if "/kk/" in d.file} == {("warning", "L101")}
    assert checked.book is None
    book, _ = load(tmp_path / "flows", tmp_path / "locales")
    assert book is not None and book.languages == ("en",), "the bot goes on without it"
    catalogue(folder, tmp_path / "locales", "ru")
    checked = check(tmp_path / "flows", tmp_path / "locales")
    assert checked.book is not None and checked.book.languages == ("en", "ru")


def test_an_offered_language_may_hold_nothing_old_or_fuzzy(tmp_path: Path) -> None:
    folder = small(tmp_path, "en, ru")
    catalogue(folder, tmp_path / "locales", "ru")
    path = tmp_path / "locales" / "ru" / "LC_MESSAGES" / "messages.po"
    whole = path.read_text(encoding="utf-8")
    worse = {
        "L102": whole.replace('msgctxt "extra.first"', '#, fuzzy\nmsgctxt "extra.first"'),
        "L103": whole + '\n#~ msgctxt "extra.old"\n#~ msgid "Old."\n#~ msgstr "Былое."\n',
    }
    for code, text in worse.items():
        path.write_text(text, encoding="utf-8")
        found = check(tmp_path / "flows", tmp_path / "locales").found
        assert [(d.severity, d.code) for d in found] == [("error", code)]
        assert found[0].line > 1
        lines, status = report(tmp_path / "flows", tmp_path / "locales")
        assert status == 1 and code in lines[0]


def test_a_language_without_a_catalogue_cannot_be_offered(tmp_path: Path) -> None:
    small(tmp_path, "en, uz")
    found = check(tmp_path / "flows", tmp_path / "locales").found
    assert [(d.severity, d.code, d.file, d.line) for d in found] == [("error", "L101", "flows/release.yaml", 1)]


def test_a_whole_language_waits_until_it_is_offered(tmp_path: Path) -> None:
    catalogue(small(tmp_path, "en"), tmp_path / "locales", "ru")
    book, _ = load(tmp_path / "flows", tmp_path / "locales")
    assert book is not None and book.languages == ("en",)
    assert book.translations["ru"], "words to show to somebody else are in all languages there are"


def test_a_mistake_in_a_catalogue_takes_the_language_away_and_not_the_bot(tmp_path: Path) -> None:
    catalogue(small(tmp_path, "en, ru"), tmp_path / "locales", "ru")
    path = tmp_path / "locales" / "ru" / "LC_MESSAGES" / "messages.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'(?m)^(msgstr .*)\{rescue\}', r"\1{rescu}", text), encoding="utf-8")
    book, found = load(tmp_path / "flows", tmp_path / "locales")
    assert {d.code for d in found} == {"L104"}
    assert book is not None and book.languages == ("en",)
    assert check(tmp_path / "flows", tmp_path / "locales").book is None


def test_a_release_says_which_words_no_native_speaker_has_read(tmp_path: Path) -> None:
    lines, status = report(release=True)
    assert status == 1
    signed = (FLOWS / "release.yaml").read_text(encoding="utf-8")
    for name in ("ru", "kk"):
        assert (name in reviewed(read_folder(FLOWS)[0].release)) != any(  # type: ignore[union-attr]
            f"locales/{name} is {UNREVIEWED}" in line for line in lines
        )
    folder = small(tmp_path, "en")
    (path,) = (path for path in update(folder, tmp_path, ["kk"]) if path.suffix == ".po")
    assert UNREVIEWED in messages(path).header_comment.lower()
    signed = "sign_offs:\n  kazakh: {what: Read., language: kk, signed: yes, by: native reader, date: 2026-12-01}\n"
    (tmp_path / "flows" / "release.yaml").write_text(signed, encoding="utf-8")
    again, _ = read_folder(tmp_path / "flows")
    assert again is not None
    list(update(again, tmp_path, ["kk"]))
    assert UNREVIEWED not in messages(path).header_comment.lower()
