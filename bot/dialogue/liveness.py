"""Which answers may still matter. What nobody can ask again is forgotten at once (see `engine.settle`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.dialogue.model import COMMANDS, Slot, Step


def live_slots(steps: Mapping[str, Step], slots: Mapping[str, Slot], menu: str) -> dict[str, frozenset[str]]:
    """step -> the slots that it, or some step after it, may read before they are answered anew.

    Overlays lie over any step, so what they read is live everywhere. A local slot is live in its own flow only. The
    menu is one tap away from everywhere, which keeps alive what it reads.
    """
    above = frozenset(slot for step in steps.values() if step.overlay for slot in step.reads)
    live = {name: step.reads | above | _kept(steps, step) for name, step in steps.items()}
    changed = True
    while changed:
        changed = False
        for name, step in steps.items():
            wanted = live[name] | frozenset(_after(step, live, menu))
            kept = frozenset(slot for slot in wanted if _lives_in(slots[slot], step))
            changed = changed or kept != live[name]
            live[name] = kept
    return live


def _kept(steps: Mapping[str, Step], step: Step) -> frozenset[str]:
    """What the cards read that may be asked for here."""
    return frozenset(slot for choice in step.choices if choice.keep for slot in steps[choice.keep].reads)


def _lives_in(slot: Slot, step: Step) -> bool:
    return not slot.computed and slot.flow in ("", step.flow)


def _after(step: Step, live: Mapping[str, frozenset[str]], menu: str) -> Iterable[str]:
    yield from live[menu]
    yield from live[step.parent]
    for choice in step.choices:
        answered = {slot for slot, _ in choice.sets}
        for rule in choice.rules:
            yield from live.get(_step_of(rule.to, menu), frozenset()) - answered
    for rule in step.go:
        yield from live.get(_step_of(rule.to, menu), frozenset()) - {step.ask}


def _step_of(to: str, menu: str) -> str:
    return menu if to == "menu" else "" if to in COMMANDS else to
