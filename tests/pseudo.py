"""Languages that nobody speaks, to test with before translations are finished: each letter becomes another one."""

from __future__ import annotations

import re
import string
from dataclasses import replace

from bot.authoring.folder import Folder
from bot.authoring.phrases import phrases, references
from bot.conversation import Book
from bot.render import Catalogue

_LETTERS = {"ru": "бвгджзйклмнпрстфхцчшщъыьэю", "kk": "әғқңөұүһібвгджзйклмнпрстфх"}
_PARTS = re.compile(r"(\{[^{}]*\})")
_QUOTED = re.compile(r'"([^"]*)"')


def pseudo(text: str, language: str = "ru") -> str:
    """As long as the English, with its placeholders, numbers and marks, but in Cyrillic letters and quotes."""
    letters = _LETTERS[language]
    table = str.maketrans(string.ascii_letters, letters + letters.upper())
    parts = _PARTS.split(_QUOTED.sub(r"«\1»", text))
    return "".join(part if part.startswith("{") else part.translate(table) for part in parts)


def catalogue(folder: Folder, book: Book, language: str) -> Catalogue:
    """Every text of the flows, also the shared words where they are used."""
    words = {(phrase.context, phrase.text): pseudo(phrase.text, language) for phrase in phrases(folder)}
    used = {(context, book.labels[name]) for context, name in references(folder)}
    return words | {(context, text): pseudo(text, language) for context, text in used}


def in_three_languages(folder: Folder, book: Book) -> Book:
    """The book with Russian and Kazakh: the real ones where they are offered, else such as these."""
    told = {language: book.catalogues.get(language) or catalogue(folder, book, language) for language in ("ru", "kk")}
    return replace(book, catalogues={"en": {}} | told, translations=told)
