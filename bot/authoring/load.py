"""From the folders to the book of the bot, and everything that can be wrong with it, in stages.

Syntax first and alone; then names; then the words and the dialogue. Each stage runs only if those before it found
nothing, since one wrong name causes a dozen false errors further on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.authoring.catalogues import Translation, behind, translations
from bot.authoring.checks import check_graph, check_states
from bot.authoring.compile import Compiled, compile_folder, shared_words
from bot.authoring.diagnostic import Diagnostic, Place, at, errors, grouped
from bot.authoring.directory import build, check_centres, check_places, ids, listed
from bot.authoring.folder import Folder, read_folder
from bot.authoring.glossary import read_glossary
from bot.authoring.names import check_names, known
from bot.authoring.neutral import check_neutral
from bot.authoring.reach import Reach, reach
from bot.authoring.release import offered
from bot.authoring.review import check_reviews
from bot.authoring.size import check_sizes
from bot.authoring.sources import dates, passage_dates
from bot.authoring.spoken import check_spoken, safe_words, spoken
from bot.authoring.tone import check_tone
from bot.care.centres import Directory, class_of, picker_pages
from bot.conversation import PLACEHOLDERS, SHORT_NUMBER, Book
from bot.dialogue.explore import TooManyStates
from bot.understanding import understand

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / "flows"
LOCALES = ROOT / "locales"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the folders."""

    found: list[Diagnostic]
    folder: Folder | None = None
    compiled: Compiled | None = None
    book: Book | None = None
    reach: Reach | None = None  #: only after `check`


def load(folder: Path = FLOWS, locales: Path = LOCALES) -> tuple[Book | None, list[Diagnostic]]:
    """The book, or what an author has to mend first. Quick: the states are visited by `check`, not at each start.

    A mistake in a catalogue takes away that language, not the bot; `check` refuses it.
    """
    loaded = read(folder, locales)
    return loaded.book, loaded.found


def read(folder: Path = FLOWS, locales: Path = LOCALES) -> Loaded:
    """Syntax, names, compilation and catalogues."""
    trees, found = read_folder(folder)
    if trees is None:
        return Loaded(grouped(found))
    directory, found = _directory(trees)
    found += [*check_names(trees, known(trees, PLACEHOLDERS)), *check_spoken(trees)]
    if found or directory is None:
        return Loaded(grouped(found), trees)
    classes = {place: class_of(directory, place) for place in directory.places}
    compiled = compile_folder(trees, classes, picker_pages(directory), PLACEHOLDERS)
    glossary, found = read_glossary(locales)
    told = translations(trees, locales, glossary)
    found += [d for translation in told for d in translation.found]
    return Loaded(grouped(found), trees, compiled, _book(trees, compiled, directory, told))


def check(folder: Path = FLOWS, locales: Path = LOCALES, today: date | None = None) -> Loaded:
    """Everything that can be wrong, every reachable state included; with a day, also what is due to be reviewed."""
    loaded = read(folder, locales)
    if loaded.folder is None or loaded.compiled is None:
        return loaded
    found = behind(loaded.folder, locales, loaded.found)
    found += [*check_tone(loaded.folder), *check_graph(loaded.compiled)]
    found += check_reviews(loaded.folder, today) if today else []
    if errors(found):
        return Loaded(grouped(found), loaded.folder, loaded.compiled)
    visited, problems = _visit(loaded.compiled)
    found += problems
    if visited and loaded.book:
        found += check_sizes(loaded.book, loaded.compiled, visited)
        found += check_neutral(loaded.book, loaded.compiled, loaded.folder)
    book = None if errors(found) else loaded.book
    return Loaded(grouped(found), loaded.folder, loaded.compiled, book, visited)


def _visit(compiled: Compiled) -> tuple[Reach | None, list[Diagnostic]]:
    try:
        visited = reach(compiled.dialogue)
    except TooManyStates as problem:
        return None, [at(_first(compiled), "F210", str(problem), "make a slot local, or ask it later")]
    return visited, list(check_states(compiled, visited))


def _first(compiled: Compiled) -> Place:
    return compiled.marks["step", compiled.dialogue.first]


def _directory(folder: Folder) -> tuple[Directory | None, list[Diagnostic]]:
    found = list(_entries(folder))
    return (None, found) if found else build(folder.centres, folder.places)


def _entries(folder: Folder) -> Iterator[Diagnostic]:
    yield from check_places(folder.places)
    yield from check_centres(folder.centres, ids(listed(folder.places, "places")))


def _book(folder: Folder, compiled: Compiled, directory: Directory, told: list[Translation]) -> Book:
    """English needs no catalogue; other languages are offered when release.yaml says so and nothing is missing."""
    names = [key.text for key, _ in folder.words.entries]
    whole = {one.language: one.words for one in told if one.complete}
    listed = offered(folder.release) or tuple(whole)
    called = dict(directory.placeholders())
    return Book(
        dialogue=compiled.dialogue,
        directory=directory,
        labels={name: shared_words(folder, name).get("", "") for name in names},
        catalogues={"en": {}} | {language: whole[language] for language in listed if language in whole},
        translations={one.language: one.words for one in told},
        dates=dates(folder.sources),
        passages=passage_dates(folder.sources),
        called=called,
        understand=understand,
        commands=spoken(folder, (number for number in called.values() if len(number) == SHORT_NUMBER)),
        safe=safe_words(folder),
    )
