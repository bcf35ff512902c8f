"""One turn with one person: read the move, age the answers, advance, put it in words. No I/O; the time is an argument.

Everything a person can send ends in a screen. Typed words and coordinates end here: what goes on is a topic or a place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.units import format_unit

from bot.care import centres, hours
from bot.care.centres import Centre, Directory
from bot.dialogue import code, engine
from bot.dialogue.model import COMMANDS, Dialogue, Event, Say, State, Turn
from bot.render import Card, Catalogue, Screen, Voice, card, line, screen
from bot.understanding import understand

#: Since 1 March 2024 all of Kazakhstan keeps one time, UTC+5.
ZONE = ZoneInfo("Asia/Almaty")
#: Longer messages are cut before any work; Telegram sends at most this much.
MOST_CHARACTERS = 4096
#: Straight-line kilometres are rounded to this; more would look like knowledge we don't have.
ROUND_KM = 10
#: Screens kept ready, those asked for last; about 5 KB each, so at most 10 MB.
MOST_READY = 2048
#: Stands for every moment where a screen does not depend on it.
_ANY_TIME = datetime.fromtimestamp(0, UTC)

#: Every placeholder that is counted and not looked up, with the slot it reads. Numbers of the directory come on top
#: of these (`called:` in centres.yaml) and read nothing.
PLACEHOLDERS: Mapping[str, str] = {
    "hiv_left": "elapsed",
    "hiv_until": "elapsed",
    "place": "place",
    "city": "place",
    "distance": "place",
    "hide_minutes": "",
    "guide_date": "",
    "medical_date": "",
    "brief_date": "",
}


#: How numbers and dates are written: British English writes 16 September, not September 16.
_LOCALES = {"en": "en_GB"}
#: A day of the week and an hour: English says "Thursday 06:00", Russian and Kazakh put a comma between them.
_UNTIL = {"en": "EEEE HH:mm"}
#: source -> the name its date has as a placeholder
_DATES = {"fcdo": "guide_date", "equality-now": "brief_date"}


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """All the words and facts of the bot, read once at the start."""

    dialogue: Dialogue
    directory: Directory
    labels: Mapping[str, str]  #: shared words and lines of words.yaml, English
    catalogues: Mapping[str, Catalogue]  #: language -> its words; only complete languages, English first
    translations: Mapping[str, Catalogue] = field(default_factory=dict)  #: every language, complete or not
    dates: Mapping[str, str] = field(default_factory=dict)  #: `guide_date` … -> 2024-09-16
    called: Mapping[str, str] = field(default_factory=dict)  #: `helpline` -> 150
    hide_minutes: int = 30
    understand: Callable[[str], str] | None = None  #: typed words -> topics, best first, joined by commas

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.catalogues)


@dataclass(frozen=True, slots=True)
class Answer:
    """A screen, and the packed state to remember for words that may be typed next (empty when the person has left)."""

    code: str
    screen: Screen
    hide: int = 0  #: minutes of silence, just chosen, after which a channel hides the screen; 0: nothing was chosen


#: The slot whose answer no screen ever reads: it dies with the turn, and the channel keeps it beside the state.
HIDE = "hide"


@dataclass(frozen=True, slots=True)
class Meaning:
    """Typed words or a shared place, reduced to what the flows know. Of how it was said nothing is left."""

    event: Event
    place: Event | None = None  #: taken instead of a topic where a place is asked for


# ---- what a person can do


def begin(book: Book, hint: str, now: datetime) -> Answer:
    """The first screen; `hint` is the language a client claims, a guess that the screen offers to correct."""
    return _answer(book, Turn(State(book.dialogue.first)), _language(book, hint), now)


def tap(book: Book, data: str, hint: str, now: datetime) -> Answer:
    """A pressed button, however old; forged data is as welcome as any. Never raises."""
    dialogue = book.dialogue
    decoded = code.unpack(dialogue, data, _hour(now))
    language = decoded.switch if decoded.switch in book.catalogues else _known(book, decoded.language, hint)
    if decoded.switch:
        return _answer(book, Turn(_answered(dialogue, decoded.state)), language, now)
    if decoded.event is None:
        return _answer(book, Turn(decoded.state, "renewed" if decoded.renewed else ""), language, now)
    hide = _chosen_minutes(book, decoded.state, decoded.event)
    told = replace(book, hide_minutes=hide) if hide else book
    return replace(_answer(told, engine.advance(dialogue, decoded.state, decoded.event), language, now), hide=hide)


def say(book: Book, remembered: str, words: str, hint: str, now: datetime) -> Answer:
    """Typed words. They end here: a command, a place where one is asked for, or a topic goes on; the words do not."""
    state, language = _remembered(book, remembered, hint, now)
    meant = meaning(book, words, engine.asks_place(book.dialogue, state))
    return _mean(book, state, language, meant, now)


def share(book: Book, remembered: str, lat: float, lon: float, hint: str, now: datetime) -> Answer:
    """Coordinates, in degrees. They end here: only the id of the nearest town goes on, and only where one is asked."""
    return mean(book, remembered, whereabouts(book, lat, lon), hint, now)


def meaning(book: Book, words: str, places: bool = True) -> Meaning:
    """Commands by their names, a place (if looked for), else whatever the words may be about.

    Needs no state: so words can be reduced the moment they come, long before their turn.
    """
    words = words[:MOST_CHARACTERS]
    said = " ".join(words.casefold().split()).lstrip("/")
    if said == "start":
        return Meaning(Event("start"))
    if said in _command_words(book):
        return Meaning(Event("command", _command_words(book)[said]))
    found = centres.find_place(book.directory, words) if places else ()
    topics = book.understand(words) if book.understand else ""
    event = Event("command", "language") if topics.partition(",")[0] == "language" else Event("topic", topics)
    return Meaning(event, _found_place(book, found) if found else None)


def topics_of(words: str) -> str:
    """What typed words may be about, best first, a crisis before everything else; joined by commas."""
    found = understand(words)
    return ",".join(dict.fromkeys([*([found.crisis] if found.crisis else []), *found.offers]))


def whereabouts(book: Book, lat: float, lon: float) -> Meaning:
    """Coordinates, in degrees, as the nearest town."""
    return Meaning(Event("place", centres.nearest_place(book.directory, lat, lon)))


def mean(book: Book, remembered: str, meant: Meaning, hint: str, now: datetime) -> Answer:
    """What `say` and `share` answer, once nothing is left of the words and the coordinates."""
    return _mean(book, *_remembered(book, remembered, hint, now), meant, now)


def _mean(book: Book, state: State, language: str, meant: Meaning, now: datetime) -> Answer:
    event = meant.place if meant.place and engine.asks_place(book.dialogue, state) else meant.event
    if event.kind == "start":
        return begin(book, language, now)
    if event == Event("topic", "greeting"):  # a hello or a thank you: the same screen, with a word back
        return _answer(book, Turn(state, "hello"), language, now)
    return _answer(book, engine.advance(book.dialogue, state, event), language, now)


def command(book: Book, remembered: str, name: str, hint: str, now: datetime) -> Answer:
    state, language = _remembered(book, remembered, hint, now)
    return _answer(book, engine.advance(book.dialogue, state, Event("command", name)), language, now)


def notice(book: Book, remembered: str, name: str, hint: str, now: datetime) -> Answer:
    """The same screen once more, with one line of `words.yaml` before it."""
    state, language = _remembered(book, remembered, hint, now)
    return _answer(book, Turn(state, name), language, now)


def redraw(book: Book, remembered: str, hint: str, now: datetime) -> Answer:
    """The same screen as it would be drawn now: hours may have passed."""
    return notice(book, remembered, "", hint, now)


def neutral(book: Book, hint: str, name: str, now: datetime) -> str:
    """One line of `words.yaml` in the person's language, outside any screen (`hidden`, `start`, `bot_name`)."""
    return line(voice(book, State(book.dialogue.first), _language(book, hint), now), name)


# ---- inside


def _answered(dialogue: Dialogue, state: State) -> State:
    """Where the person stood when they asked for another language: on a step or on any overlay."""
    return engine.uncovered(state) if state.over == dialogue.language else state


def _answer(book: Book, turn: Turn, language: str, now: datetime) -> Answer:
    if turn.state is None:
        return Answer("", Screen(None, None, "", (), (), language, None, left=True))
    timed = any(slot == "elapsed" for slot, _ in turn.state.slots)
    drawn = _with_moment(book, turn.state, now)
    return _drawn(book, drawn, turn.note, turn.keep, language, _alike(now) if timed else _ANY_TIME)


@lru_cache(maxsize=MOST_READY)
def _drawn(book: Book, state: State, note: str, keep: str, language: str, now: datetime) -> Answer:
    """The same for everybody who stands there, so common screens are worded once and kept ready."""
    hour = _hour(now)
    worded = voice(book, state, language, now)
    shown = screen(book.dialogue, state, worded, hour, note)
    if keep:
        shown = replace(shown, cards=(card(book.dialogue, state, worded, keep),))
    return Answer(code.pack(book.dialogue, state, "", language, hour), shown)


def _alike(now: datetime) -> datetime:
    """One moment for all that read alike: the full hour itself, or the middle of it for every other moment of it."""
    sharp = now.replace(minute=0, second=0, microsecond=0)
    return sharp if now == sharp else sharp.replace(minute=30)


def _chosen_minutes(book: Book, state: State, event: Event) -> int:
    """`minutes_5` and its like."""
    choices = engine.visible_choices(book.dialogue, state) if event.kind == "choice" else ()
    chosen = next((dict(one.sets).get(HIDE, "") for one in choices if one.id == event.value), "")
    return int(chosen.rpartition("_")[2]) if chosen else 0


def _remembered(book: Book, remembered: str, hint: str, now: datetime) -> tuple[State, str]:
    if not remembered:
        return State(book.dialogue.first), _language(book, hint)
    decoded = code.unpack(book.dialogue, remembered, _hour(now))
    return decoded.state, _known(book, decoded.language, hint)


def _found_place(book: Book, found: tuple[str, ...]) -> Event:
    """One town is taken, also where its region has the same name; else a list asks which place is meant."""
    towns = [one for one in found if one in book.directory.places]
    if len(towns) == 1:
        return Event("place", towns[0])
    return Event("page", found[0] if len(found) == 1 else centres.which_page(found))


@lru_cache(maxsize=8)
def _command_words(book: Book) -> Mapping[str, str]:
    """What stands on the command buttons, in every language, and the emergency numbers themselves."""
    known = {name: name for name in COMMANDS}
    for catalogue in book.catalogues.values():
        for name in COMMANDS:
            known[catalogue.get((f"words.{name}", book.labels[name]), book.labels[name]).casefold()] = name
    return known | {number: "help" for number in book.called.values() if len(number) == 3}


def _with_moment(book: Book, state: State, now: datetime) -> State:
    """Night and weekend change what a screen says, never where the person stands."""
    if "moment" not in book.dialogue.slots:
        return state
    return replace(state, slots=(*state.slots, ("moment", hours.moment(now.astimezone(ZONE)))))


def _language(book: Book, hint: str) -> str:
    short = hint.replace("_", "-").partition("-")[0].lower()
    return short if short in book.catalogues else book.languages[0]


def _known(book: Book, language: str, hint: str) -> str:
    return language if language in book.catalogues else _language(book, hint)


def _hour(now: datetime) -> int:
    return int(now.timestamp() // 3600)


def voice(book: Book, state: State, language: str, now: datetime) -> Voice:
    return Voice(
        language=language,
        catalogue=book.catalogues[language],
        labels=book.labels,
        value=partial(_value, book, state, language, now),
        cards=partial(_cards, book, state, language),
        place=partial(_name, book, language),
        languages=_own_names(book),
        others=book.translations,
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


def _value(book: Book, state: State, language: str, now: datetime, name: str) -> str:
    """What stands for a placeholder. The checker refuses undeclared ones, so the last line is never reached in use."""
    if name in book.called:
        return book.called[name]
    if name in book.dates:
        return _date(book.dates[name], language)
    if name == "hide_minutes":
        return format_unit(book.hide_minutes, "minute", "long", locale=language)
    if name in ("hiv_left", "hiv_until"):
        return _hours_left(book, state, language, now, name)
    if name in ("place", "city", "distance"):
        return _where(book, state, language, name)
    raise KeyError(name)


def _date(day: str, language: str) -> str:
    return format_date(date.fromisoformat(day), "long", locale=_LOCALES.get(language, language))


def _hours_left(book: Book, state: State, language: str, now: datetime, name: str) -> str:
    """Counted from the old end of the answer. The deadline is rounded down, so it is never told too late; the hours
    are those of the answer while its hour lasts, later the full ones that remain until the deadline."""
    left = hours.left(engine.answer(book.dialogue, state, "elapsed"), state.passed, hours.HIV_HOURS) or 0
    until = hours.until(now.astimezone(ZONE), left)
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
    directory = book.directory
    if say.show in ("numbers", "centre"):
        return [_card(book, language, directory.centres[name], 0) for name in say.of]
    place = engine.answer(book.dialogue, state, "place")
    if place == book.dialogue.slots["place"].unset:
        return []
    found = centres.nearest(directory, say.of[0], place)
    if not found:
        return []
    near = found[0][1]
    return [_card(book, language, centre, km) for centre, km in found if km - near < ROUND_KM]


def _as_dialled(number: str) -> str:
    """British numbers also as they are dialled inside the UK, where most people who read them are."""
    return f"{number} / 0{number.removeprefix('+44')}" if number.startswith("+44") else number


def _card(book: Book, language: str, centre: Centre, km: float) -> Card:
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
        date=_date(book.dates[_DATES[centre.guide]], language) if centre.guide in _DATES else "",
    )

