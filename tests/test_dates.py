"""Each topic shows the date of what it rests on: in every state, language and for both readers, never twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml

from bot import conversation
from bot.authoring.load import FLOWS
from bot.authoring.neutral import first_line
from bot.conversation import Book
from bot.dialogue import code, engine
from bot.dialogue.explore import Exploration, overlays
from bot.dialogue.model import State
from bot.render import Screen
from tests.conftest import NIGHT, NOON

BEGINS = {"en": "Sources: ", "ru": "Источники: ", "kk": "Дереккөз: "}
#: A month and a year, or a year alone, as each language writes it.
MONTH = {
    "en": re.compile(r"([A-Z][a-z]{2,3} )?20\d\d"),
    "ru": re.compile(r"([а-я]{3,5}\.? )?20\d\d"),
    "kk": re.compile(r"20\d\d( ж\. \w{3}\.)?"),
}
#: The guide, its medical part, the brief, and what else is named; written here again, so that a slip in the file shows.
GUIDE, MEDICAL, BRIEF = "2024-09", "2022-02", "2024-04"
DATES = {"who-ec": "2021-11", "who-pep": "2024-07", "who-life": "2021-09", "who-handbook": "2014", "ifas-neck": "2024"}


def _screens(book: Book, exploration: Exploration) -> Iterator[tuple[State, str, Screen]]:
    for state in exploration.states:
        for language in book.languages:
            for now in (NOON, NIGHT):
                data = code.pack(book.dialogue, state, "", language, int(now.timestamp() // 3600))
                yield state, language, conversation.redraw(book, data, language, now).screen


def _foot(screen: Screen) -> str:
    last = screen.text.rpartition("\n")[2]
    return last if last.startswith(BEGINS[screen.language]) else ""


def _month(source: str) -> str:
    document, _, passage = source.partition("#")
    if document == "fcdo":
        return MEDICAL if passage.partition(".")[0] in ("treatment", "medical-exam") else GUIDE
    return BRIEF if document == "equality-now" else DATES[document]


def test_a_screen_with_a_claim_ends_with_its_dates_and_no_other_does(book: Book, exploration: Exploration) -> None:
    with_claim = without = 0
    for state, language, screen in _screens(book, exploration):
        says = [say for step in [book.dialogue.steps[state.step]] for say in step.says]
        told = screen.text.count(BEGINS[language])
        if state.step == book.dialogue.first or not any(say.sources or say.show for say in says):
            assert told == 0, state
            without += 1
        elif _foot(screen):
            assert told == 1, state
            with_claim += 1
        else:  # nothing of this step that has a source is said in this state
            assert not any(say.sources for say in engine.visible_says(book.dialogue, state)), (state, language)
    assert with_claim > 10_000
    assert without > 100


def test_the_dates_are_those_of_the_sources_named_beside_what_is_said(book: Book, exploration: Exploration) -> None:
    """Counted by another way: each passage by the dates written in this file, months as English writes them."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")
    looked = 0
    for state, language, screen in _screens(book, exploration):
        says = engine.visible_says(book.dialogue, replace(state, slots=(*state.slots, ("moment", "day"))))
        if language != "en" or any(say.show for say in says) or _timed(book, state) or not _foot(screen):
            continue
        months = {_month(one) for say in says for one in say.sources if one != "fcdo#disclaimer.2"}
        months |= {MEDICAL for say in says if "fcdo#disclaimer.2" in say.sources}
        months -= {month[:4] for month in months if len(month) > 4}
        told = [f"{names[int(m[5:]) - 1]} {m[:4]}" if m[5:] else m for m in sorted(months, reverse=True)]
        assert _foot(screen) == f"Sources: {', '.join(told)}", state
        looked += 1
    assert looked > 1000


def _timed(book: Book, state: State) -> bool:
    return any(slot == "moment" for say in book.dialogue.steps[state.step].says for slot, _ in say.when)


def test_entries_of_the_directory_bring_their_own_dates(book: Book, exploration: Exploration) -> None:
    cards = 0
    for state, language, screen in _screens(book, exploration):
        says = engine.visible_says(book.dialogue, state)
        if says and all(say.show for say in says if say.sources or say.show) and any(say.show for say in says):
            assert _foot(screen), (state, language)
            cards += 1
    assert cards


def test_the_line_is_short_and_written_as_each_language_writes_it(book: Book, exploration: Exploration) -> None:
    feet = {(screen.language, _foot(screen), state.step) for state, _, screen in _screens(book, exploration)}
    assert {language for language, foot, _ in feet if foot} == set(BEGINS) == set(book.languages)
    for language, foot, step in feet:
        if foot:
            assert step == "start.age" or len(foot) <= 50, foot  # that screen is about the sources and names them all
            dates = foot.removeprefix(BEGINS[language]).replace("\u202f", " ")
            assert all(MONTH[language].fullmatch(one) for one in dates.split(", ")), foot


def test_an_emergency_and_the_first_screen_stay_without_it(book: Book, exploration: Exploration) -> None:
    beneath = next(state for state in exploration.states if state.step == "medical.clock")
    drawn = 0
    for state in (State(book.dialogue.first), *overlays(book.dialogue, beneath)):
        for language in book.languages:
            data = code.pack(book.dialogue, state, "", language, int(NOON.timestamp() // 3600))
            screen = conversation.redraw(book, data, language, NOON).screen
            assert bool(screen.over) == bool(state.over)
            assert BEGINS[language] not in screen.text
            drawn += 1
    assert drawn > 20


def test_the_line_never_comes_first(book: Book, exploration: Exploration) -> None:
    for state, language, screen in _screens(book, exploration):
        assert not first_line(screen.text).startswith(BEGINS[language]), state


def test_no_text_types_the_date_that_the_line_tells() -> None:
    """One place says how old the guide is, beside the line: the screen on its age."""
    typed = [path.name for path in sorted(FLOWS.glob("*.yaml")) if "{guide_date}" in path.read_text("utf-8")]
    assert typed == ["start.yaml", "words.yaml"]


@pytest.mark.parametrize("language", sorted(BEGINS))
def test_contacts_say_that_they_may_have_changed(book: Book, exploration: Exploration, language: str) -> None:
    """Wherever an entry is shown, on its card or beside it; the plan to keep has no room and says so in no card."""
    told = [conversation.neutral(book, language, name, NOON) for name in ("changed", "changed_abroad")]
    assert "150" in told[0] and "150" not in told[1]
    shown = set()
    for state, drawn, screen in _screens(book, exploration):
        if drawn == language and any(say.show for say in engine.visible_says(book.dialogue, state)):
            assert state.step == "plan.keep" or any(line in screen.text for line in told), state
            shown.add(state.step)
    assert {"place.pep", "place.support", "british.first", "law.consular", "talk.ngo", "talk.mental"} <= shown


def test_every_source_says_its_date_and_which_part_is_older() -> None:
    sources = yaml.load((FLOWS / "sources.yaml").read_text("utf-8"), yaml.BaseLoader)["sources"]
    assert len(sources) == 7
    assert sources["fcdo"]["medical_sections"] == ["treatment", "medical-exam", "disclaimer.2"]
    assert {name: one["date"][:7] for name, one in sources.items()} == DATES | {"fcdo": GUIDE, "equality-now": BRIEF}
