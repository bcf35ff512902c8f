"""How a translation is worded: words that are lost or never said, quotation marks, gender, English left in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.authoring.gender import gendered
from bot.authoring.glossary import Glossary, any_of, folded
from bot.authoring.phrases import Phrase
from bot.authoring.placeholders import without

#: Languages whose catalogues are written in Cyrillic letters, with «» for quotations.
CYRILLIC = frozenset({"ru", "kk", "ky", "tg", "uk", "be"})
_QUOTES = re.compile(r"[\"“”„‟‹›‚‛`´]|(?<![^\W\d_])['‘’]|['‘’](?![^\W\d_])")
_LATIN = re.compile(r"[A-Za-z]{2,}|(?<![\w])[AIai](?![\w])")
_LETTER = re.compile(r"[^\W\d_]")


def worded(language: str, phrase: Phrase, told: str, glossary: Glossary) -> Iterator[tuple[str, str]]:
    """(code, message) for each wording that a reader of this language should not meet."""
    yield from _never(language, told, glossary)
    if not phrase.short:
        yield from _lost(language, phrase, told, glossary)
    if language in CYRILLIC:
        yield from _quotes(told)
    if language == "ru" and (found := gendered(told, phrase.short)):
        yield "L115", f"'{found}' tells the reader's gender"
    if found := english_left(language, phrase, told, glossary):
        yield "L116", f"'{found}' is English"


def _never(language: str, told: str, glossary: Glossary) -> Iterator[tuple[str, str]]:
    words, unwanted = folded(told), [never for never in glossary.never if never.language == language]
    if not unwanted or not any_of(tuple(never.word for never in unwanted)).search(words):
        return
    for never in unwanted:
        if hit := never.word.search(words):
            yield "L112", f"'{hit[0]}' is never said; instead: {never.instead}"


def _lost(language: str, phrase: Phrase, told: str, glossary: Glossary) -> Iterator[tuple[str, str]]:
    english, words = folded(without(phrase.text)), folded(without(told))
    if not glossary.safety or not any_of(tuple(safety.english for safety in glossary.safety)).search(english):
        return
    for safety in glossary.safety:
        wanted = safety.told.get(language)
        if wanted and (hit := safety.english.search(english)) and not wanted.search(words):
            yield "L113", f"'{hit[0]}' has to be told with: {safety.shown[language]}"


def _quotes(told: str) -> Iterator[tuple[str, str]]:
    if hit := _QUOTES.search(told):
        yield "L114", f"{hit[0]} is no quotation mark of this language: use «»"
    elif told.count("«") != told.count("»"):
        yield "L114", "« and » don't come in pairs"


def english_left(language: str, phrase: Phrase, told: str, glossary: Glossary) -> str:
    """The first English word of a translation that is no name of the glossary. Of a language written in Latin letters
    only the whole can be told: a translation that is the English words, when these are more than names and numbers."""
    bare = _names(glossary.latin).sub(" ", without(told)) if glossary.latin else without(told)
    if language in CYRILLIC:
        hit = _LATIN.search(bare)
        return hit[0] if hit else ""
    return told if told == phrase.text and _LETTER.search(bare) else ""


@lru_cache(maxsize=8)
def _names(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
