"""`topics/commands.yaml`: what may be typed instead of a button, and the safe word of each language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from bot.authoring.diagnostic import Diagnostic, at
from bot.authoring.folder import Folder
from bot.authoring.tree import Row, Table, Word, word, words
from bot.understanding.commands import LONG_ENOUGH, Commands, Phrase, compiled, near_any, rough, spelled
from bot.understanding.reading import reader


def spoken(folder: Folder, numbers: Iterable[str]) -> Commands:
    """`numbers`: the short emergency numbers, as digits."""
    said: dict[str, list[str]] = {}
    for name, phrase in _phrases(folder):
        said.setdefault(name, []).append(word(phrase))
    said["safe"] = [*safe_words(folder).values()]
    return compiled(said, words(folder.spoken.get("around")), numbers, map(word, _others(folder)))


def safe_words(folder: Folder) -> Mapping[str, str]:
    """language -> its word."""
    return {key.text: word(value) for key, value in folder.spoken.table("safe").entries}


def check_spoken(folder: Folder) -> Iterator[Diagnostic]:
    """The same words for two things; a safe word that people may type by chance."""
    seen: dict[Phrase, str] = {}
    for name, phrase in _phrases(folder):
        other = seen.setdefault(rough(phrase.text), name)
        if other != name:
            yield at(phrase.place, "F120", f"'{phrase.text}' stands for '{other}' too", "keep one of them")
    said = tuple({one for phrase in seen for one in phrase})
    for _, value in folder.spoken.table("safe").entries:
        if isinstance(value, Word):
            yield from _safe(value, said)
    own = {one for _, phrase in _phrases(folder) for one in spelled(phrase.text)}
    for looks_alike in _others(folder):
        yield from _other(looks_alike, own, said)


def _other(value: Word, own: Set[str], said: Sequence[str]) -> Iterator[Diagnostic]:
    """A word under `not`. `own`: the words of all commands as they are spelled; `said`: the same, rough."""
    typed = rough(value.text)
    if len(typed) != 1 or own & set(spelled(value.text)):
        yield at(value.place, "F122", f"'{value.text}' is a word of a command itself, or more than one", "take it out")
    elif not near_any(typed[0], said):
        yield at(value.place, "F122", f"no command is near to '{value.text}': it need not be named", "take it out")


def _safe(value: Word, spoken_too: tuple[str, ...]) -> Iterator[Diagnostic]:
    typed = rough(value.text)
    if len(typed) != 1 or len(typed[0]) < LONG_ENOUGH:
        yield at(value.place, "F121", f"the safe word '{value.text}' is not one word of {LONG_ENOUGH} letters or more")
    elif found := near_any(typed[0], (*spoken_too, *reader().rules.known)):
        yield at(value.place, "F121", f"the safe word '{value.text}' is too near to '{found}'", "take another word")


def _others(folder: Folder) -> Iterator[Word]:
    """Words that look like a command and are none."""
    for _, row in folder.spoken.table("not").entries:
        yield from _items(row)


def _phrases(folder: Folder) -> Iterator[tuple[str, Word]]:
    """(name, phrase): `exit` for a command, `language.ru` for the name of a language."""
    for command, tongues in folder.spoken.table("commands").tables():
        for _, row in tongues.entries:
            yield from ((command.text, one) for one in _items(row))
    for language, row in folder.spoken.table("languages").entries:
        yield from ((f"language.{language.text}", one) for one in _items(row))


def _items(row: Row | Table | Word) -> Iterator[Word]:
    return (one for one in (row.items if isinstance(row, Row) else ()) if isinstance(one, Word))
