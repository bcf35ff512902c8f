"""The bot's budget of requests when several machines share it; this machine's part of it while they can't agree."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.telegram.pace import Bucket
from bot.sessions.together import Together

#: Requests asked for at once when many wait, and seconds until those not used are taken to be lost.
MOST, LASTING = 5, 0.5


class SharedBudget:
    def __init__(self, together: Together, rate: float, clock: Callable[[], float]) -> None:
        self._together, self._rate, self._clock = together, rate, clock
        self._given, self._until = 0, 0.0
        self._own: dict[int, Bucket] = {}  # machines -> our share

    async def take(self, wanted: int) -> float:
        """See `pace.Bucket.take`."""
        if machines := self._together.machines:
            self._given = 0
            return await self._share(machines).take(wanted)
        if self._given <= 0 or self._clock() > self._until:
            self._given, wait = await self._together.slots(self._rate, min(wanted, MOST))
            self._until = self._clock() + LASTING
            if self._given <= 0:
                return wait
        self._given -= 1
        return 0.0

    def _share(self, machines: int) -> Bucket:
        if machines not in self._own:
            self._own = {machines: Bucket(self._rate / machines, self._clock)}
        return self._own[machines]
