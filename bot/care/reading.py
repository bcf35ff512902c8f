"""Plain lists and tables of words -> the directory. What is wrong is named by entry and key, and ends the reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast, get_args

from bot.care.directory import Accepts, Centre, Directory, Known, Learns, Note
from bot.care.names import name_index
from bot.care.places import LANGUAGES, Place, Region

Table = Mapping[str, Any]
Item = TypeVar("Item", Region, Place, Centre)

KINDS = ("emergency", "helpline", "crisis-centre", "aids-centre", "clinic", "ngo", "embassy", "sarc")
WHO = ("police", "register", "parents", "embassy")
HOW = ("always", "if-said", "may", "not-known", "nobody")
KNOWN: tuple[str, ...] = get_args(Known)

#: Keys of an entry: those it must have, those it may. The last ones of a place are for authors only.
REGION_KEYS = (("id", "code", "kind", "names", "short", "centre"), ("also", "also_unchecked"))
PLACE_KEYS = (
    ("id", "region", "names", "lat", "lon"),
    ("kind", "also", "also_unchecked", "population", "population_from", "unsure", "note"),
)
CENTRE_KEYS = (
    ("id", "name", "kind", "country", "services", "source", "guide"),
    ("city", "area", "address", "short_numbers", "phones", "whatsapp")
    + ("hours", "accepts", "told", "notes", "called", "checked", "review"),
)
ACCEPTS_KEYS = (("women", "children", "men_shelter", "men_services", "police_report_for_shelter", "source"), ())

_SHORT = re.compile(r"[0-9]{3,4}")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_NAME = re.compile(r"[a-z][a-z_]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DirectoryError(ValueError):
    """What is wrong with one entry. `entry` is its id, `key` the key in question (empty: the entry itself)."""

    def __init__(self, entry: str, key: str, message: str) -> None:
        super().__init__(f"{entry}{': ' if key else ''}{key}: {message}")
        self.entry, self.key, self.message = entry, key, message


def directory_from(regions: Sequence[Table], places: Sequence[Table], centres: Sequence[Table]) -> Directory:
    """The directory; every scalar given is a word. Raises DirectoryError for the first thing that is wrong."""
    regions_found = _by_id("regions", map(_region, regions))
    places_found = _by_id("places", map(_place, places))
    names = name_index(regions_found.values(), places_found.values())
    directory = Directory(regions_found, places_found, _by_id("centres", map(_centre, centres)), names)
    _check_links(directory)
    return directory


def _region(entry: Table) -> Region:
    _check_keys(entry, *REGION_KEYS)
    return Region(
        id=entry["id"],
        kind=_one_of(entry, "kind", ("city", "region")),
        names=_names(entry, "names"),
        short=_names(entry, "short"),
        centre=_text(entry, "centre"),
        also=_words(entry, "also") + _words(entry, "also_unchecked"),
    )


def _place(entry: Table) -> Place:
    _check_keys(entry, *PLACE_KEYS)
    return Place(
        id=entry["id"],
        region=_text(entry, "region"),
        names=_names(entry, "names"),
        lat=_number(entry, "lat", 90),
        lon=_number(entry, "lon", 180),
        population=int(_number(entry, "population", 10**8)) if "population" in entry else None,
        also=_words(entry, "also") + _words(entry, "also_unchecked"),
        settlement="kind" in entry and bool(_one_of(entry, "kind", ("settlement",))),
    )


def _centre(entry: Table) -> Centre:
    _check_keys(entry, *CENTRE_KEYS)
    return Centre(
        id=entry["id"],
        name=_text(entry, "name"),
        kind=_one_of(entry, "kind", KINDS),
        country=_one_of(entry, "country", ("KZ", "GB")),
        services=_words(entry, "services"),
        sources=_words(entry, "source"),
        guide=_text(entry, "guide"),
        city=_text(entry, "city"),
        area=_text(entry, "area"),
        address=_text(entry, "address"),
        short_numbers=_matching(entry, "short_numbers", _SHORT, "not a short number"),
        phones=_matching(entry, "phones", _E164, "not +, country and number without blanks"),
        whatsapp=_matching(entry, "whatsapp", _E164, "not +, country and number without blanks"),
        hours=_text(entry, "hours"),
        accepts=_accepts(entry),
        told=tuple(_learns(entry["id"], told) for told in _list(entry, "told")),
        notes=tuple(_note(entry["id"], note) for note in _list(entry, "notes")),
        called=_called(entry),
        checked=_day(entry, "checked"),
        review=_day(entry, "review"),
    )


def _accepts(entry: Table) -> Accepts | None:
    if "accepts" not in entry:
        return None
    found = _part(entry["id"], "accepts", entry["accepts"], ACCEPTS_KEYS)
    women, children, men, report = (
        cast(Known, _one_of(found, key, KNOWN))
        for key in ("women", "children", "men_shelter", "police_report_for_shelter")
    )
    return Accepts(women, children, men, _words(found, "men_services"), report, _words(found, "source"))


def _learns(entry: str, told: object) -> Learns:
    found = _part(entry, "told", told, (("who", "how"), ("source",)))
    who, how = cast(Any, _one_of(found, "who", WHO)), cast(Any, _one_of(found, "how", HOW))
    learns = Learns(who, how, _words(found, "source"))
    if learns.how != "not-known" and not learns.sources:
        raise DirectoryError(entry, "told", "says who is told, without a source")
    return learns


def _note(entry: str, note: object) -> Note:
    found = _part(entry, "notes", note, (("text", "source"), ()))
    if len(_text(found, "text").split()) > 12:
        raise DirectoryError(entry, "notes", "more than 12 words")
    return Note(_text(found, "text"), _words(found, "source"))


def _called(entry: Table) -> tuple[tuple[str, str], ...]:
    called = entry.get("called", {})
    if not isinstance(called, Mapping):
        raise DirectoryError(entry["id"], "called", "not a table of name and number")
    numbers = [number for key in ("short_numbers", "phones", "whatsapp") for number in _words(entry, key)]
    for name, number in called.items():
        if not _NAME.fullmatch(name) or number not in numbers:
            raise DirectoryError(entry["id"], "called", f"'{name}' does not name one of its numbers")
    return tuple(called.items())


def _check_links(directory: Directory) -> None:
    for region in directory.regions.values():
        _known(region.id, "centre", region.centre, directory.places)
    for place in directory.places.values():
        _known(place.id, "region", place.region, directory.regions)
    names: set[str] = set()
    for centre in directory.centres.values():
        if centre.city:
            _known(centre.id, "city", centre.city, directory.places)
        if twice := names & {name for name, _ in centre.called}:
            raise DirectoryError(centre.id, "called", f"'{min(twice)}' names another number too")
        names |= {name for name, _ in centre.called}


def _known(entry: str, key: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise DirectoryError(entry, key, f"no '{value}'")


def _by_id(what: str, items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        if item.id in found:
            raise DirectoryError(item.id, "id", f"stands twice in {what}")
        found[item.id] = item
    return found


def _part(entry: str, key: str, part: object, keys: tuple[tuple[str, ...], tuple[str, ...]]) -> Table:
    """A table inside an entry, carrying the entry's id for messages."""
    if not isinstance(part, Mapping):
        raise DirectoryError(entry, key, "not a table")
    found = {"id": f"{entry}: {key}", **part}
    _check_keys(found, ("id", *keys[0]), keys[1])
    return found


def _check_keys(entry: Table, required: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    name = str(entry.get("id", "an entry"))
    for key in required:
        if key not in entry:
            raise DirectoryError(name, key, "is missing")
    for key in entry:
        if key not in required + allowed:
            raise DirectoryError(name, key, "no such key")


def _text(entry: Table, key: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str) or (key in entry and not value.strip()):
        raise DirectoryError(entry["id"], key, "not words")
    return value.strip()


def _one_of(entry: Table, key: str, allowed: Sequence[str]) -> str:
    value = _text(entry, key)
    if value not in allowed:
        raise DirectoryError(entry["id"], key, f"'{value}' is none of {', '.join(allowed)}")
    return value


def _list(entry: Table, key: str) -> Sequence[Any]:
    value = entry.get(key, ())
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise DirectoryError(entry["id"], key, "not a list")
    return value


def _words(entry: Table, key: str) -> tuple[str, ...]:
    value = _list(entry, key)
    if not all(isinstance(word, str) for word in value):
        raise DirectoryError(entry["id"], key, "not a list of words")
    return tuple(value)


def _matching(entry: Table, key: str, pattern: re.Pattern[str], message: str) -> tuple[str, ...]:
    for number in _words(entry, key):
        if not pattern.fullmatch(number):
            raise DirectoryError(entry["id"], key, f"'{number}': {message}")
    return _words(entry, key)


def _names(entry: Table, key: str) -> Mapping[str, str]:
    names = entry[key]
    if not isinstance(names, Mapping) or set(names) != set(LANGUAGES):
        raise DirectoryError(entry["id"], key, f"not a name in each of {', '.join(LANGUAGES)}")
    return {language: _text({"id": entry["id"], **names}, language) for language in LANGUAGES}


def _number(entry: Table, key: str, limit: int) -> float:
    try:
        value = float(_text(entry, key))
    except ValueError:
        raise DirectoryError(entry["id"], key, "not a number") from None
    if not abs(value) <= limit:
        raise DirectoryError(entry["id"], key, f"not between -{limit} and {limit}")
    return value


def _day(entry: Table, key: str) -> str:
    day = _text(entry, key)
    if day and not _DAY.fullmatch(day):
        raise DirectoryError(entry["id"], key, "not a day as YYYY-MM-DD")
    return day
