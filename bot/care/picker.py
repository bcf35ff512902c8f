"""The pages of the place picker: big cities first, then regions, then their towns; any town within four taps."""

from __future__ import annotations

from bot.care.directory import Directory
from bot.care.places import LANGUAGES, Place
from bot.dialogue.model import Page

#: Items on a page. With "more" and "back" that makes the ten rows of the smallest list a channel has (WhatsApp).
ITEMS = 8


def picker_pages(directory: Directory) -> dict[str, Page]:
    """Page id -> page. The first is ""; a region's first page has the region's id; "-2" and so on go on from there.

    For each name that several bear there is one more page, which no other page leads to: see `which_page`.
    """
    regions = tuple(region.id for region in directory.regions.values() if region.kind == "region")
    cities = [p for region in directory.regions.values() if region.kind == "city" for p in _towns(directory, region.id)]
    pages = _pages("", _ids(sorted(cities, key=_size)), regions, "")
    for region in regions:
        above = next(page.id for page in pages.values() if region in page.pages)
        pages |= _pages(region, _ids(_towns(directory, region)), (), above)
    return pages | {which_page(found): _which(directory, found) for found in directory.names.values() if len(found) > 1}


def which_page(found: tuple[str, ...]) -> str:
    """Id of the page that asks which of these is meant: several ids, as `find_place` gives them."""
    return ".".join(("which", *found))


def _which(directory: Directory, found: tuple[str, ...]) -> Page:
    """Towns that look alike on a button can't be told apart there: instead of each, its region is offered."""
    towns = [directory.places[one] for one in found if one in directory.places]
    alike = any(len({town.names[language] for town in towns}) < len(towns) for language in LANGUAGES)
    places = () if alike else _ids(towns)
    regions = tuple(one for one in found if one not in directory.places)
    return Page(which_page(found), places, tuple(dict.fromkeys(town.region for town in towns if alike)) + regions)


def _towns(directory: Directory, region: str) -> list[Place]:
    """The centre first, since most people live there, then by population."""
    centre = directory.regions[region].centre
    return sorted(directory.places_of(region), key=lambda place: (place.id != centre, _size(place)))


def _size(place: Place) -> int:
    return -(place.population or 0)


def _ids(places: list[Place]) -> tuple[str, ...]:
    return tuple(place.id for place in places)


def _pages(first: str, places: tuple[str, ...], pages: tuple[str, ...], parent: str) -> dict[str, Page]:
    """A run of pages, each leading to the next, until all places and then all further pages have a row."""
    rows = [(place, True) for place in places] + [(page, False) for page in pages]
    parts = [rows[start : start + ITEMS] for start in range(0, len(rows), ITEMS)] or [[]]
    ids = [first, *(f"{first or 'more'}-{number}" for number in range(2, len(parts) + 1))]
    return {
        name: Page(
            name,
            tuple(row for row, town in part if town),
            tuple(row for row, town in part if not town) + tuple(ids[index + 1 : index + 2]),
            ids[index - 1] if index else parent,
        )
        for index, (name, part) in enumerate(zip(ids, parts, strict=True))
    }
