"""Patterns of crisis.yaml: what they match, and that the model file holds what the files in flows/topics/ say."""

from __future__ import annotations

import pytest

from bench.material import TOPICS, meanings, phrases, read
from bench.patterns import PatternError, compiled, flat
from bot.understanding import rules, spelling
from bot.understanding.model import model
from bot.understanding.normal import clean

DOCUMENT = read(TOPICS / "crisis.yaml")


def met(pattern: str, text: str, **sets: str) -> bool:
    made = rules.load(compiled({"sets": sets, "danger": {"sure": {"en": {"one": [pattern]}}}}))
    return bool(made.find([made.repaired(spelling.rough(word)) for word in spelling.words(clean(text))]))


MATCHES = [
    ("lock* me", "he locked me in"),
    ("he|she .. door", "he is at the door"),
    ("{one} door", "she door"),
    ("(at the|by) door", "by door"),
    ("(at the|by) door", "at the door"),
    ("^ help me? $", "help"),
    ("^ help me? $", "help me"),
    ("стоит .. дверью", "stoit pod dveryu"),
    ("қорқамын", "korkamin"),
    ("strangled", "he strangeled her"),
]
MISSES = [
    ("lock* me", "he me locked"),
    ("he|she .. door", "he one two three four door"),
    ("{one} door", "it door"),
    ("(at the|by) door", "at door"),
    ("^ help me? $", "please help"),
    ("^ help me? $", "help him"),
    ("стоит .. дверью", "дверью стоит"),
    ("die", "dice"),
]


@pytest.mark.parametrize(("pattern", "text"), MATCHES)
def test_a_pattern_matches(pattern: str, text: str) -> None:
    assert met(pattern, text, one="he|she")


@pytest.mark.parametrize(("pattern", "text"), MISSES)
def test_a_pattern_does_not_match(pattern: str, text: str) -> None:
    assert not met(pattern, text, one="he|she")


@pytest.mark.parametrize("pattern", ["(he", "he)", "*", "a (b|c"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        list(flat(pattern, {}))


def test_every_rule_of_the_file_has_patterns() -> None:
    found = compiled(DOCUMENT)["rules"]
    assert len(found) > 50
    assert [name for name, _, _, patterns in found if not patterns] == []


def test_a_known_word_is_not_repaired() -> None:
    data = compiled({"sets": {}, "danger": {"sure": {"en": {"one": ["screamed"]}}}})
    assert rules.load(data).repaired("screamd") == "screamed"
    assert rules.load(data, ["screamd"]).repaired("screamd") == "screamd"


def test_the_model_file_holds_the_rules_and_meanings_of_the_flows() -> None:
    assert model().data["rules"] == compiled(DOCUMENT), "run: make model"
    assert model().data["meanings"] == meanings(read(TOPICS / "concepts.yaml")), "run: make model"


def test_the_model_knows_the_topics_of_the_phrases() -> None:
    known = phrases()
    assert {topic for phrase in known for topic in phrase.topics} <= set(model().lanes), "run: make model"
    assert {
        language: sum(phrase.language == language for phrase in known) > 3_000 for language in ("en", "ru", "kk")
    } == {
        "en": True,
        "ru": True,
        "kk": True,
    }
