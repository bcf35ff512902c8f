"""Trains `bot/understanding/model.bin` from the phrases, rules and meanings in `flows/topics/`: `make model`.

Logistic regression, one topic against the rest, by Adagrad over the phrases in a shuffled order of fixed seed: the
same files give the same weights on the same machine. Needs numpy, which the running bot does not.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bench.material import Phrase, data, phrases
from bench.spoken import spoken
from bot.understanding import model, rules, spelling
from bot.understanding.features import BUCKETS
from bot.understanding.language import LANGUAGES
from bot.understanding.lexicon import Lexicon
from bot.understanding.normal import clean
from bot.understanding.reading import CRISES, CRISIS, looked_at

EPOCHS, RATE, DECAY, SEED = 12, 0.35, 5e-4, 20261122

Seen = Callable[[str], np.ndarray]


def seer(made: dict[str, Any]) -> Seen:
    """The function from a text to the numbers of its features."""
    known = rules.load(made["rules"], made["known"])
    lexicon = Lexicon(made["meanings"]["words"], made["meanings"]["stems"])

    def seen(text: str) -> np.ndarray:
        typed = spelling.words(clean(text))
        numbers, _ = looked_at(typed, [spelling.rough(word) for word in typed], known, lexicon)
        return np.array(numbers, dtype=np.int64)

    return seen


def lanes(known: Sequence[Phrase]) -> list[str]:
    return [*sorted({topic for phrase in known for topic in phrase.topics}), CRISIS, *LANGUAGES]


def targets(known: Sequence[Phrase], columns: Sequence[str]) -> np.ndarray:
    """1 where a phrase belongs to a lane."""
    table = np.zeros((len(known), len(columns)), dtype=np.float32)
    for row, phrase in enumerate(known):
        wanted = {*phrase.topics, phrase.language, *([CRISIS] if phrase.topics & set(CRISES) else [])}
        table[row] = [lane in wanted for lane in columns]
    return table


def fit(inputs: Sequence[np.ndarray], wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (feature by lane) and biases."""
    count = wanted.shape[1]
    weights, squares = np.zeros((BUCKETS, count), np.float32), np.full((BUCKETS, count), 1e-3, np.float32)
    bias, bias_squares = np.full(count, -3, np.float32), np.ones(count, np.float32)
    order, generator = np.arange(len(inputs)), np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        generator.shuffle(order)
        for row in order.tolist():
            at = inputs[row]
            share = np.float32(1 / np.sqrt(max(1, len(at))))
            current = weights[at]
            error = 1 / (1 + np.exp(-(current.sum(0) * share + bias))) - wanted[row]
            slope = error * share + DECAY * current
            squares[at] = sums = squares[at] + slope * slope
            weights[at] = current - RATE * slope / np.sqrt(sums)
            bias_squares += error * error
            bias -= RATE * error / np.sqrt(bias_squares)
    return weights, bias


def packed(weights: np.ndarray, bias: np.ndarray, columns: Sequence[str], made: dict[str, Any]) -> bytes:
    """The model file: weights in steps of 1/127 of the largest of their lane."""
    scale = np.maximum(np.abs(weights).max(0), 1e-6) / 127
    steps = (np.rint(weights / scale) + model.ZERO).astype(np.uint8)
    header = {
        "lanes": list(columns),
        "scale": [float(f"{one:.6g}") for one in scale],
        "bias": [float(f"{one:.6g}") for one in bias],
        "data": made,
    }
    return model.pack(header, steps.tobytes())


def varied(known: Sequence[Phrase]) -> list[Phrase]:
    """The phrases and, of the English ones, how they are spelled by those who only hear them."""
    return [*known, *(Phrase(spoken(one.text), "en", one.topics) for one in known if one.language == "en")]


def trained(known: Sequence[Phrase], made: dict[str, Any]) -> bytes:
    seen, columns, known = seer(made), lanes(known), varied(known)
    return packed(*fit([seen(phrase.text) for phrase in known], targets(known, columns)), columns, made)


def main() -> None:
    known = phrases()
    result = trained(known, data(known))
    model.FILE.write_bytes(result)
    counts = Counter(phrase.language for phrase in known)
    by_language = ", ".join(f"{language} {count:,}" for language, count in sorted(counts.items()))
    sys.stdout.write(f"{model.FILE.name}: {len(result):,} bytes from {len(known):,} phrases ({by_language})\n")


if __name__ == "__main__":
    main()
