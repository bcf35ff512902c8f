"""What fills the placeholders and cards of a screen: places, hours, dates and entries, as each language writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.units import format_unit

from bot.care import centres, hours
from bot.care.centres import Centre
from bot.conversation.book import Book
from bot.dialogue import engine
from bot.dialogue.model import Say, State
from bot.dialogue.overlays import offered_place
from bot.render import Card, Voice

#: Since 1 March 2024 all of Kazakhstan keeps one time, UTC+5.
ZONE = ZoneInfo("Asia/Almaty")
#: Straight-line kilometres are rounded to this; more would look like knowledge we don't have.
ROUND_KM = 10

#: How numbers and dates are written: British English writes 16 September, not September 16.
_LOCALES = {"en": "en_GB"}
#: A day of the week and an hour: English says "Thursday 06:00", Russian and Kazakh put a comma between them.
_UNTIL = {"en": "EEEE HH:mm"}
#: A month and its year, short: "Sept 2024". Kazakh puts the year first.
_MONTH = {"kk": "y ж. LLL"}


def local(now: datetime) -> datetime:
    """The same moment on the clocks of Kazakhstan."""
    return now.astimezone(ZONE)


def voice(book: Book, state: State, language: str, now: datetime) -> Voice:
    return Voice(
        language=language,
        catalogue=book.catalogues[language],
        labels=book.labels,
        value=partial(_value, book, state, language, now),
        cards=partial(_cards, book, state, language),
        dates=partial(_months, book, state, language),
        place=partial(_name, book, language),
        languages=_own_names(book),
        others=book.translations,
        last="only_numbers" if book.numbers_only else "",
    )


@lru_cache(maxsize=8)
def _own_names(book: Book) -> Mapping[str, str]:
    names = {language: Locale.parse(language).get_language_name(language) for language in book.languages}
    return {language: str(name).capitalize() for language, name in names.items()}


def _name(book: Book, language: str, place: str) -> str:
    """Name of a town, or the short name of a region; English where a language has none."""
    town = book.directory.places.get(place)
    names = town.names if town else book.directory.regions[place].short
    return names.get(language, names["en"])


def _named(book: Book, language: str, offered: str) -> str:
    """Name of a town, or the name that those bear among whom a page asks; empty where none is offered."""
    place = offered[1:].split(".")[1] if offered.startswith("#which.") else offered[1:]
    return _name(book, language, place) if place else ""


def _value(book: Book, state: State, language: str, now: datetime, name: str) -> str:
    """What stands for a placeholder. The checker refuses undeclared ones, so the last line is never reached in use."""
    if name in book.called:
        return book.called[name]
    if name in book.dates:
        return _date(book.dates[name], language)
    if name == "near":
        return _named(book, language, offered_place(state))
    if name == "safe_word":
        return book.safe.get(language, "".join([*book.safe.values()][:1]))
    if name == "hide_minutes":
        return format_unit(book.hide_minutes, "minute", "long", locale=language)
    if name in ("hiv_left", "hiv_until"):
        return _hours_left(book, state, language, now, name)
    if name in ("place", "city", "distance"):
        return _where(book, state, language, name)
    raise KeyError(name)


def _date(day: str, language: str) -> str:
    return format_date(date.fromisoformat(day), "long", locale=_LOCALES.get(language, language))


def _months(book: Book, state: State, language: str, says: Sequence[Say]) -> str:
    """The months of what these paragraphs rest on, newest first; a document that has only a year, by its year."""
    sources = {source for say in says for source in (*say.sources, *_sources(book, state, say))}
    found = {book.passages[source][:7] for source in sources}
    plain = {month[:4] for month in found if len(month) > len("2024")}
    return ", ".join(_month(month, language) for month in sorted(found - plain, reverse=True))


def _sources(book: Book, state: State, say: Say) -> Iterator[str]:
    for centre, _ in _entries(book, state, say):
        yield from (*centre.sources, *(source for note in centre.notes for source in note.sources))


def _month(text: str, language: str) -> str:
    """`2024-09` or `2014` as each language writes it."""
    if len(text) == len("2014"):
        return text
    first = date.fromisoformat(f"{text}-01")
    return format_date(first, _MONTH.get(language, "LLL y"), locale=_LOCALES.get(language, language))


def _hours_left(book: Book, state: State, language: str, now: datetime, name: str) -> str:
    """Counted from the old end of the answer. The deadline is rounded down, so it is never told too late; the hours
    are those of the answer while its hour lasts, later the full ones that remain until the deadline."""
    left = hours.left(engine.answer(book.dialogue, state, "elapsed"), state.passed, hours.HIV_HOURS) or 0
    until = hours.until(local(now), left)
    if name == "hiv_until":
        return format_datetime(until, _UNTIL.get(language, "EEEE, HH:mm"), locale=language)
    remaining = int((until - now).total_seconds() // 3600) if state.passed else left
    return format_unit(max(1, remaining), "hour", "long", locale=language)


def _where(book: Book, state: State, language: str, name: str) -> str:
    place = engine.answer(book.dialogue, state, "place")
    if place == book.dialogue.slots["place"].unset:
        return ""
    if name == "place":
        return _name(book, language, place)
    city = centres.big_city(book.directory, place)
    if name == "city":
        return _name(book, language, city)
    towns = book.directory.places
    return _distance(centres.distance_km(towns[place].point, towns[city].point), language)


def _distance(km: float, language: str) -> str:
    rounded = max(ROUND_KM, int(km / ROUND_KM + 0.5) * ROUND_KM)
    return format_unit(rounded, "kilometer", "short", locale=language)


def _cards(book: Book, state: State, language: str, say: Say) -> Sequence[Card]:
    return [_card(language, centre, km) for centre, km in _entries(book, state, say)]


def _entries(book: Book, state: State, say: Say) -> Sequence[tuple[Centre, float]]:
    """The entries that a paragraph shows, each with its kilometres from the place that was chosen."""
    directory = book.directory
    if say.show in ("numbers", "centre"):
        return [(directory.centres[name], 0) for name in say.of]
    place = engine.answer(book.dialogue, state, "place")
    if not say.show or place == book.dialogue.slots["place"].unset:
        return []
    found = centres.nearest(directory, say.of[0], place)
    return [(centre, km) for centre, km in found if km - found[0][1] < ROUND_KM]


def _as_dialled(number: str) -> str:
    """British numbers also as they are dialled inside the UK, where most people who read them are."""
    return f"{number} / 0{number.removeprefix('+44')}" if number.startswith("+44") else number


def _card(language: str, centre: Centre, km: float) -> Card:
    """`km` from the place that was chosen; 0 where no place matters."""
    return Card(
        id=centre.id,
        name=centre.name,
        numbers=(*centre.short_numbers, *map(_as_dialled, centre.phones)),
        whatsapp=centre.whatsapp,
        address=centre.address,
        hours=centre.hours,
        notes=tuple(note.text for note in centre.notes),
        told=tuple(f"told_{told.who}_{told.how}" for told in centre.told),
        distance=_distance(km, language) if km >= ROUND_KM else "",
        changed="changed_abroad" if centre.kind in ("embassy", "sarc") else "changed",
    )
