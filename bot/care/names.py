"""Typed names of towns. People type old names, Latin letters, no Kazakh letters, and slip; nothing typed is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from bot.care.directory import Directory
from bot.care.places import Place, Region

LONGEST = 64  #: characters; whatever is longer is no name, and is not looked at
SLIP_FROM = 5  #: letters; in shorter names one letter makes another town (Aral, Oral)

_LETTERS = str.maketrans("әғқңөұүһіёў", "агкноуухиеу")
_WORD = re.compile(r"[^\W_]+")
#: Words around a name that are none of it, folded.
_AROUND = frozenset(
    "city town in г гор город городе в во из с село селе пос поселок поселке аул ауыл ауылы кала каласы".split()
)
_LONG = {"обл": "область", "oblast": "region", "obl": "region"}


def name_index(regions: Iterable[Region], places: Iterable[Place]) -> Mapping[str, tuple[str, ...]]:
    """Folded name -> ids of the places, larger ones first, then of the regions, that bear it in any language.

    A city that is a region of its own stands as that city.
    """
    index: dict[str, tuple[str, ...]] = {}
    bearers = [(place.id, _names(place)) for place in sorted(places, key=lambda place: -(place.population or 0))]
    bearers += [(region.centre if region.kind == "city" else region.id, _names(region)) for region in regions]
    for bearer, names in bearers:
        for name in names:
            index[name] = tuple(dict.fromkeys((*index.get(name, ()), bearer)))
    return index


def find_place(directory: Directory, words: str) -> tuple[str, ...]:
    """Ids of the places, then of the regions (which are ids of picker pages), that the words may name.

    Empty: none. Several: ask which (`which_page`). Whole names count, in any language, also former and other ones; a
    single slip counts only if it can mean one thing.
    """
    if len(words) > LONGEST:
        return ()
    readings = _readings(words)
    exact = (directory.names[typed] for typed in readings if typed in directory.names)
    return next(exact, ()) or next((found for typed in readings if (found := _slipped(directory, typed))), ())


def fold(words: str) -> str:
    """Only what two spellings of one name share: no case, Kazakh letters, accents, hyphens, apostrophes, blanks."""
    return "".join(_tokens(words))


def _tokens(words: str) -> list[str]:
    # An apostrophe stands inside a word ("Arys'"); a hyphen or a blank parts two.
    plain = unicodedata.normalize("NFC", words).casefold().translate(_LETTERS)
    return _WORD.findall("".join(_bare(c) for c in plain if c not in "'’ʼ`"))


def _bare(c: str) -> str:
    """Latin letters without their accents; Cyrillic й stays a letter of its own."""
    return unicodedata.normalize("NFKD", c)[0] if c < "\u0250" else c


def _readings(words: str) -> list[str]:
    """The words as they stand, and without "city of" and the like. No reading is empty."""
    tokens = [_LONG.get(token, token) for token in _tokens(words)]
    bare = [token for token in tokens if token not in _AROUND]
    return [reading for reading in dict.fromkeys(("".join(tokens), "".join(bare))) if reading]


def _slipped(directory: Directory, typed: str) -> tuple[str, ...]:
    """The one place, or else the one region, a single slip away."""
    if len(typed) < SLIP_FROM:
        return ()
    found = dict.fromkeys(one for name, ids in directory.names.items() if _near(typed, name) for one in ids)
    likely = [one for one in found if one in directory.places] or list(found)
    return tuple(likely) if len(likely) == 1 else ()


def _names(item: Place | Region) -> frozenset[str]:
    short: Mapping[str, str] = item.short if isinstance(item, Region) else {}
    return frozenset(map(fold, (*item.names.values(), *short.values(), *item.also)))


def _near(typed: str, name: str) -> bool:
    return abs(len(typed) - len(name)) <= 1 and name in _slips(typed, name)


def _slips(typed: str, name: str) -> Iterator[str]:
    """What becomes of the typed word when the first letter that differs is put right, each way it may have slipped."""
    at = next((i for i, (a, b) in enumerate(zip(typed, name, strict=False)) if a != b), min(len(typed), len(name)))
    head, here, wanted = typed[:at], typed[at : at + 1], name[at : at + 1]
    yield typed
    yield head + wanted + typed[at:]  # left out
    yield head + typed[at + 1 :]  # one too many
    yield head + wanted + typed[at + 1 :]  # another one
    yield head + typed[at + 1 : at + 2] + here + typed[at + 2 :]  # two changed places
