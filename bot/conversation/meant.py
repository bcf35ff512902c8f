"""What typed words and shared places mean. Both end here: what goes on is a command, a topic or a place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bot.care import centres
from bot.care.mention import Mention, mentioned
from bot.care.names import fold
from bot.conversation.book import Book, Meaning
from bot.dialogue.model import COMMANDS, Event
from bot.understanding import Understood, commands
from bot.understanding.clear import clear_language
from bot.understanding.reading import NOTHING

#: Longer messages are cut before any work; Telegram sends at most this much.
MOST_CHARACTERS = 4096
#: Topics offered beside a place that was named: few buttons for somebody who wrote a few words.
BESIDE_A_PLACE = 1
#: So probable it must be: of a message on a place little is left to understand.
SURE_BESIDE_A_PLACE = 0.5
#: Letters from which on a town's name is nothing else; "есік" is a town and a door.
SURELY_A_NAME = 5
#: What is understood in the place of any town, in either script: the phrases know this one, and rare names sound like
#: many things ("I live in" half of them like a crisis). Taking the name away would leave "I live in", which does too.
A_TOWN = {True: "Almaty", False: "Алматы"}
#: Words of a greeting, at most; and how probable anything else beside it may be.
GREETING_WORDS, BESIDE_A_GREETING = 3, 0.2
#: So probable it must be that somebody writes of another person: the wrong wording hurts whoever writes of themselves.
#: Of 602 test phrases of survivors in a crisis none is worded for a friend; of 55 of friends 12 are, others tap.
SURELY_A_FRIEND = 0.5


def meaning(book: Book, words: str) -> Meaning:
    """A command, an emergency number or the safe word; else what the words may be about, a place, and their language.

    Needs no state: so words can be reduced the moment they come, long before their turn.
    """
    words = words[:MOST_CHARACTERS]
    if said := commands.exact(book.commands, words) or _label(book, words):
        return _commanded(said)
    if commands.only_digits(words):
        return Meaning(Event("topic"))
    named = mentioned(book.directory, words)
    understood = _understood(book, words, named)
    language = clear_language(words, understood)
    if understood.crisis:  # whatever else they tell: first the numbers
        return Meaning(Event("topic", ",".join(_crisis(understood.crisis, understood))), None, language)
    if said := commands.slipped(book.commands, words):
        return _commanded(said)
    if understood.topics[:1] == ("language",):
        return Meaning(Event("command", "language"))
    if _greets(words, understood):
        return Meaning(Event("topic", "greeting"), None, language)
    whole = centres.find_place(book.directory, words)
    place = _found_place(book, whole or named.ids) if whole or named.ids else None
    offered = place if named.ids or fold(words) in book.directory.names or not understood.offers else None
    offers = _with_place(book, offered, understood) if offered else understood.offers
    return Meaning(Event("topic", ",".join(offers)), place, language)


def _understood(book: Book, words: str, named: Mention) -> Understood:
    """What is said besides the name of a town."""
    typed = fold(words)
    if book.understand is None or typed in book.directory.names and len(typed) >= SURELY_A_NAME:
        return NOTHING
    if named.ids:
        words = words[: named.start] + A_TOWN[words[named.start : named.end].isascii()] + words[named.end :]
    return book.understand(words)


def _crisis(crisis: str, understood: Understood) -> tuple[str, ...]:
    """The crisis, then the topics; "friend" only if that is sure, for the card is then worded for a friend."""
    sure = understood.chance("friend") >= SURELY_A_FRIEND
    return tuple(dict.fromkeys((crisis, *(one for one in understood.offers if sure or one != "friend"))))


def _greets(words: str, understood: Understood) -> bool:
    """A hello or a thank you that tells of nothing else. A longer one may: there the other topics are offered."""
    first, *others = understood.offers or ("",)
    if first != "greeting" or others and len(words.split()) > GREETING_WORDS:
        return False
    return all(understood.chance(one) < BESIDE_A_GREETING for one in others)


def _commanded(said: str) -> Meaning:
    """`said`: the name of a command, `start`, `safe`, or `language.ru`."""
    name, _, language = said.partition(".")
    if name == "start":
        return Meaning(Event("start"))
    return Meaning(Event("command", "help" if name == "safe" else name), None, language)


def _with_place(book: Book, place: Event, understood: Understood) -> tuple[str, ...]:
    """The place that was named, then the sure topics; "the nearest help" need not be offered as a topic too."""
    known = book.dialogue.topics
    sure = (one for one in understood.offers if one in known and understood.chance(one) >= SURE_BESIDE_A_PLACE)
    others = [one for one in sure if known[one].go != book.dialogue.nearest]
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
