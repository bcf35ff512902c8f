"""The bot knows as much as its sources: each fact is told at a step that names its passage and holds its tokens.

`facts/cut.yaml` lists the facts, `facts/told.yaml` where each is told, found by reading. This test holds the two
against the flows; that the sentence really tells the fact is what the reading was for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from bot.authoring.export import export
from bot.authoring.load import check
from bot.conversation import Book
from bot.dialogue.explore import Exploration

HERE = Path(__file__).parent / "facts"
#: Shares of facts that must be told, by priority.
SHARES = {"life": 1.0, "core": 0.95, "depth": 0.90}
#: Taps from the first screen within which a fact that may save somebody is reached, unless it belongs to a later stage.
NEAR = 5


def _read(name: str) -> list[dict[str, object]]:
    return list(yaml.load((HERE / name).read_text("utf-8"), yaml.BaseLoader))


FACTS = {str(fact["id"]): fact for fact in _read("cut.yaml")}
TOLD = {str(row["fact"]): row for row in _read("told.yaml")}


@pytest.fixture(scope="module")
def steps() -> dict[str, dict[str, object]]:
    loaded = check()
    assert loaded.book is not None
    assert loaded.reach is not None
    return dict(export(loaded.book, loaded.reach)["steps"])


def _texts(step: dict, language: str) -> Iterator[tuple[str, set[str]]]:  # type: ignore[type-arg]
    for say in step["says"]:
        yield say["text"][language], set(say["sources"])


def _missing(fact: dict[str, object], step: dict, language: str) -> str:  # type: ignore[type-arg]
    """What keeps this step from telling the fact in a language; empty if nothing does."""
    says = list(_texts(step, language))
    sources = set().union(*(sources for _, sources in says))
    if fact["source"] not in sources:
        return f"no say names {fact['source']}"
    words = re.sub(r"\s", "", " ".join(text for text, _ in says))
    words = words if language == "en" else re.sub(r"(?<=\d),(?=\d)", ".", words)  # 51,5 is how they write 51.5
    lost = [token for token in fact["exact"] if not _stands(re.sub(r"\s", "", str(token)), words)]  # type: ignore[attr-defined]
    return f"lost: {', '.join(lost)}" if lost else ""


def _stands(token: str, words: str) -> bool:
    """A number stands by itself: 15 is not found in 150."""
    return re.search(rf"(?<!\d){re.escape(token)}(?!\d)", words) is not None


def test_the_list_of_facts_is_whole() -> None:
    assert Counter(str(fact["priority"]) for fact in FACTS.values()) == {"life": 58, "core": 227, "depth": 38}
    assert set(TOLD) <= set(FACTS)


def test_each_fact_stands_where_it_is_said_to_be_told(
    book: Book,
    steps: dict[str, dict],  # type: ignore[type-arg]
) -> None:
    """In every language that is offered: its exact tokens stand there."""
    assert TOLD
    assert book.languages
    wrong = []
    for name, row in TOLD.items():
        step = steps.get(str(row["step"]))
        for language in book.languages:
            problem = "no such step" if step is None else _missing(FACTS[name], step, language)
            wrong += [f"{name} at {row['step']} in {language}: {problem}"] if problem else []
    assert wrong == []


def test_as_much_is_told_as_was_promised(record_property: Callable[[str, object], None]) -> None:
    table: Counter[tuple[str, str]] = Counter()
    for name, fact in FACTS.items():
        table[str(fact["topic"]), "told" if name in TOLD else "not told"] += 1
    lines = [
        f"{topic:24}{table[topic, 'told']:4} told {table[topic, 'not told']:4} not"
        for topic in sorted({topic for topic, _ in table})
    ]
    for priority, share in SHARES.items():
        facts = [name for name, fact in FACTS.items() if fact["priority"] == priority]
        told = [name for name in facts if name in TOLD]
        lines.append(f"{priority}: {len(told)} of {len(facts)}")
        assert facts
        assert len(told) >= share * len(facts)
    record_property("figure", "\n".join(lines))
    page = (Path(__file__).parents[1] / "docs" / "content.md").read_text("utf-8")
    assert "\n".join(lines) in page, "docs/content.md shows another table"


def test_what_may_save_somebody_is_near(exploration: Exploration, steps: dict[str, dict]) -> None:  # type: ignore[type-arg]
    life = [name for name, fact in FACTS.items() if fact["priority"] == "life"]
    assert life
    near = {name: steps[str(TOLD[name]["step"])]["taps"] for name in life}
    late = {name for name, taps in near.items() if taps > NEAR}
    assert late == {name for name in life if TOLD[name].get("stage") == "later" and near[name] > NEAR}


def test_hard_things_stand_behind_a_choice_that_names_them(book: Book) -> None:
    """No hard fact on a screen that is entered from care, and never without something that helps."""
    hard = {step.id for step in book.dialogue.steps.values() if any(say.hard for say in step.says)}
    assert hard
    for name in hard:
        says = book.dialogue.steps[name].says
        assert any(not say.hard for say in says), f"{name} holds nothing that helps"
