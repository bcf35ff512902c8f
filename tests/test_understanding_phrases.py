"""How well phrases are understood that were written apart from the training phrases (`make evaluate` prints more).

The floors are what was measured, less a phrase or two: whoever changes phrases or rules may not fall below them.
"""

from __future__ import annotations

import pytest

from bench.evaluate import Judged, cases, judged
from bench.material import phrases
from bot.understanding import normal, spelling

FOUND = judged(cases())
LANGUAGES = ("en", "ru", "kk")
#: Least share of crises seen, most of false alarms, least share with a right topic among those offered.
FLOORS = {"en": (0.99, 0.03, 0.98), "ru": (0.985, 0.02, 0.98), "kk": (0.985, 0.025, 0.97)}


def of(language: str, *, crisis: bool | None = None) -> list[Judged]:
    found = [one for one in FOUND if one.case.language == language and crisis in (None, one.case.crisis)]
    assert len(found) >= 100
    return found


def share(found: list[Judged], right: list[Judged]) -> float:
    return len(right) / len(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_crises_are_seen(language: str) -> None:
    urgent = of(language, crisis=True)
    assert share(urgent, [one for one in urgent if one.got.crisis]) >= FLOORS[language][0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_false_alarms_are_few(language: str) -> None:
    calm = of(language, crisis=False)
    assert share(calm, [one for one in calm if one.got.crisis]) <= FLOORS[language][1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_topic_is_among_those_offered(language: str) -> None:
    found = of(language)
    assert share(found, [one for one in found if one.top3]) >= FLOORS[language][2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_recognised(language: str) -> None:
    found = of(language)
    assert share(found, [one for one in found if one.got.language in (language, "mixed")]) >= 0.93


def test_the_test_phrases_are_not_training_phrases() -> None:
    def key(text: str) -> str:
        return " ".join(map(spelling.rough, spelling.words(normal.clean(text))))

    trained = {key(phrase.text) for phrase in phrases()}
    long = [one.case.text for one in FOUND if len(key(one.case.text).split()) > 3]
    assert len(long) > 500
    assert sum(key(text) in trained for text in long) / len(long) < 0.02
