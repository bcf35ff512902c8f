"""Typed words to topics and a crisis: the one entrance to this room. Nothing here keeps, logs or prints the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

from bot.understanding import model, spelling
from bot.understanding.features import features
from bot.understanding.language import LANGUAGES, Speech
from bot.understanding.lexicon import Lexicon
from bot.understanding.normal import clean
from bot.understanding.rules import Found, Rules, load

CRISES = ("danger", "self-harm", "injured")
#: The lane of "one of the three", which is surer than each of them.
CRISIS = "crisis"
OTHER = "other"
NOT_TOPICS = frozenset((CRISIS, *LANGUAGES))
#: So many topics are offered at most.
OFFERED = 3

#: From this suspicion on a message is taken for a crisis. Missing one is worse than asking once too often; what other
#: values would give stands in docs/understanding.md.
ENOUGH = 0.34
#: Where "none of these" is as likely as this, harmless talk in strong words is likely too, and more is asked for.
MAYBE_OTHER, ENOUGH_THEN = 0.25, 0.50
#: Messages of more words are also read in overlapping pieces of so many, which must be so suspicious.
LONG, PIECE, ENOUGH_IN_PIECE = 15, 12, 0.50
#: "None of these" is only believed on its own from here on; below, other topics are offered beside it.
SURELY_OTHER = 0.6
#: Less probable topics are noise; a crisis nobody spoke of is not to be offered as if it were a topic among others.
LEAST, LEAST_CRISIS = 0.02, 0.10


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood. It holds nothing of the words themselves.

    `language`: en, ru, kk, mixed, or "" where there are no letters. `topics`: up to three ids of the topics, best
    first; `("other",)` when it is none of them, empty when there was nothing to read. `crisis`: danger, self-harm,
    injured or None. `why`: rules met and probabilities, for helpline staff and authors. `chances`: the probability of
    each of the topics, 0 to 1; whoever has none does not tell.
    """

    language: str
    topics: tuple[str, ...]
    crisis: str | None
    why: str
    chances: tuple[float, ...] = ()

    def chance(self, topic: str) -> float:
        """How probable one of the topics is; 0 for any other."""
        return dict(zip(self.topics, self.chances, strict=False)).get(topic, 0.0)

    @property
    def offers(self) -> tuple[str, ...]:
        """The topics that can be offered: those without "other"."""
        return tuple(topic for topic in self.topics if topic != OTHER)


NOTHING = Understood("", (), None, "nothing to read")


@dataclass(frozen=True, slots=True, repr=False)
class Reader:
    """The model with all that reads for it."""

    model: model.Model
    rules: Rules
    lexicon: Lexicon
    speech: Speech


@cache
def reader() -> Reader:
    """The reader of `model.bin`, made once."""
    return made(model.model())


def made(trained: model.Model) -> Reader:
    data = trained.data
    known = frozenset(data["known"])
    return Reader(
        trained,
        load(data["rules"], known),
        Lexicon(data["meanings"]["words"], data["meanings"]["stems"]),
        Speech(frozenset(data["russian"]), frozenset(data["kazakh"])),
    )


def understand(words: str) -> Understood:
    """What a message is about. Deterministic, bounded work (the first and last of 1,000 characters), never raises."""
    typed = spelling.words(clean(words))
    return judged(typed, reader()) if typed else NOTHING


def judged(typed: Sequence[str], using: Reader) -> Understood:
    """What these words are about; a long message is also read in pieces, for a cry may stand in the middle of it."""
    rough = [spelling.rough(word) for word in typed]
    scores, found = _read(typed, rough, using)
    crisis = _likeliest(scores) if suspicion(scores) >= _enough(scores) else None
    for start in range(0, len(typed) - PIECE // 2, PIECE // 2) if len(typed) > LONG and not crisis else ():
        part = slice(start, start + PIECE)
        in_part, found_in_part = _read(typed[part], rough[part], using)
        if suspicion(in_part) >= ENOUGH_IN_PIECE:
            crisis = _likeliest(in_part)
            scores, found = {**scores, **{lane: in_part[lane] for lane in (CRISIS, *CRISES)}}, found_in_part
            break
    topics = _topics(scores, crisis)
    chances = tuple(scores[topic] for topic in topics)
    return Understood(using.speech.language(typed, rough, scores), topics, crisis, _why(scores, found, topics), chances)


def _read(typed: Sequence[str], rough: Sequence[str], using: Reader) -> tuple[Mapping[str, float], list[Found]]:
    seen, found = looked_at(typed, rough, using.rules, using.lexicon)
    return using.model.score(seen), found


def looked_at(
    typed: Sequence[str], rough: Sequence[str], rules: Rules, lexicon: Lexicon
) -> tuple[list[int], list[Found]]:
    """Features of a message and the rules it met; training and use see the same."""
    mended = [rules.repaired(word) for word in rough]
    found = rules.find(mended)
    meanings = [lexicon.meanings(word) for word in mended]
    return features(typed, rough, meanings, [(rule.name, f"{rule.kind}.{rule.topic}") for rule in found]), found


def _enough(scores: Mapping[str, float]) -> float:
    return ENOUGH_THEN if scores[OTHER] >= MAYBE_OTHER else ENOUGH


def _likeliest(scores: Mapping[str, float]) -> str:
    return max(CRISES, key=lambda topic: scores[topic])


def suspicion(scores: Mapping[str, float]) -> float:
    """Half-way, in log odds, between "one of the three" and the likeliest of the three: surer than either, 0 to 1."""
    some, most = scores[CRISIS], max(scores[topic] for topic in CRISES)
    return 1 / (1 + sqrt((1 / some - 1) * (1 / most - 1)))


def _topics(scores: Mapping[str, float], crisis: str | None) -> tuple[str, ...]:
    """A crisis stands first, or not at all at the first place: whoever shows the card may go by that place alone."""
    calm = {lane for lane in scores if lane not in NOT_TOPICS and lane not in CRISES}
    best = max(sorted(calm), key=lambda lane: scores[lane])
    likely = {best, *(lane for lane in (*calm, *CRISES) if lane == crisis or scores[lane] >= _least(lane))}
    if best == OTHER and not crisis and scores[OTHER] >= SURELY_OTHER:
        return (OTHER,)
    last = () if crisis else CRISES
    return tuple(sorted(likely, key=lambda lane: (lane != crisis, lane in last, -scores[lane], lane))[:OFFERED])


def _least(topic: str) -> float:
    return LEAST_CRISIS if topic in CRISES else LEAST


def _why(scores: Mapping[str, float], found: Sequence[Found], topics: Sequence[str]) -> str:
    """As "rules: danger.en.held; crisis 0.97; danger 0.95, partner 0.31": names and numbers, none of the words."""
    likely = ", ".join(f"{lane} {scores[lane]:.2f}" for lane in topics)
    told = " ".join(rule.name for rule in found if rule.kind != "hint")
    return f"{f'rules: {told}; ' if told else ''}crisis {suspicion(scores):.2f}; {likely}"
