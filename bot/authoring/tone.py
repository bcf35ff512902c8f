"""What words may hold: short sentences, both readers, no typed numbers, one alphabet a word, a source for a claim."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.authoring.characters import foreign_digit, mixed
from bot.authoring.diagnostic import Diagnostic, at
from bot.authoring.directory import LONGEST_LABEL, called, declared_numbers, entries
from bot.authoring.folder import Folder
from bot.authoring.phrases import Phrase, entry_phrases, phrases, readings
from bot.authoring.placeholders import placeholders, without
from bot.authoring.tree import Table, word

LONGEST_SENTENCE = 25
_SENTENCE = re.compile(r"[.!?:;]+(?:\*\*)?\s+|\n")
_WORD = re.compile(r"\{[^{}]*\}|[^\W_]+(?:['’-][^\W_]+)*")
_READER = re.compile(r"\byou(r|rs|rself)?\b", re.IGNORECASE)
#: Seven digits or more with whatever people put between them, or three and more spelt one by one.
_PHONE = re.compile(r"\+\s?\d|\d(?:[\s().\-/]*\d){6,}|\b\d(?:[ .\-]\d){2,}\b")
_LINK = re.compile(
    r"https?:|www\.|tg:|\b\w+@\w+\.\w+|(?<!\w)@\w{3,}|\b[\w-]+\.(?:com|org|net|kz|ru|uk|me|info|gov)\b", re.IGNORECASE
)
#: What every link has, found ten times as fast.
_LINKED = re.compile(r"@|\w:|\.\w|[wW]\.")
_DIGITS = re.compile(r"\d+")
#: Digits of a whole national number, without the zero before it.
_NATIONAL = 9
#: The age the first question asks for; it names readers and claims nothing.
_NO_CLAIM = frozenset({"18"})


def check_tone(folder: Folder) -> Iterator[Diagnostic]:
    """Every wording by itself, then the sources of every say."""
    declared = declared_numbers(folder.centres)
    for phrase in phrases(folder):
        yield from _words(phrase)
        if phrase.kind != "centre":
            yield from _numbers(phrase, declared)
    for entry in entries(folder.centres):
        yield from _card(entry)
    yield from _claims(folder)


def _card(entry: Table) -> Iterator[Diagnostic]:
    """An address has digits; a phone number belongs under `phones`, but may stand in a note as dialled at home."""
    own = [word(number).lstrip("+") for key in ("phones", "whatsapp") for number in entry.row(key)]
    for phrase in entry_phrases(entry):
        national = "".join(_DIGITS.findall(phrase.text)).lstrip("0")
        if not (len(national) >= _NATIONAL and any(number.endswith(national) for number in own)):
            yield from _numbers(phrase, frozenset())


def _words(phrase: Phrase) -> Iterator[Diagnostic]:
    text = phrase.text
    if not text:
        yield at(phrase.place, "F307", "nothing is said here", "write the words, or remove the key")
    if phrase.short and len(text) > LONGEST_LABEL and "{" not in text:
        yield at(phrase.place, "F301", f"the label has {len(text)} characters, at most {LONGEST_LABEL}")
    if phrase.kind in ("text", "label") and not phrase.addressed and _READER.search(text):
        hint = "write survivor: and friend:, or readers: both"
        yield at(phrase.place, "F306", '"you" without both readers\' wordings', hint)
    if confused := mixed(text):
        yield at(phrase.place, "F305", f"'{confused}' mixes Latin and Cyrillic letters", "type the word again")
    for sentence in _SENTENCE.split(text):
        count = len(_WORD.findall(sentence))
        if count > LONGEST_SENTENCE:
            yield at(phrase.place, "F304", f"a sentence of {count} words, at most {LONGEST_SENTENCE}", "make two of it")


def _numbers(phrase: Phrase, declared: frozenset[str]) -> Iterator[Diagnostic]:
    for code, message in typed_numbers(phrase.text, declared):
        yield at(phrase.place, code, message, "use a placeholder of centres.yaml" if code != "F404" else "")


def typed_numbers(text: str, declared: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(code, message) for each number or address that must not be typed. `declared`: digits of the directory."""
    bare = without(text)
    if digit := foreign_digit(bare):
        yield "F405", f"'{digit}' is not one of 0-9"
    elif _DIGITS.search(bare) and (found := _PHONE.search(bare)):
        yield "F402", f"'{found[0].strip()}' looks like a phone number"
    elif number := next((n for n in _DIGITS.findall(bare) if n in declared), ""):
        yield "F403", f"{number} is a number of the directory"
    if _LINKED.search(bare) and (found := _LINK.search(bare)):
        yield "F404", f"'{found[0]}' looks like an address"


# ---- claims


def _claims(folder: Folder) -> Iterator[Diagnostic]:
    numbers = frozenset(called(folder.centres)) | {"hiv_left", "hiv_until"}
    for _, _, step in folder.steps():
        for say in step.row("say"):
            if isinstance(say, Table) and say.get("text") is not None and not say.row("source"):
                yield from _claim(say, numbers)


def _claim(say: Table, numbers: frozenset[str]) -> Iterator[Diagnostic]:
    if say.text("claim") != "no":
        yield at(say.place, "F401", "a claim without a source", "add 'source', or 'claim: no' if it is none")
        return
    for _, text in readings(say.get("text")):
        said = set(_DIGITS.findall(without(word(text)))) - _NO_CLAIM | set(placeholders(word(text))) & numbers
        if said:
            yield at(say.place, "F401", f"'claim: no', but a number is told: {min(said)}", "add its 'source'")
