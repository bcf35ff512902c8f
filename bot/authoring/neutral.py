"""What anybody may read who only sees the phone: in the list of chats, on a lock screen, in the bot's profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.authoring.compile import Compiled
from bot.authoring.diagnostic import Diagnostic, Place, at
from bot.authoring.folder import Folder
from bot.authoring.size import NOON
from bot.conversation import Book, begin, command, neutral
from bot.render import plain

#: Lines of words.yaml that stand where anybody may look: in front of each screen, in its place, on its fixed buttons.
OPEN = (
    *("head", "hidden", "left", "start", "help", "exit", "menu", "back", "language", "remove", "only_numbers"),
    *("bot_name", "bot_description", "bot_short", "command_start", "command_help", "command_exit", "command_menu"),
)
#: Beginnings of words that tell the subject, in every language the bot may speak. The police and an ambulance do not:
#: they stand in every list of numbers.
TELLING = (
    *("sex", "rape", "raping", "rapist", "assault", "violen", "abus", "harass", "molest", "victim", "surviv", "hurt"),
    *("hiv", "aids", "pregnan", "contracept", "abort", "forensic", "hymen", "genital", "condom", "gynaec", "unwanted"),
    *("crime", "criminal", "court", "lawyer", "testif", "report", "fault", "consent", "suicid", "self-harm", "trauma"),
    *("секс", "насил", "изнасил", "домогат", "жертв", "пострада", "побо", "вич", "спид", "беремен", "контрацеп"),
    *("аборт", "гинеколог", "презерватив", "преступ", "адвокат", "заявлен", "виноват", "суицид", "травм"),
    *("зорла", "зорлық", "жыныс", "құрбан", "жәбірлен", "аитв", "житс", "жүкті", "түсік", "қылмыс", "қорғаушы"),
    *("кінәл", "кінәң", "суицид", "жарақат"),
)
_TELLING = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, TELLING))})", re.IGNORECASE)


def telling(text: str) -> str:
    """The first word that tells the subject; empty if none does."""
    found = _TELLING.search(text)
    return found[0] if found else ""


def first_line(text: str) -> str:
    return plain(text).partition("\n")[0]


def check_neutral(book: Book, compiled: Compiled, folder: Folder) -> Iterator[Diagnostic]:
    """In every language that is offered."""
    places = {key.text: key.place for key, _ in folder.words.entries}
    for language in book.languages:
        for place, text in _open_lines(book, compiled, places, language):
            if word := telling(text):
                message = f"'{word}' tells the subject to whoever sees the phone, in '{language}'"
                yield at(place, "F308", message, "say it in words of a list of numbers")


def _open_lines(
    book: Book, compiled: Compiled, places: Mapping[str, Place], language: str
) -> Iterator[tuple[Place, str]]:
    yield from ((places[name], neutral(book, language, name, NOON)) for name in OPEN if name in places)
    first = begin(book, language, NOON)
    card = command(book, first.code, "help", language, NOON)
    for step, answer in ((book.dialogue.first, first), (book.dialogue.help, card)):
        yield compiled.marks["step", step], first_line(answer.screen.text)
