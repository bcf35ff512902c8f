"""Who is nearest. The one door to this room for whoever looks for help by place."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from bot.care.directory import Accepts, Centre, Directory, Learns, Note
from bot.care.names import find_place
from bot.care.picker import picker_pages, which_page
from bot.care.places import Place, Region, distance_km
from bot.care.reading import DirectoryError, directory_from

__all__ = [
    "Accepts",
    "Centre",
    "Directory",
    "DirectoryError",
    "Learns",
    "Note",
    "Place",
    "Region",
    "big_city",
    "class_of",
    "directory_from",
    "distance_km",
    "find_place",
    "in_place",
    "nearest",
    "nearest_place",
    "picker_pages",
    "which_page",
]

#: The guidance says that there is an AIDS centre "in each big city" (fcdo#treatment.1), not what is big. Our reading:
#: 100,000 inhabitants, which every centre of a region but Konaev and Zhezkazgan has.
BIG_CITY = 100_000

#: Farther than this from every town we know, a shared position says nothing useful (abroad, or a slip of the finger).
#: No point of Kazakhstan lies so far from all of them.
FAR_KM = 500.0


def nearest(directory: Directory, service: str, place: str) -> tuple[tuple[Centre, float], ...]:
    """Entries that offer the service and stand in a town, nearest first, with kilometres as the crow flies.

    Empty when nobody offers it, or no such place is known.
    """
    here = directory.places.get(place)
    if here is None:
        return ()
    found = [(centre, _km(directory, here, centre.city)) for centre in _offering(directory, service)]
    return tuple(sorted(found, key=lambda pair: pair[1]))


def in_place(directory: Directory, service: str, place: str) -> tuple[Centre, ...]:
    """Entries that offer the service in this very town, in the order of the file."""
    return tuple(centre for centre in _offering(directory, service) if centre.city == place)


def nearest_place(directory: Directory, lat: float, lon: float) -> str:
    """Id of the place nearest to a position in degrees; empty for one that can't be, or lies far from all of them."""
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        return ""
    place = _closest(directory.places.values(), (lat, lon))
    return place.id if distance_km(place.point, (lat, lon)) <= FAR_KM else ""


def big_city(directory: Directory, place: str) -> str:
    """Id of the nearest big city, perhaps the place itself. KeyError: no such place."""
    big = (p for p in directory.places.values() if (p.population or 0) >= BIG_CITY)
    return _closest(big, directory.places[place].point).id


def class_of(directory: Directory, place: str) -> str:
    """`listed` if an entry with a phone stands in that town, else `none`."""
    return "listed" if any(c.city == place and c.phones for c in directory.centres.values()) else "none"


def _offering(directory: Directory, service: str) -> Iterable[Centre]:
    return (c for c in directory.centres.values() if c.city and service in c.services)


def _km(directory: Directory, here: Place, there: str) -> float:
    return distance_km(here.point, directory.places[there].point)


def _closest(places: Iterable[Place], point: tuple[float, float]) -> Place:
    return min(places, key=lambda place: distance_km(place.point, point))
