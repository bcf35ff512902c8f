"""The directory as frozen data: regions, towns, and who helps where. `flows/centres.yaml` explains every key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.care.places import Place, Region

Known = Literal["yes", "no", "not-known"]


@dataclass(frozen=True, slots=True)
class Learns:
    """Somebody who learns of it when this entry is called or visited, as far as the source says so."""

    who: Literal["police", "register", "parents", "embassy"]
    how: Literal["always", "if-said", "may", "not-known", "nobody"]
    sources: tuple[str, ...] = ()  #: empty only with `not-known`: silence has no passage


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the author's on the card, at most 12 words."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepts:
    """Whom the entry takes, where the source says anything about it."""

    women: Known
    children: Known
    men_shelter: Known
    men_services: tuple[str, ...]  #: what men may still have; services
    police_report_for_shelter: Known
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Centre:
    """One entry: a number, a centre, an office."""

    id: str
    name: str  #: in English; translated like any words
    kind: str  #: one of KINDS of `bot/care/reading.py`
    country: str  #: KZ or GB
    services: tuple[str, ...]
    sources: tuple[str, ...]
    guide: str  #: the source whose date is the date of this entry
    city: str = ""  #: id of a place; empty: serves no one town
    area: str = ""  #: part of the United Kingdom
    address: str = ""
    short_numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()  #: E.164
    whatsapp: tuple[str, ...] = ()  #: E.164
    hours: str = ""  #: empty: not known
    accepts: Accepts | None = None  #: None: the source says nothing
    told: tuple[Learns, ...] = ()
    notes: tuple[Note, ...] = ()
    called: tuple[tuple[str, str], ...] = ()  #: (name of a placeholder, one of the numbers)
    checked: str = ""  #: the day somebody dialled the numbers, YYYY-MM-DD; empty: nobody has
    review: str = ""  #: the day by which somebody looks again, YYYY-MM-DD; empty: that of its guide

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number, in the order in which to try them."""
        return self.short_numbers + self.phones + self.whatsapp


@dataclass(frozen=True, slots=True)
class Directory:
    """All of it, by id, in the order of the files."""

    regions: Mapping[str, Region]
    places: Mapping[str, Place]
    centres: Mapping[str, Centre]
    names: Mapping[str, tuple[str, ...]]  #: folded name -> who bears it (`bot/care/names.py`)

    def placeholders(self) -> Mapping[str, str]:
        """Name -> number, for the texts: `rescue`, `helpline_whatsapp`, …"""
        return {name: number for centre in self.centres.values() for name, number in centre.called}

    def places_of(self, region: str) -> Iterator[Place]:
        return (place for place in self.places.values() if place.region == region)
