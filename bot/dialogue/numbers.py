"""The dialogue reduced to its numbers, for an owner who can no longer keep the rest current."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.dialogue.model import COMMANDS, Condition, Dialogue, Step

UNDER_18: Condition = (("age", ("minor",)),)


def numbers_only(dialogue: Dialogue) -> Dialogue:
    """One screen, the emergency card, with the overlays its buttons lead to and the question for the language.

    Nothing is asked any more. Of what depends on an answer only the lines for people under 18 are said, to everybody:
    they name the age themselves. The card is the first screen now and stays neutral, so they wait for the next one.
    Whatever else somebody does leads back to the card: every other step, topic and page is gone, and a button of theirs
    decodes to the menu, which is the card.
    """
    card, kept = dialogue.help, _shown(dialogue)
    steps = {name: _reduced(dialogue.steps[name], card, kept) for name in (*kept, dialogue.language)}
    steps[card] = replace(steps[card], overlay=False)
    live = {name: frozenset[str]() for name in steps}
    screens = {"first": card, "menu": card, "lost": card, "guess": card, "again": "", "near": "", "nearest": ""}
    return replace(dialogue, **screens, steps=steps, pages={}, topics={}, live=live)  # type: ignore[arg-type]


def _shown(dialogue: Dialogue) -> tuple[str, ...]:
    """The card, and every overlay that lies behind its buttons."""
    found, waiting = dict[str, None](), [dialogue.help]
    while waiting:
        found[name := waiting.pop()] = None
        waiting += [to for to in _targets(dialogue.steps[name]) if to not in found and dialogue.steps[to].overlay]
    return tuple(found)


def _targets(step: Step) -> Iterator[str]:
    yield from (rule.to for choice in step.choices for rule in choice.rules if rule.to not in COMMANDS)


def _reduced(step: Step, card: str, kept: tuple[str, ...]) -> Step:
    said = ((),) if step.id == card else ((), UNDER_18)
    return replace(
        step,
        parent=card,
        says=tuple(replace(say, when=(), group=-1) for say in step.says if say.when in said),
        choices=tuple(one for one in step.choices if not one.when and all(rule.to in kept for rule in one.rules)),
        told=(),
        reads=frozenset(),
    )
