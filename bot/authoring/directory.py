"""`centres.yaml` and `places.yaml`: checked entry by entry, then handed to `bot.care` as plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import phonenumbers

from bot.authoring.diagnostic import Diagnostic, at, suggest
from bot.authoring.shape import conform
from bot.authoring.tree import Row, Table, Tree, Word, word, words
from bot.care.centres import Directory, DirectoryError, directory_from

#: What a label may have in the smallest list a channel draws (WhatsApp).
LONGEST_LABEL = 24
LANGUAGES = ("en", "ru", "kk")
#: What an entry may offer, and `show: nearest` ask for.
SERVICES = frozenset(
    "emergency ambulance police helpline child-helpline general-advice psychological counselling therapy legal shelter"
    " hiv-testing pep police-liaison court-representation consular sarc".split()
)
#: Kazakhstan, in degrees, with a little to spare: (south, north), (west, east).
_LATITUDES = (40.0, 56.0)
_LONGITUDES = (46.0, 88.0)


def entries(tree: Tree) -> Iterator[Table]:
    """The entries of centres.yaml: a list, or a list under `centres:`."""
    row = tree.get("centres") if isinstance(tree, Table) else tree
    return (one for one in row.items if isinstance(one, Table)) if isinstance(row, Row) else iter(())


def listed(tree: Tree, name: str) -> tuple[Table, ...]:
    """The tables of one list of places.yaml: `regions` or `places`."""
    return tuple(one for one in tree.row(name) if isinstance(one, Table)) if isinstance(tree, Table) else ()


def ids(tables: Iterator[Table] | tuple[Table, ...]) -> frozenset[str]:
    return frozenset(table.text("id") for table in tables)


def plain(tree: Tree) -> object:
    """Lists, dicts and words, as `bot.care` takes them."""
    if isinstance(tree, Table):
        return {key.text: plain(value) for key, value in tree.entries}
    if isinstance(tree, Row):
        return [plain(item) for item in tree.items]
    return tree.text


# ---- shapes


def _centres_shape(tree: Tree) -> Iterator[Diagnostic]:
    row = tree.get("centres") if isinstance(tree, Table) else tree
    if isinstance(row, Row):
        yield from _entries_shape(row.items)
    else:
        yield at(tree.place, "F016", "centres.yaml is a list of entries")


def _places_shape(tree: Tree) -> Iterator[Diagnostic]:
    for name in ("regions", "places"):
        if isinstance(tree, Table) and isinstance(tree.get(name), Row):
            yield from _entries_shape(tree.row(name))
        else:
            yield at(tree.place, "F016", f"places.yaml has a list '{name}'")


def _entries_shape(items: tuple[Tree, ...]) -> Iterator[Diagnostic]:
    for item in items:
        if not isinstance(item, Table):
            yield at(item.place, "F016", "an entry is a table")
        elif not item.text("id"):
            yield at(item.place, "F015", "'id' is missing in this entry")
        else:
            yield from _lists(item)


def _lists(entry: Table) -> Iterator[Diagnostic]:
    for name in _LISTS:
        value = entry.get(name)
        if value is not None:
            yield from conform(value, "names")


#: Keys of an entry that hold lists of words, wherever they stand.
_LISTS = ("short_numbers", "phones", "whatsapp", "phones_unverified", "services", "also", "also_unchecked", "unsure")

SHAPES: dict[str, Callable[[Tree], Iterator[Diagnostic]]] = {
    "centres.yaml": _centres_shape,
    "places.yaml": _places_shape,
}


# ---- centres


def check_centres(tree: Tree, places: frozenset[str]) -> Iterator[Diagnostic]:
    """Numbers, services and places of every entry."""
    yield from _twice(tuple(entries(tree)))
    for entry in entries(tree):
        yield from _numbers(entry)
        yield from _unknown(entry.row("services"), SERVICES, "C103", "service")
        city = entry.get("city")
        if isinstance(city, Word) and city.text not in places:
            yield at(city.place, "C104", f"no place '{city.text}'", suggest(city.text, places))


def _numbers(entry: Table) -> Iterator[Diagnostic]:
    for node in entry.row("short_numbers"):
        if not (len(word(node)) == 3 and word(node).isascii() and word(node).isdigit()):
            yield at(node.place, "C102", f"'{word(node)}' is not a short number", "three digits")
    for name in ("phones", "whatsapp"):
        for node in entry.row(name):
            if not valid_number(word(node), entry.text("country", "KZ")):
                yield at(node.place, "C101", f"'{word(node)}' is not a valid number", "write it as +7 and ten digits")
    if not any(entry.get(name) for name in ("short_numbers", "phones", "whatsapp", "address", "notes")):
        yield at(entry.place, "C108", f"'{entry.text('id')}' has no number", "add one, or a note")


def valid_number(text: str, country: str) -> bool:
    """An E.164 number that exists in the numbering plan of its own country."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written == text and phonenumbers.is_valid_number_for_region(number, country)


def _unknown(row: tuple[Tree, ...], known: frozenset[str], code: str, what: str) -> Iterator[Diagnostic]:
    for node in row:
        if word(node) not in known:
            yield at(node.place, code, f"no {what} '{word(node)}'", suggest(word(node), known))


def _twice(tables: tuple[Table, ...]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for table in tables:
        name = table.text("id")
        if name in seen:
            yield at((table.get("id") or table).place, "C105", f"'{name}' stands here twice")
        seen.add(name)


# ---- places


def check_places(tree: Tree) -> Iterator[Diagnostic]:
    """Every region and town has its names, in a size that fits, and lies where it should."""
    regions, towns = listed(tree, "regions"), listed(tree, "places")
    yield from _twice((*regions, *towns))
    for region in regions:
        yield from _named(region, "short")
        yield from _known_id(region, "centre", ids(towns))
    for town in towns:
        yield from _named(town, "names")
        yield from _known_id(town, "region", ids(regions))
        yield from _lies(town)


def _known_id(entry: Table, key: str, known: frozenset[str]) -> Iterator[Diagnostic]:
    if entry.text(key) not in known:
        place = (entry.get(key) or entry).place
        yield at(place, "C104", f"no {key} '{entry.text(key)}'", suggest(entry.text(key), known))


def _named(entry: Table, key: str) -> Iterator[Diagnostic]:
    names = entry.table(key)
    for language in LANGUAGES:
        name = names.text(language)
        if not 0 < len(name) <= LONGEST_LABEL:
            place = (names.get(language) or names).place
            yield at(place, "C107", f"the {language} name has {len(name)} characters", f"1 to {LONGEST_LABEL}")


def _lies(town: Table) -> Iterator[Diagnostic]:
    for key, (low, high) in (("lat", _LATITUDES), ("lon", _LONGITUDES)):
        if not low < _degrees(town.text(key)) < high:
            yield at((town.get(key) or town).place, "C106", f"{key} '{town.text(key)}'", f"{low} to {high}")


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def build(centres: Tree, places: Tree) -> tuple[Directory | None, list[Diagnostic]]:
    """The directory, or the first thing that the room of centres refuses."""
    try:
        regions, towns = _plain(listed(places, "regions")), _plain(listed(places, "places"))
        return directory_from(regions, towns, _plain(entries(centres))), []
    except DirectoryError as error:
        everything = (*entries(centres), *listed(places, "regions"), *listed(places, "places"))
        entry = next((one for one in everything if one.text("id") == error.entry.partition(":")[0]), None)
        place = (entry.get(error.key) or entry).place if entry else centres.place
        return None, [at(place, "C109", f"{error.key}: {error.message}" if error.key else error.message)]


def _plain(tables: Iterable[Table]) -> list[dict[str, object]]:
    return [{key.text: plain(value) for key, value in table.entries} for table in tables]


def declared_numbers(tree: Tree) -> frozenset[str]:
    """Every number of the directory, as digits: none of them may be typed into words."""
    found = (word(n) for e in entries(tree) for key in ("short_numbers", "phones", "whatsapp") for n in e.row(key))
    return frozenset(number.lstrip("+") for number in found)


def called(tree: Tree) -> dict[str, Tree]:
    """Placeholder -> the tree of the number it stands for."""
    return {key.text: value for entry in entries(tree) for key, value in entry.table("called").entries}


def services_named(tree: Tree) -> frozenset[str]:
    return frozenset(service for entry in entries(tree) for service in words(entry.get("services")))
