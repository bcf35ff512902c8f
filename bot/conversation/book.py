"""All words and facts in one place, and what goes into a turn and comes out of it, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.care.centres import Directory
from bot.dialogue.model import Dialogue, Event
from bot.dialogue.numbers import numbers_only as only_numbers
from bot.render import Catalogue, Screen
from bot.understanding import Understood, commands
from bot.understanding.commands import Commands

#: Digits of a short emergency number.
SHORT_NUMBER = 3

#: Every placeholder that is counted and not looked up, with the slot it reads. Numbers of the directory come on top
#: of these (`called:` in centres.yaml) and read nothing.
PLACEHOLDERS: Mapping[str, str] = {
    "hiv_left": "elapsed",
    "hiv_until": "elapsed",
    "place": "place",
    "city": "place",
    "distance": "place",
    "hide_minutes": "",
    "near": "",
    "safe_word": "",
    "guide_date": "",
    "medical_date": "",
    "brief_date": "",
}


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """All the words and facts of the bot, read once at the start."""

    dialogue: Dialogue
    directory: Directory
    labels: Mapping[str, str]  #: shared words and lines of words.yaml, English
    catalogues: Mapping[str, Catalogue]  #: language -> its words; only complete languages, English first
    translations: Mapping[str, Catalogue] = field(default_factory=dict)  #: every language, complete or not
    dates: Mapping[str, str] = field(default_factory=dict)  #: `guide_date` … -> 2024-09-16
    passages: Mapping[str, str] = field(default_factory=dict)  #: `fcdo#treatment.1` -> 2022-02-02, or only a year
    called: Mapping[str, str] = field(default_factory=dict)  #: `helpline` -> 150
    hide_minutes: int = 30
    understand: Callable[[str], Understood] | None = None  #: typed words -> what they may be about
    commands: Commands = commands.NONE  #: what may be typed instead of a button
    safe: Mapping[str, str] = field(default_factory=dict)  #: language -> the word that brings the emergency card
    numbers_only: bool = False  #: reduced to the emergency card, see `numbers_only`

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.catalogues)


@dataclass(frozen=True, slots=True)
class Answer:
    """A screen, and the packed state to remember for words that may be typed next (empty when the person has left)."""

    code: str
    screen: Screen
    hide: int = 0  #: minutes of silence, just chosen, after which a channel hides the screen; 0: nothing was chosen



@dataclass(frozen=True, slots=True)
class Meaning:
    """Typed words or a shared place, reduced to what the flows know. Of how it was said nothing is left."""

    event: Event
    place: Event | None = None  #: taken instead of a topic where a place is asked for
    language: str = ""  #: the one the words are clearly in; empty: unsure, or no words


def numbers_only(book: Book) -> Book:
    """The book for an owner who can no longer keep it current: whatever is done, the emergency card answers."""
    return replace(book, dialogue=only_numbers(book.dialogue), understand=None, numbers_only=True)
