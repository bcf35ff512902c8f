"""Visits every state that anybody can reach, with the fewest taps to each. The dialogue is checked, not sampled."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.dialogue import engine
from bot.dialogue.model import Choice, Dialogue, Event, State
from bot.dialogue.overlays import crises


class TooManyStates(Exception):
    """The flows grew past the limit: a slot lives too long or a step reads too much."""


@dataclass(frozen=True, slots=True)
class Exploration:
    states: Mapping[State, tuple[State, tuple[Event, ...]] | None]  #: each state and how it was first reached
    taps: Mapping[str, int]  #: step -> fewest taps from the first screen, following any answers
    edges: int
    used: frozenset[tuple[str, str, str]]  #: (step, choice, target) that somebody can take

    def path(self, state: State) -> tuple[Event, ...]:
        """The events that lead from the first screen to `state`, time passing included."""
        events: list[Event] = []
        came = self.states[state]
        while came is not None:
            before, moves = came
            events += reversed(moves)
            came = self.states[before]
        return tuple(reversed(events))


def explore(dialogue: Dialogue, limit: int = 20_000) -> Exploration:
    """Breadth first over all events of all states; raises TooManyStates past `limit`.

    States that read alike count once (`engine.canonical`); overlays leave the state beneath untouched, so they are
    visited from one state of each kind (`overlays`) and not counted. Hours that pass cost no tap.
    """
    start = State(dialogue.first)
    states: dict[State, tuple[State, tuple[Event, ...]] | None] = {start: None}
    cost, taps, used, edges = {start: 0}, {dialogue.first: 0}, set[tuple[str, str, str]](), 0
    waiting, done = deque([start]), set[State]()
    while waiting:
        state = waiting.popleft()
        if state in done:  # reached again more cheaply, by letting time pass
            continue
        done.add(state)
        for event in events(dialogue, state):
            after = engine.advance(dialogue, state, event).state
            edges += 1
            if event.kind in ("choice", "place"):
                used.add((state.step, event.value if event.kind == "choice" else "", after.step if after else "exit"))
            if after is None:
                continue
            moves = (event, Event("command", "back")) if after.over else (event,)
            after = engine.canonical(dialogue, replace(after, over="", under=(), topics=()))
            price = cost[state] + (len(moves) if event.kind != "pass" else 0)
            if after in cost and cost[after] <= price:
                continue
            if after not in states and len(states) >= limit:
                raise TooManyStates(f"more than {limit} states")
            states[after], cost[after] = (state, moves), price
            taps[after.step] = min(price, taps.get(after.step, price))
            waiting.appendleft(after) if event.kind == "pass" else waiting.append(after)
    return Exploration(states, taps, edges, frozenset(used))


def events(dialogue: Dialogue, state: State) -> Iterator[Event]:
    """Everything that can happen in `state`; of places that read alike, one."""
    yield from (Event("choice", choice.id) for choice in engine.visible_choices(dialogue, state))
    if engine.asks_place(dialogue, state):
        yield from (Event("place", place) for place in stand_ins(dialogue, "place"))
    yield from (Event("command", name) for name in ("help", "exit", "language"))
    if state.step != dialogue.first:  # they work there too, but no button says so before "it is safe to read"
        yield from (Event("command", name) for name in ("back", "menu"))
    if hours := until_next_phase(dialogue, state):
        yield Event("pass", str(hours))


def stand_ins(dialogue: Dialogue, slot: str) -> tuple[str, ...]:
    """One value for each thing a slot can read as."""
    first: dict[str, str] = {}
    for value, rows in dialogue.slots[slot].table.items():
        if value != dialogue.slots[slot].unset:
            first.setdefault(rows[0][1], value)
    return tuple(first.values())


def until_next_phase(dialogue: Dialogue, state: State) -> int:
    """Hours until `elapsed` reads differently; 0 if it never will."""
    if "elapsed" not in dict(state.slots):
        return 0
    rows = dialogue.slots["elapsed"].table[engine.answer(dialogue, state, "elapsed")]
    return next((hours - state.passed for hours, _ in rows if hours > state.passed), 0)


def overlays(dialogue: Dialogue, beneath: State) -> dict[State, tuple[Choice, ...]]:
    """Every overlay as it looks over `beneath`, with its choices: also each crisis heard in words, and a town named."""
    found = {}
    town = tuple(f"@{place}" for place in stand_ins(dialogue, "place")[:1] if dialogue.near)
    for over in (*(step.id for step in dialogue.steps.values() if step.overlay), *crises(dialogue)):
        topics = town if over == dialogue.near else ()
        state = State(beneath.step, beneath.slots, beneath.passed, over=over, topics=topics)
        found[state] = engine.visible_choices(dialogue, state)
    return found
