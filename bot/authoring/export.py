"""The compiled dialogue as plain JSON, for reviewers and programs: every text in every offered language, filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import conversation
from bot.authoring.reach import Reach
from bot.authoring.slots import MOMENTS
from bot.care.centres import Centre
from bot.dialogue import engine
from bot.dialogue.model import COMMANDS, Choice, Condition, Dialogue, Rule, Say, State, Step
from bot.dialogue.overlays import own
from bot.render import Voice, label_text, paragraph

#: A fixed hour, so that the same flows always give the same bytes.
FIXED = datetime(2026, 1, 15, 12, tzinfo=ZoneInfo("Asia/Almaty"))
#: The key of `model.Say.texts` for one wording that serves both readers.
_BOTH = ""


@dataclass(frozen=True, slots=True)
class _Export:
    book: conversation.Book
    visited: Reach
    taps: Mapping[str, int]


def export(book: conversation.Book, visited: Reach) -> dict[str, Any]:
    """The format of the design, part 9."""
    work = _Export(book, visited, taps(book.dialogue, visited))
    return {
        "languages": list(book.languages),
        "states": len(visited.states),
        "steps": {step.id: _step(work, step) for step in book.dialogue.steps.values()},
        "centres": [asdict(centre) for centre in book.directory.centres.values()],
    }


def taps(dialogue: Dialogue, visited: Reach) -> dict[str, int]:
    """step -> fewest taps from the first screen. Overlays lie one tap beyond a screen that leads to them."""
    cost = dict(visited.exploration.taps)
    for name in own(dialogue):
        cost.setdefault(name, 1)
    for topic in dialogue.topics.values():
        cost.setdefault(topic.go, 1 if topic.crisis else 2)
    changed = True
    while changed:
        changed = False
        for step in dialogue.steps.values():
            targets = {rule.to for choice in step.choices for rule in choice.rules}
            targets |= {choice.over for choice in step.choices if choice.over}
            for to in targets - set(COMMANDS):
                if step.id in cost and cost[step.id] + 1 < cost.get(to, len(dialogue.steps)):
                    cost[to], changed = cost[step.id] + 1, True
    return cost


def _step(work: _Export, step: Step) -> dict[str, Any]:
    return {
        "taps": work.taps.get(step.id),
        "parent": step.parent,
        "overlay": step.overlay,
        "says": [said for index in range(len(step.says)) for said in _says(work, step, index)],
        "choices": [_choice(work, step, choice) for choice in step.choices],
        "go": _rules(step.go),
        "told": [asdict(told) for told in step.told],
        "reviewed": None,
    }


def _says(work: _Export, step: Step, index: int) -> Iterator[dict[str, Any]]:
    """One entry for each reader's wording; nothing for a case in which nothing is said."""
    say = step.says[index]
    state = _shown_in(work, step, say)
    if say.show:
        yield from _entries(work, step, say, state)
    for reader in say.texts:
        yield {
            "when": _when(say.when),
            "reader": reader or None,
            "text": _texts(work, state, lambda voice: paragraph(voice, step.id, say, reader)),  # noqa: B023
            "sources": list(say.sources),
            "hard": say.hard,
        }


def _entries(work: _Export, step: Step, say: Say, state: State) -> Iterator[dict[str, Any]]:
    """Entries of the directory carry their own sources. What is near depends on the town: one for each listed one."""
    centres = work.book.directory.centres.values()
    near = say.show in ("nearest", "contact")
    for city in dict.fromkeys(centre.city for centre in centres if centre.city) if near else ("",):
        there = replace(state, slots=(*(slot for slot in state.slots if slot[0] != "place"), ("place", city)))
        drawn = there if city else state
        shown = [centre for centre in centres if _is_shown(say, centre, city)]
        yield {
            "when": _when(say.when) | ({"place": [city]} if city else {}),
            "reader": None,
            "text": _texts(work, drawn, lambda voice: paragraph(voice, step.id, say, _BOTH)),
            "sources": list(dict.fromkeys([*say.sources, *(one for centre in shown for one in _sources(centre))])),
            "hard": say.hard,
        }


def _is_shown(say: Say, centre: Centre, city: str) -> bool:
    return centre.city == city and say.of[0] in centre.services if city else centre.id in say.of


def _sources(centre: Centre) -> Iterator[str]:
    yield from centre.sources
    yield from (source for note in centre.notes for source in note.sources)
    yield from (source for told in centre.told for source in told.sources)


def _shown_in(work: _Export, step: Step, say: Say) -> State:
    """A state in which this is said, for the hours and places in it."""
    screens = work.visited.screens(work.book.dialogue, step.id)
    for state in screens:
        for moment in MOMENTS:
            drawn = replace(state, slots=(*state.slots, ("moment", moment)))
            if any(one is say for one in engine.visible_says(work.book.dialogue, drawn)):
                return drawn
    return screens[0] if screens else State(step.id)


def _texts(work: _Export, state: State, word: Any) -> dict[str, str]:
    return {language: word(_voice(work.book, state, language)) for language in work.book.languages}


def _voice(book: conversation.Book, state: State, language: str) -> Voice:
    return conversation.voice(book, state, language, FIXED)


def _choice(work: _Export, step: Step, choice: Choice) -> dict[str, Any]:
    context = f"{step.id}>{choice.id}"
    screens = work.visited.screens(work.book.dialogue, step.id)
    state = screens[0] if screens else State(step.id)
    found: dict[str, Any] = {
        "id": choice.id,
        "label": _texts(work, state, lambda voice: label_text(voice, context, choice.labels, "survivor")),
        "to": _rules(choice.rules),
        "set": dict(choice.sets),
        "when": _when(choice.when),
    }
    if "friend" in choice.labels:
        friend = _texts(work, state, lambda voice: label_text(voice, context, choice.labels, "friend"))
        found["label_friend"] = friend
    return found


def _rules(rules: tuple[Rule, ...]) -> list[dict[str, Any]]:
    return [{"when": _when(rule.when), "step": rule.to} for rule in rules]


def _when(condition: Condition) -> dict[str, list[str]]:
    return {slot: list(values) for slot, values in condition}
