"""Who can stand where: one state of every kind for each screen, overlays and typed words included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.dialogue import engine
from bot.dialogue.explore import Exploration, events, explore, stand_ins
from bot.dialogue.model import Dialogue, Event, State


@dataclass(frozen=True, slots=True)
class Reach:
    """What exploration found, and what lies behind overlays and typed words."""

    exploration: Exploration
    states: frozenset[State]
    kinds: tuple[State, ...]  #: one state for each set of answers, to lay overlays over
    standing: Mapping[str, tuple[State, ...]]  #: step -> the states in which one stands there

    def screens(self, dialogue: Dialogue, step: str) -> tuple[State, ...]:
        """States that show `step`, one for each combination of what the step reads."""
        found: dict[tuple[str, ...], State] = {}
        overlay = dialogue.steps[step].overlay
        for state in self.kinds if overlay else self.standing.get(step, ()):
            reads = tuple(engine.reads_as(dialogue, state, slot) for slot in sorted(dialogue.steps[step].reads))
            found.setdefault(reads, replace(state, over=step) if overlay else state)
        return tuple(found.values())


def reach(dialogue: Dialogue) -> Reach:
    """Everything that can happen. Raises TooManyStates."""
    found = explore(dialogue)
    states = set(found.states)
    kinds: dict[tuple[tuple[str, str], ...], State] = {}
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        moves = _ordinary(dialogue, state) if state not in found.states else iter(())
        after = set(moves)
        if state.slots not in kinds:
            kinds[state.slots] = state
            after |= set(_over(dialogue, state))
        fresh = after - states
        states |= fresh
        waiting += fresh
    return Reach(found, frozenset(states), tuple(kinds.values()), _standing(states))


def _standing(states: Iterable[State]) -> dict[str, tuple[State, ...]]:
    by_step: dict[str, list[State]] = {}
    for state in states:
        by_step.setdefault(state.step, []).append(state)
    return {step: tuple(found) for step, found in by_step.items()}


def _ordinary(dialogue: Dialogue, state: State) -> Iterator[State]:
    return _landings(dialogue, state, events(dialogue, state))


def _over(dialogue: Dialogue, state: State) -> Iterator[State]:
    """Where a choice of an overlay, or a topic that was offered, leads from here."""
    for step in dialogue.steps.values():
        if step.overlay:
            choices = (Event("choice", choice.id) for choice in step.choices)
            yield from _landings(dialogue, replace(state, over=step.id), choices)
    for offer in (*dialogue.topics, *(f"@{place}" for place in stand_ins(dialogue, "place") if dialogue.nearest)):
        guessing = engine.advance(dialogue, state, Event("topic", offer)).state
        yield from _landings(dialogue, guessing or state, [Event("about", offer)])


def _landings(dialogue: Dialogue, state: State, moves: Iterable[Event]) -> Iterator[State]:
    for event in moves:
        after = engine.advance(dialogue, state, event).state
        if after is not None and not after.over:
            yield engine.canonical(dialogue, after)
