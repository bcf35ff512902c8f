"""Names as short hashes, and back: what buttons carry instead of the ids of steps, answers, towns and topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from bot.dialogue import engine
from bot.dialogue.model import COMMANDS, READERS, Choice, Dialogue, Step
from bot.dialogue.overlays import crises

#: Six bits a letter.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, slots=True)
class Tables:
    """hash -> name; of choices also what they mean."""

    steps: Mapping[str, str]
    answers: Mapping[str, tuple[str, str]]
    places: Mapping[str, str]
    pages: Mapping[str, str]
    topics: Mapping[str, str]  #: and whatever else may be offered
    overlays: Mapping[str, str]
    prints: Mapping[tuple[str, str], str]  #: step and choice -> fingerprint


@lru_cache(maxsize=65536)
def short(name: str, letters: int) -> str:
    """A hash of `name` in so many letters, six bits each. The checker refuses flows in which two names collide."""
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    return "".join(ALPHABET[number >> 6 * place & 63] for place in range(letters))


def collisions(dialogue: Dialogue) -> tuple[tuple[str, str], ...]:
    """Pairs of names that would share a code."""
    answers = [f"{slot.name}={value}" for slot in dialogue.slots.values() for value in slot.values]
    pages = [page for page in dialogue.pages if page]
    groups = [(list(dialogue.steps), 4), (answers, 4), (list(dialogue.slots["place"].values), 4), (pages, 4)]
    groups += [(_offers(dialogue), 3), ([*dialogue.topics, *READERS], 4), (list(COMMANDS), 4), (_overlays(dialogue), 2)]
    groups += [([choice.id for choice in step.choices], 4) for step in dialogue.steps.values()]
    return tuple(pair for names, letters in groups for pair in _twins(names, letters))


def _twins(names: list[str], letters: int) -> Iterable[tuple[str, str]]:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(short(name, letters), name)
        if other != name:
            yield other, name


def _offers(dialogue: Dialogue) -> list[str]:
    """All that can be offered after typed words."""
    places = [f"@{place}" for place in dialogue.slots["place"].values]
    pages = [f"#{page}" for page in dialogue.pages if page]
    return [*dialogue.topics, *(one for one in (*places, *pages) if engine.offerable(dialogue, one))]


def _overlays(dialogue: Dialogue) -> list[str]:
    """All that can lie over a step."""
    return [*(step.id for step in dialogue.steps.values() if step.overlay), *crises(dialogue)]


@lru_cache(maxsize=8)
def tables_of(dialogue: Dialogue) -> Tables:
    answers = {
        short(f"{slot.name}={value}", 4): (slot.name, value)
        for slot in dialogue.slots.values()
        if not slot.computed
        for value in slot.values
    }
    return Tables(
        steps={short(step, 4): step for step in dialogue.steps},
        answers=answers,
        places={short(place, 4): place for place in dialogue.slots["place"].values},
        pages={short(page, 4): page for page in dialogue.pages},
        topics={short(offer, 3): offer for offer in _offers(dialogue)},
        overlays={short(overlay, 2): overlay for overlay in _overlays(dialogue)},
        prints={(s.id, choice.id): choice_print(s, choice) for s in dialogue.steps.values() for choice in s.choices},
    )


def choice_print(step: Step, choice: Choice) -> str:
    return short(repr((step.id, (choice.id, choice.sets, choice.rules, choice.over, choice.keep))), 3)
