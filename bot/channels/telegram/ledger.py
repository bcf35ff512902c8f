"""Which updates are answered, and so how far Telegram may forget them. Plain bookkeeping, no I/O.

Telegram forgets every update below the offset we ask from. So the offset is the lowest update that is not answered yet:
whatever a crash interrupts is handed out again. Nobody's name is in here, only the numbers of updates.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Numbers of answered updates that are remembered, so that a repeated one is not answered twice. Telegram hands out at
#: most 100 unconfirmed ones; the rest is for repeats after a stutter.
REMEMBERED = 4_000
#: An update whose answer could not be delivered is tried so often. Then it counts as answered, or it would hold up all.
TRIES = 5


class Ledger:
    def __init__(self) -> None:
        self._next = 0  # where to go on when nothing is open; 0: wherever Telegram begins
        self._open: set[int] = set()  # being answered
        self._owed: set[int] = set()  # to be handed out again by Telegram
        self._kept: set[int] = set()  # open, but safe with us: Telegram may forget it
        self._tries: dict[int, int] = {}
        self._answered: dict[int, None] = {}  # the order of a dict is the order of coming

    @property
    def offset(self) -> int:
        return min(self._open | self._owed, default=self._next)

    @property
    def idle(self) -> bool:
        """Whether Telegram holds nothing for us that was handed out already."""
        return not self._open and not self._owed

    @property
    def open(self) -> tuple[int, ...]:
        """What is being answered and not kept, in rising order."""
        return tuple(sorted(self._open))

    def batch(self, numbers: Sequence[int]) -> list[int]:
        """What of a batch just fetched, in rising order, is still to be answered; from here on it counts as open."""
        if numbers:
            self._next = max(numbers) + 1
        # Owed, but no longer handed out: Telegram keeps a tap for 150 seconds only.
        self._owed = {number for number in self._owed if numbers and (number in numbers or number > max(numbers))}
        fresh = [number for number in dict.fromkeys(numbers) if not self._knows(number)]
        self._open.update(fresh)
        self._owed.difference_update(fresh)
        return fresh

    def _knows(self, number: int) -> bool:
        return number in self._open or number in self._kept or number in self._answered

    def kept(self, number: int) -> None:
        """It outlives us now, so Telegram may forget it."""
        self._open.discard(number)
        self._owed.discard(number)
        self._kept.add(number)

    def answered(self, number: int) -> None:
        self._open.discard(number)
        self._kept.discard(number)
        self._owed.discard(number)
        self._tries.pop(number, None)
        self._answered[number] = None
        while len(self._answered) > REMEMBERED:
            del self._answered[next(iter(self._answered))]

    def failed(self, number: int) -> None:
        """The answer could not be delivered now: Telegram keeps the update and hands it out once more."""
        self._tries[number] = self._tries.get(number, 0) + 1
        if self._tries[number] >= TRIES:
            return self.answered(number)
        self._open.discard(number)
        self._owed.add(number)

    def restart(self) -> None:
        """Ask from the beginning again: after a quiet week Telegram begins to count anywhere."""
        self._next = 0
