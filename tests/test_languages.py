"""Three languages, equal: the same screens, the same place, and dates and hours as each of them writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from bot import conversation
from bot.authoring.folder import Folder, read_folder
from bot.authoring.glossary import Glossary, read_glossary
from bot.authoring.load import FLOWS, LOCALES
from bot.authoring.phrases import Phrase
from bot.authoring.wording import english_left
from bot.care.hours import ALMATY
from bot.conversation import Answer, Book, values
from bot.dialogue import code
from bot.dialogue.explore import Exploration, overlays
from bot.dialogue.model import State
from bot.render import Catalogue
from tests.conftest import NOON
from tests.pseudo import in_three_languages

NAMES = {"en": "English", "ru": "Русский", "kk": "Қазақ тілі"}
READERS = ("survivor", "friend")
HOUR = int(NOON.timestamp() // 3600)


@pytest.fixture(scope="module")
def folder() -> Folder:
    found, wrong = read_folder(FLOWS)
    assert found is not None, wrong
    return found


@pytest.fixture(scope="module")
def three(folder: Folder, book: Book) -> Book:
    return in_three_languages(folder, book)


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return read_glossary(LOCALES)[0]


class Listening(dict[tuple[str, str], str]):
    """A catalogue that notes what it was asked for in vain: there a person would read English."""

    def __init__(self, words: Catalogue) -> None:
        super().__init__(words)
        self.missed: set[tuple[str, str]] = set()

    def get(self, key, default=None):  # type: ignore[no-untyped-def]
        if key not in self:
            self.missed.add(key)
        return super().get(key, default)


def every_screen(book: Book, exploration: Exploration) -> set[State]:
    """Every state, and every overlay over one state of each step, for both readers."""
    above = {state.step: state for state in exploration.states}.values()
    shown = {*exploration.states, *(over for state in above for over in overlays(book.dialogue, state))}
    guessing = State(book.dialogue.menu, over=book.dialogue.guess)
    shown |= {replace(guessing, topics=(topic,)) for topic in book.dialogue.topics}
    return {with_reader(state, reader) for state in shown for reader in READERS}


def with_reader(state: State, reader: str) -> State:
    others = tuple(pair for pair in state.slots if pair[0] != "reader")
    friend = (("reader", "friend"),) if reader == "friend" else ()
    return replace(state, slots=tuple(sorted((*others, *friend))))


def drawn(book: Book, state: State, language: str) -> Answer:
    return conversation.redraw(book, code.pack(book.dialogue, state, "", language, HOUR), "", NOON)


def test_no_screen_falls_back_to_english(
    three: Book, exploration: Exploration, glossary: Glossary, record_property: Callable[[str, object], None]
) -> None:
    """Every reachable state, in every language, for both readers: each text from the catalogue, values included."""
    told = {language: Listening(three.catalogues[language]) for language in ("ru", "kk")}
    book = replace(three, catalogues={"en": {}} | told, translations=told)
    states, count, english = every_screen(book, exploration), 0, set()
    for state in states:
        for language in book.languages:
            screen = drawn(book, state, language).screen
            count += 1
            assert screen.language == language
            assert screen.text.strip() and "{" not in screen.text, state
            if language != "en":
                words = "\n".join([screen.text, *(b.label for b in screen.buttons if b.id[:9] != "language_")])
                english.add(english_left(language, Phrase("", "", None, ""), words, glossary))  # type: ignore[arg-type]
    figure = f"{count} screens in {', '.join(book.languages)} ({', '.join(told)} real only where offered), 0 fallbacks"
    record_property("figure", figure)
    assert count == len(states) * 3
    assert {language: one.missed for language, one in told.items()} == {"ru": set(), "kk": set()}
    assert english == {""}


def test_the_other_languages_stand_on_the_first_screen_in_their_own_script(three: Book) -> None:
    assert set(three.languages) == set(NAMES)
    for language in three.languages:
        first = conversation.begin(three, language, NOON).screen
        assert first.language == language
        others = {b.label for b in first.buttons if b.id.startswith("language_")}
        assert others == {name for other, name in NAMES.items() if other != language}


def test_two_taps_change_the_language_and_nothing_else(three: Book, exploration: Exploration) -> None:
    """From every screen, overlays and guesses included: language, then which. The first screen needs one tap."""
    states = every_screen(three, exploration)
    assert states
    for state in states:
        if state.over == three.dialogue.language:
            continue
        answer = drawn(three, state, "en")
        if state.step != three.dialogue.first or state.over:
            answer = conversation.tap(three, button(answer, "language"), "", NOON)
        switched = conversation.tap(three, button(answer, "language_kk"), "", NOON)
        assert switched == drawn(three, state, "kk"), state
        assert code.unpack(three.dialogue, switched.code, HOUR).state == state


def test_whoever_does_not_choose_returns_to_where_they_were(three: Book, exploration: Exploration) -> None:
    language = three.dialogue.language
    states = [state for state in every_screen(three, exploration) if state.over and state.over != language]
    assert states
    for state in states:
        asked = conversation.tap(three, button(drawn(three, state, "ru"), "language"), "", NOON)
        assert conversation.tap(three, button(asked, "back"), "", NOON) == drawn(three, state, "ru"), state


def button(answer: Answer, name: str) -> str:
    """The last of this name: commands stand below topics, and there is a topic "language"."""
    return next(one.code for one in reversed(answer.screen.buttons) if one.id == name)


def test_what_the_device_says_is_only_a_first_guess(three: Book) -> None:
    guesses = {"ru": "ru", "ru-RU": "ru", "RU": "ru", "kk-Latn": "kk", "kk_KZ": "kk", "en-US": "en"}
    nonsense = ["", "xx", "x" * 500, "ru" * 250, "-ru", "\u202e", "💔", "../kk", "r", "kkk", "\0", "kz"]
    for hint, language in [*guesses.items(), *((hint, "en") for hint in nonsense)]:
        screen = conversation.begin(three, hint, NOON).screen
        assert screen.language == language, hint
        assert sum(one.id.startswith("language_") for one in screen.buttons) == 2
    chosen = conversation.tap(three, button(conversation.begin(three, "ru", NOON), "language_kk"), "ru", NOON)
    assert conversation.redraw(three, chosen.code, "ru", NOON).screen.language == "kk", "a choice outlives the guess"


def test_without_its_catalogue_a_language_is_not_guessed(book: Book) -> None:
    only = replace(book, catalogues={"en": {}})
    for hint in ("ru", "kk-Latn", "xx"):
        screen = conversation.begin(only, hint, NOON).screen
        assert screen.language == "en"
        assert not [one for one in screen.buttons if one.id.startswith("language")]


# ---- hours, dates, distances


def value(book: Book, language: str, name: str, now: datetime = NOON, **slots: str) -> str:
    state = State(book.dialogue.menu, tuple(sorted(slots.items())))
    return conversation.voice(book, state, language, now).value(name)


def test_a_limit_is_told_as_a_day_and_an_hour_of_kazakhstan(three: Book) -> None:
    days = {
        "en": ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"),
        "ru": ("четверг", "пятница", "суббота", "воскресенье", "понедельник", "вторник", "среда"),
        "kk": ("бейсенбі", "жұма", "сенбі", "жексенбі", "дүйсенбі", "сейсенбі", "сәрсенбі"),
    }
    for language, names in days.items():
        for number in range(7):
            now = NOON.replace(hour=6, minute=40).astimezone(UTC) + timedelta(days=number - 2)  # two days are left
            told = value(three, language, "hiv_until", now, elapsed="under_24h")
            assert told == f"{names[number]}{' ' if language == 'en' else ', '}06:00"


def test_counted_things_are_written_as_each_language_writes_them(three: Book) -> None:
    expected = {
        "en": ("48 hours", "30 minutes", "16 September 2024"),
        "ru": ("48 часов", "30 минут", "16 сентября 2024 г."),
        "kk": ("48 сағат", "30 минут", "2024 ж. 16 қыркүйек"),
    }
    for language, (hours, minutes, date) in expected.items():
        assert value(three, language, "hiv_left", elapsed="under_24h") == hours
        assert value(three, language, "hide_minutes") == minutes
        assert " ".join(value(three, language, "guide_date").split()) == date  # blanks that don't break the line
    later = NOON + timedelta(hours=27)
    state = State(three.dialogue.menu, (("elapsed", "under_24h"),), passed=27)
    assert [conversation.voice(three, state, one, later).value("hiv_left") for one in three.languages] == [
        "21 hours",
        "21 час",
        "21 сағат",
    ]


def test_distances_and_towns_are_named_in_each_language(three: Book) -> None:
    far = max(three.directory.places, key=lambda place: int(value(three, "en", "distance", place=place).split()[0]))
    kilometres = value(three, "en", "distance", place=far).split()[0]
    assert int(kilometres) >= 100
    for language, unit in {"en": "km", "ru": "км", "kk": "км"}.items():
        assert value(three, language, "distance", place=far).split() == [kilometres, unit]
        assert value(three, language, "place", place=far) == three.directory.places[far].names[language]


def test_round_the_clock_is_said_in_words_beside_the_figures(three: Book, exploration: Exploration) -> None:
    """Opening hours come from the directory, and their words from the catalogue."""
    english = {state for state in exploration.states if "Hours: 24/7" in drawn(three, state, "en").screen.text}
    assert english
    told = {key: "24/7, круглосуточно" for key in three.catalogues["ru"] if key[1] == "24/7"}
    book = replace(three, catalogues=dict(three.catalogues) | {"ru": {**three.catalogues["ru"], **told}})
    for state in english:
        assert "24/7, круглосуточно" in drawn(book, state, "ru").screen.text, state


def test_kazakhstan_keeps_one_time_since_march_2024() -> None:
    """The fixed five hours of the code are those of the time zone data we install, until that data says otherwise."""
    towns = ("Almaty", "Aqtau", "Aqtobe", "Atyrau", "Oral", "Qostanay", "Qyzylorda")
    days = [datetime(2024, 3, 2) + timedelta(days=30 * number) for number in range(60)]
    for town in towns:
        zone = installed("Asia", town)
        for day in days:
            assert day.replace(tzinfo=zone).utcoffset() == ALMATY.utcoffset(None) == timedelta(hours=5), town
    before = datetime(2024, 2, 29, 12, tzinfo=installed("Asia", "Almaty"))
    assert before.utcoffset() == timedelta(hours=6)


def installed(*name: str) -> ZoneInfo:
    """From the package, whatever the system has."""
    with (files("tzdata") / "zoneinfo").joinpath(*name).open("rb") as opened:
        return ZoneInfo.from_file(opened)


def test_a_system_with_old_time_zones_tells_the_same_hour(three: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    right = value(three, "ru", "hiv_until", elapsed="under_24h")
    monkeypatch.setattr(values, "ZONE", timezone(timedelta(hours=6)))
    assert value(three, "ru", "hiv_until", elapsed="under_24h") == right == "суббота, 12:00"
