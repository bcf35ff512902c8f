"""One lane per person: their turns one after the other, nobody behind somebody else.

Who sends faster than we can answer has at most a few turns waiting. The newest always stays; of the others words go
before taps and commands, and those before the emergency card and the exit: nobody waits for the answer to their first
of twenty messages, but an exit must not be dropped.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from bot.channels.telegram.keyboard import REMOVE
from bot.channels.telegram.updates import Incoming

#: Turns of one person that may wait behind the one under way.
WAITING = 3


class Lanes:
    """`work` answers one update and must not raise; `drop` is told of one that is left unanswered.

    `overtake` hears of a person who does something newer while a turn of theirs is under way; `urgency` tells the exit
    and the way to the emergency card, which are dropped last, by a number above 0.
    """

    def __init__(
        self,
        work: Callable[[Incoming], Awaitable[None]],
        drop: Callable[[Incoming], None],
        overtake: Callable[[int], None] = lambda _: None,
        urgency: Callable[[Incoming], int] = lambda _: 0,
    ) -> None:
        self._work, self._drop, self._overtake, self._urgency = work, drop, overtake, urgency
        self._lanes: dict[int, deque[Incoming]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, incoming: Incoming) -> None:
        lane = self._lanes.get(incoming.chat)
        if lane is None:
            self._open(incoming)
            return
        later = sum(one.id > incoming.id for one in lane)
        lane.insert(len(lane) - later, incoming)
        if brings_screen(incoming) and not later:
            self._overtake(incoming.chat)
        if len(lane) > WAITING:
            *older, _ = lane
            victim = min(older, key=self._worth)
            lane.remove(victim)
            self._drop(victim)

    def waiting(self, chat: int) -> bool:
        """Whether this person did something newer than the turn under way."""
        return any(brings_screen(one) for one in self._lanes.get(chat, ()))

    async def drained(self, seconds: float) -> None:
        """Wait so long for what is under way or waiting, then give up on the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _open(self, incoming: Incoming) -> None:
        self._lanes[incoming.chat] = deque([incoming])
        task = asyncio.create_task(self._serve(incoming.chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _worth(self, incoming: Incoming) -> int:
        precious = incoming.kind in ("tap", "left") or incoming.text.startswith("/")
        return precious + self._urgency(incoming)

    async def _serve(self, chat: int) -> None:
        lane = self._lanes[chat]
        try:
            while lane:
                await self._work(lane.popleft())
        finally:
            del self._lanes[chat]


def brings_screen(incoming: Incoming) -> bool:
    """Whether its answer is a screen, in whatever state: then an older screen that still waits is not missed."""
    return incoming.kind in ("text", "place", "media") or (incoming.kind == "tap" and incoming.text != REMOVE)
