"""What typed words and shared places mean. Both end here: what goes on is a command, a topic or a place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bot.care import centres
from bot.care.mention import mentioned
from bot.care.names import fold
from bot.conversation.book import Book, Meaning
from bot.dialogue.model import COMMANDS, Event
from bot.understanding import commands
from bot.understanding.clear import clear_language
from bot.understanding.reading import NOTHING

#: Longer messages are cut before any work; Telegram sends at most this much.
MOST_CHARACTERS = 4096
#: Topics offered beside a place that was named: few buttons for somebody who wrote a few words.
BESIDE_A_PLACE = 1
#: Letters from which on a town's name is nothing else; "есік" is a town and a door.
SURELY_A_NAME = 5


def meaning(book: Book, words: str) -> Meaning:
    """A command, an emergency number or the safe word; else what the words may be about, a place, and their language.

    Needs no state: so words can be reduced the moment they come, long before their turn.
    """
    words = words[:MOST_CHARACTERS]
    if said := commands.exact(book.commands, words) or _label(book, words):
        return _commanded(said)
    understood = book.understand(words) if book.understand else NOTHING
    language = clear_language(words, understood)
    if understood.crisis:  # whatever else they tell: first the numbers
        return Meaning(Event("topic", ",".join(dict.fromkeys((understood.crisis, *understood.offers)))), None, language)
    if said := commands.slipped(book.commands, words):
        return _commanded(said)
    if understood.topics[:1] == ("language",):
        return Meaning(Event("command", "language"))
    named = mentioned(book.directory, words)
    whole = centres.find_place(book.directory, words)
    place = _found_place(book, whole or named) if whole or named else None
    typed = fold(words)
    alone = typed in book.directory.names and len(typed) >= SURELY_A_NAME
    offered = place if named or typed in book.directory.names or not understood.offers else None
    offers = _with_place(book, offered, () if alone else understood.offers)
    return Meaning(Event("topic", ",".join(offers)), place, language)


def _commanded(said: str) -> Meaning:
    """`said`: the name of a command, `start`, `safe`, or `language.ru`."""
    name, _, language = said.partition(".")
    if name == "start":
        return Meaning(Event("start"))
    return Meaning(Event("command", "help" if name == "safe" else name), None, language)


def _with_place(book: Book, place: Event | None, topics: tuple[str, ...]) -> tuple[str, ...]:
    """The place that was named, then the topics; beside it "the nearest help" need not be offered as a topic too."""
    if place is None:
        return topics
    known = book.dialogue.topics
    others = [one for one in topics if one in known and known[one].go != book.dialogue.nearest]
    return (f"{'@' if place.kind == 'place' else '#'}{place.value}", *others[:BESIDE_A_PLACE])


def whereabouts(book: Book, lat: float, lon: float) -> Meaning:
    """Coordinates, in degrees, as the nearest town."""
    return Meaning(Event("place", centres.nearest_place(book.directory, lat, lon)))


def _found_place(book: Book, found: tuple[str, ...]) -> Event:
    """One town is taken, also where its region has the same name; else a list asks which place is meant."""
    towns = [one for one in found if one in book.directory.places]
    if len(towns) == 1:
        return Event("place", towns[0])
    return Event("page", found[0] if len(found) == 1 else centres.which_page(found))


def _label(book: Book, words: str) -> str:
    """The command on whose button these words stand, in any language, or which Telegram calls so; else empty."""
    return _labels(book).get(" ".join(words.casefold().split()).lstrip("/"), "")


@lru_cache(maxsize=8)
def _labels(book: Book) -> Mapping[str, str]:
    known = {name: name for name in (*COMMANDS, "start")}
    for catalogue in book.catalogues.values():
        for name in COMMANDS:
            known[catalogue.get((f"words.{name}", book.labels[name]), book.labels[name]).casefold()] = name
    return known
