"""Translations: read from `.po` at the start, checked against the English words. No `.mo` is ever kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from bot.authoring.characters import hidden, mixed
from bot.authoring.diagnostic import Diagnostic, Place, at
from bot.authoring.directory import LONGEST_LABEL
from bot.authoring.folder import Folder
from bot.authoring.glossary import EMPTY, Glossary
from bot.authoring.phrases import Phrase, phrases, references
from bot.authoring.placeholders import placeholders, without
from bot.authoring.release import offered_trees
from bot.authoring.tone import typed_numbers
from bot.authoring.tree import word
from bot.authoring.wording import worded

Key = tuple[str, str]  #: msgctxt, msgid
#: What is left to do, not wrong.
UNFINISHED = ("L101", "L102", "L103")
_NUMBER = re.compile(r"\d+")
_BULLET = re.compile(r"^- ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Translation:
    """One language: what may be shown, and what was found."""

    language: str
    words: Mapping[Key, str]
    complete: bool
    found: tuple[Diagnostic, ...]


def translations(folder: Folder, locales: Path, glossary: Glossary = EMPTY) -> list[Translation]:
    """Every language that has a catalogue, by name. A person is offered the complete ones only."""
    wanted = {(phrase.context, phrase.text): phrase for phrase in phrases(folder)}
    files = sorted(locales.glob("*/LC_MESSAGES/messages.po"))
    return [_translation(folder, path, _shown(locales, path), wanted, glossary) for path in files]


def behind(folder: Folder, locales: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    """The same, with errors for whatever an offered language lacks: there a person would meet English words."""
    trees = {word(tree): tree for tree in offered_trees(folder.release) if word(tree) != "en"}
    places = tuple(f"{locales.name}/{language}/" for language in trees)
    graver = [replace(d, grave=True) if d.code in UNFINISHED and d.file.startswith(places) else d for d in found]
    for language, tree in trees.items():
        if not (locales / language / "LC_MESSAGES" / "messages.po").is_file():
            none = at(tree.place, "L101", f"'{language}' has no catalogue", f"make locales NEW={language}")
            graver.append(replace(none, grave=True))
    return graver


def _shown(locales: Path, path: Path) -> str:
    return f"{locales.name}/{path.relative_to(locales).as_posix()}"


def _translation(
    folder: Folder, path: Path, file: str, wanted: Mapping[Key, Phrase], glossary: Glossary
) -> Translation:
    language = path.parent.parent.name
    messages, found = read_catalogue(path, file)
    told: dict[Key, str] = {}
    for message in messages:
        phrase = wanted.get(_key(message))
        problems = list(_message(file, message, phrase))
        if phrase and not problems:
            problems = list(_worded(file, message, language, phrase, glossary))
        if phrase and not problems:
            told[_key(message)] = str(message.string)
        found += problems
    seen = {_key(message) for message in messages}
    found += [_absent(file, phrase) for key, phrase in wanted.items() if key not in seen]
    complete = bool(wanted) and set(told) == set(wanted) and not any(d.severity == "error" for d in found)
    return Translation(language, told | _shared(folder, told), complete, tuple(found))


def read_catalogue(path: Path, file: str) -> tuple[Sequence[Message], list[Diagnostic]]:
    """The messages of one file in its order, with their lines; obsolete ones are reported."""
    try:
        with path.open("rb") as opened:
            catalogue = read_po(opened, abort_invalid=True)
    except PoFileError as problem:
        return [], [at(Place(file, (problem.lineno or 0) + 1), "L111", str(problem))]
    except (OSError, ValueError, LookupError) as problem:
        return [], [at(Place(file), "L111", f"can't be read: {type(problem).__name__}")]
    found = [_obsolete(file, message) for message in catalogue.obsolete.values()]
    return [message for message in catalogue if message.id], found


def _key(message: Message) -> Key:
    return message.context or "", str(message.id)


def _obsolete(file: str, message: Message) -> Diagnostic:
    place = Place(file, message.lineno or 1)
    return at(place, "L103", f'"{_cut(str(message.id))}" is no longer in the flows', "make locales")


def _absent(file: str, phrase: Phrase) -> Diagnostic:
    return at(Place(file), "L101", f'{phrase.context}: "{_cut(phrase.text)}" is not in the catalogue', "make locales")


def _message(file: str, message: Message, phrase: Phrase | None) -> Iterator[Diagnostic]:
    place, told = Place(file, message.lineno or 1), str(message.string)
    if phrase is None:
        yield _obsolete(file, message)
    elif not told:
        yield at(place, "L101", f'"{_cut(phrase.text)}" is not translated')
    elif message.fuzzy:
        yield at(place, "L102", f'"{_cut(phrase.text)}" is marked fuzzy', "check it and remove the mark")
    else:
        for code, text in compare(phrase, told):
            yield at(place, code, text)


def _worded(file: str, message: Message, language: str, phrase: Phrase, glossary: Glossary) -> Iterator[Diagnostic]:
    for code, text in worded(language, phrase, str(message.string), glossary):
        yield at(Place(file, message.lineno or 1), code, text)


def compare(phrase: Phrase, told: str) -> Iterator[tuple[str, str]]:
    """(code, message) for everything a translation lost, added or smuggled in."""
    lost, added = _apart(placeholders(phrase.text), placeholders(told))
    if lost or added:
        yield "L104", _difference("placeholder", lost, added)
    if _marks(phrase.text) != _marks(told):
        yield "L105", "bold, bullets or paragraphs differ from the English words"
    lost, added = _apart(_numbers(phrase.text), _numbers(told))
    if lost or added:
        yield "L106", _difference("number", lost, added)
    if phrase.short and len(told) > LONGEST_LABEL and "{" not in told:
        yield "L107", f"the label has {len(told)} characters, at most {LONGEST_LABEL}"
    if word := mixed(told):
        yield "L108", f"'{word}' mixes Latin and Cyrillic letters"
    if hidden(told) >= 0:
        yield "L109", "a character nobody can see"
    smuggled = [message for _, message in typed_numbers(told, frozenset())]
    if smuggled and not list(typed_numbers(phrase.text, frozenset())):
        yield "L110", smuggled[0]


def _marks(text: str) -> tuple[int, int, int]:
    return text.count("**"), len(_BULLET.findall(text)), text.count("\n\n")


def _numbers(text: str) -> Sequence[str]:
    return _NUMBER.findall(without(text))


def _apart(english: Sequence[str], told: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """What was lost, and what was added."""
    if english == told:  # nearly always
        return Counter(), Counter()
    return Counter(english) - Counter(told), Counter(told) - Counter(english)


def _difference(what: str, lost: Counter[str], added: Counter[str]) -> str:
    parts = [f"lost: {', '.join(sorted(lost))}"] if lost else []
    parts += [f"added: {', '.join(sorted(added))}"] if added else []
    return f"{what} {'; '.join(parts)}"


def _shared(folder: Folder, told: Mapping[Key, str]) -> dict[Key, str]:
    """Shared words where they are used: a screen asks in its own context, the translator met them once."""
    english: dict[str, str] = {}
    by_name = {key: text for key, text in told.items() if key[0].startswith("words.")}
    for context, text in by_name:
        english.setdefault(context.removeprefix("words."), text)
    used = ((context, name) for context, name in references(folder) if name in english)
    return {(context, english[name]): by_name[f"words.{name}", english[name]] for context, name in used}


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
