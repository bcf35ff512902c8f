"""What several machines that answer for one bot agree on; one machine alone agrees with itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Literal, Protocol

#: ours     nobody has it: we answer it
#: taken    another machine is at it, and may yet fail
#: done     it was answered, or is safe
Claim = Literal["ours", "taken", "done"]


class Together(Protocol):
    """None of these raises, and none keeps a person waiting when the others can't be asked."""

    def lock(self, person: str) -> AbstractAsyncContextManager[None]:
        """Turns of one person follow each other, whichever machine they reach."""

    async def slots(self, rate: float, wanted: int) -> tuple[int, float]:
        """How many requests may go now of the budget of all machines together (at most `wanted`), else the seconds
        until the next may. A budget that is not shared has no limit here: the machine keeps its own."""

    @property
    def machines(self) -> int:
        """How many share the budget; 0: they do share it now."""

    async def claim(self, number: int) -> Claim:
        """Whose an update is that was just received."""

    async def newest(self, person: str, number: int) -> bool:
        """Whether nobody has seen a later update of this person; from now on this one has been seen."""

    async def settle(self, number: int, safe: bool) -> None:
        """An update we claimed is answered or kept; or (not `safe`) somebody else may try."""


class Alone:
    """One machine: nobody to ask."""

    machines = 1

    @asynccontextmanager
    async def lock(self, person: str) -> AsyncIterator[None]:
        yield

    async def slots(self, rate: float, wanted: int) -> tuple[int, float]:
        return wanted, 0.0

    async def claim(self, number: int) -> Claim:
        return "ours"

    async def newest(self, person: str, number: int) -> bool:
        return True

    async def settle(self, number: int, safe: bool) -> None:
        return None
