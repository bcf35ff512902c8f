"""Looking for many short byte strings in many bytes at once.

Of each needle four bytes are taken as its window. Bytes are read as 32-bit numbers at all four alignments and compared
with the set of windows; only blocks in which a window turns up are looked at more closely.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.privacy.canaries import Canary

BLOCK = 4096
_WIDTH = 4


@dataclass(frozen=True)
class Hit:
    person: int  #: the place in the list of people, so that a report gives no canary away to the next search
    what: str
    how: str

    @property
    def short(self) -> bool:
        """Four bytes turn up in ciphertext by chance: once in 4.3 thousand million places."""
        return self.how in ("4 little", "4 big")


@dataclass
class Needles:
    """Everything to look for. `longest`: bytes two neighbouring blocks must share."""

    windows: dict[int, list[tuple[int, bytes, Hit]]] = field(default_factory=dict)
    longest: int = 0
    short: int = 0  #: how many are of four bytes only
    known: frozenset[int] = frozenset()  #: the windows once more, for quick comparison

    @classmethod
    def of(cls, people: Iterable[Canary], secrets: Iterable[str] = ()) -> Needles:
        needles = cls()
        for at, person in enumerate(people):
            for what, how, put in person.written():
                needles.add(put, Hit(at, what, how))
        for secret in secrets:
            needles.add(secret.encode(), Hit(-1, "token", "utf-8"))
        needles.known = frozenset(needles.windows)
        return needles

    def add(self, put: bytes, hit: Hit) -> None:
        assert len(put) >= _WIDTH, hit
        at = _telling(put)
        window = int.from_bytes(put[at : at + _WIDTH], "little")
        self.windows.setdefault(window, []).append((at, put, hit))
        self.longest = max(self.longest, len(put))
        self.short += hit.short

    def found(self, data: bytes) -> Counter[Hit]:
        """How often each needle stands in these bytes."""
        hits: Counter[Hit] = Counter()
        step = max(BLOCK, self.longest * 2)
        for start in range(0, len(data), step):
            block = data[start : start + step + self.longest]
            if block.count(block[:1]) == len(block) or _apart(self.known, block):
                continue
            hits.update(self._within(block, step))
        return hits

    def _within(self, block: bytes, step: int) -> Iterator[Hit]:
        """Of what begins in the block itself; what begins beyond it belongs to the next one."""
        for place in range(len(block) - _WIDTH + 1):
            for at, put, hit in self.windows.get(int.from_bytes(block[place : place + _WIDTH], "little"), ()):
                if 0 <= place - at < step and block.startswith(put, place - at):
                    yield hit


def _apart(windows: frozenset[int], block: bytes) -> bool:
    """Whether no window stands anywhere in the block."""
    for shift in range(_WIDTH):
        whole = (len(block) - shift) // _WIDTH * _WIDTH
        if whole > 0 and not windows.isdisjoint(memoryview(block)[shift : shift + whole].cast("I")):
            return False
    return True


def _telling(put: bytes) -> int:
    """Where the four bytes begin that differ most: the middle of a word, the low end of a number."""
    places = range(len(put) - _WIDTH + 1)
    middle = (len(put) - _WIDTH) / 2
    return max(places, key=lambda at: (len(set(put[at : at + _WIDTH]) - {0}), -abs(at - middle)))


@dataclass
class Searched:
    """Everything that was looked through so far."""

    needles: Needles
    bytes: int = 0
    hits: Counter[Hit] = field(default_factory=Counter)

    def look(self, data: bytes) -> Counter[Hit]:
        found = self.needles.found(data)
        self.bytes += len(data)
        self.hits += found
        return found

    def look_into(self, folder: Path) -> Counter[Hit]:
        """All files under a folder, and their names."""
        found: Counter[Hit] = Counter()
        for path in sorted(folder.rglob("*")):
            found += self.look(bytes(path.relative_to(folder)))
            if path.is_file() and not path.is_symlink():
                found += self.look(path.read_bytes())
        return found

    @property
    def certain(self) -> Counter[Hit]:
        return Counter({hit: count for hit, count in self.hits.items() if not hit.short})

    @property
    def too_many_short(self) -> bool:
        """More four-byte hits than chance brings: six standard deviations and three over the mean."""
        mean = self.needles.short * self.bytes / 2**32
        return sum(count for hit, count in self.hits.items() if hit.short) > mean + 6 * mean**0.5 + 3

    def people(self, what: str) -> int:
        """How many people were found by this canary, in whatever encoding of more than four bytes."""
        return len({hit.person for hit in self.certain if hit.what == what})
