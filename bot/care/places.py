"""Regions and towns, and how far they lie apart. Coordinates end here: only the id of a town goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

LANGUAGES = ("en", "ru", "kk")  #: every region and place has a name in each

EARTH_KM = 6371.0  #: mean radius; the error of calling the earth a ball is far below that of "as the crow flies"


@dataclass(frozen=True, slots=True)
class Region:
    """A first-level unit: one of three cities of republican significance, or a region."""

    id: str
    kind: str  #: `city` or `region`
    names: Mapping[str, str]  #: language -> full official name
    short: Mapping[str, str]  #: language -> at most 24 characters, for a button
    centre: str  #: id of a place
    also: tuple[str, ...] = ()  #: other names people type; for matching, never for display


@dataclass(frozen=True, slots=True)
class Place:
    """A town or a larger settlement."""

    id: str
    region: str
    names: Mapping[str, str]  #: language -> name, at most 24 characters
    lat: float
    lon: float
    population: int | None = None  #: None: no usable figure was found
    also: tuple[str, ...] = ()  #: other and former names people type; for matching, never for display
    settlement: bool = False  #: not a town by law

    @property
    def point(self) -> tuple[float, float]:
        return self.lat, self.lon


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great circle between two (latitude, longitude) in degrees, in kilometres. Roads are longer."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
