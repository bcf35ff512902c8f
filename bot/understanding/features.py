"""What the model looks at in a message.

Words, pairs of words, beginnings of words, pieces of three and four letters; then what is the same in all languages:
meanings (`flows/topics/concepts.yaml`), pairs of meanings, and the rules that were met. Each becomes a number below
`BUCKETS` by a fixed hash, so the model needs no dictionary of what people may type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from zlib import crc32

#: A power of two; at this size collisions cost nothing that could be measured.
BUCKETS = 1 << 17
#: Seeds keep the kinds of features apart.
_TYPED, _ROUGH, _PAIR, _STEM, _STEMS, _BONES, _PIECE, _APART, _MEANING, _MEANINGS, _ORDER, _RULE, _KIND = range(1, 14)
#: Kazakh and Russian put grammar at the end of a word: its first letters are a stem, roughly.
STEM = 5
#: Typing errors mostly hit vowels: longer words are also seen without them.
BONES = 5
#: Meanings that are paired at most, and how many words apart two stand that are paired in their order.
MEANINGS, APART = 20, 4
#: A rule that was met weighs more than a piece of a word does: it is seen under so many numbers.
RULE_WEIGHT = 2


def features(
    typed: Sequence[str],
    rough: Sequence[str],
    meanings: Sequence[Sequence[str]],
    rules: Iterable[tuple[str, str]],
) -> list[int]:
    """Numbers of the features of a text, each once, in ascending order.

    `typed`, `rough` and `meanings` go along the same words; `rules` are the names and kinds of the rules met.
    """
    found = {crc32(word.encode("utf-8", "replace"), _TYPED) for word in typed}
    found.update(_of_words([word.encode("utf-8", "replace") for word in rough]))
    found.update(_of_meanings([[name.encode() for name in names] for names in meanings]))
    for times in range(RULE_WEIGHT):
        for name, kind in rules:
            found.add(crc32(name.encode(), _RULE + 100 * times))
            found.add(crc32(kind.encode(), _KIND + 100 * times))
    return sorted({number & (BUCKETS - 1) for number in found})


def _of_words(words: Sequence[bytes]) -> Iterator[int]:
    stems = [word[:STEM] for word in words]
    for first, second in zip([b"^", *words], [*words, b"$"], strict=True):
        yield crc32(b"%b %b" % (first, second), _PAIR)
    for first, second in zip(stems, stems[1:], strict=False):
        yield crc32(b"%b %b" % (first, second), _STEMS)
    for first, second in zip(stems, stems[2:], strict=False):
        yield crc32(b"%b %b" % (first, second), _APART)
    for word in set(words):
        yield crc32(word, _ROUGH)
        yield crc32(word[:STEM], _STEM)
        if len(word) >= BONES:
            yield crc32(word.translate(None, b"aeiou"), _BONES)
        yield from _pieces(b"<%b>" % word)


def _pieces(word: bytes) -> Iterator[int]:
    for size in (3, 4):
        for at in range(len(word) - size + 1):
            yield crc32(word[at : at + size], _PIECE)


def _of_meanings(meanings: Sequence[Sequence[bytes]]) -> Iterator[int]:
    together = sorted({name for names in meanings for name in names})
    for name in together:
        yield crc32(name, _MEANING)
    for first, second in combinations(together[:MEANINGS], 2):
        yield crc32(b"%b+%b" % (first, second), _MEANINGS)
    for at, names in enumerate(meanings):
        for later in meanings[at + 1 : at + 1 + APART]:
            for first in names:
                for second in later:
                    yield crc32(b"%b>%b" % (first, second), _ORDER)
