"""What was received and is not answered yet, whichever way it came in: in lanes, kept safe while it waits, retried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.channels.telegram.errors import Unreachable
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.late import Late
from bot.channels.telegram.minimal import packed, unpacked
from bot.channels.telegram.updates import Incoming
from bot.logs import event
from bot.sessions.clock import boottime
from bot.sessions.inbox import Inbox, NoInbox

#: Seconds between two tries to answer what the messenger no longer keeps for us, doubling.
PAUSE, LONGEST = 1.0, 15.0


def _nothing(*_: object) -> None:
    """Nobody listens."""


async def _always(_: Incoming) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Deeds:
    """What there is to do with an update. `answer` may raise `Unreachable`; the others must not raise."""

    answer: Callable[[Incoming], Awaitable[None]]
    drop: Callable[[Incoming], None]  #: left unanswered: one of a flood
    reduce: Callable[[Incoming], Incoming] = lambda incoming: incoming  #: without words and places
    overtake: Callable[[int], None] = _nothing  #: a newer move of this chat is here
    urgency: Callable[[Incoming], int] = lambda _: 0  #: above 0: the exit, or the way to the emergency card
    arrived: Callable[[Incoming], None] = _nothing  #: it is here; nobody has looked at its words yet


class Intake:
    """`settled` hears of each update that is answered (True) or could not be (False: the messenger must repeat it).

    `welcome`: seconds after which nobody may expect an answer any more, and somebody else may hold the phone.
    """

    def __init__(
        self, deeds: Deeds, settled: Callable[[int, bool], None], inbox: Inbox | None = None, welcome: float = 1800.0
    ) -> None:
        self._deeds, self._settled, self._inbox, self._welcome = deeds, settled, inbox or NoInbox(), welcome
        self._lanes = Lanes(self._work, self._leave_out, deeds.overtake, deeds.urgency)
        self._late = Late(self._work, deeds.drop)
        self._open: dict[int, Incoming] = {}
        self._kept: dict[int, float] = {}  # update -> since when, in seconds since the machine started
        self._forgetting: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        return len(self._open)

    @property
    def keeps(self) -> bool:
        """Whether there is an inbox at all."""
        return not isinstance(self._inbox, NoInbox)

    def put(self, incoming: Incoming) -> None:
        self._deeds.arrived(incoming)
        self._open[incoming.id] = incoming
        self._late.overtaken(incoming.chat)
        self._lanes.put(incoming)

    def put_late(self, incoming: Incoming) -> None:
        """It counts as answered from here on: it is no longer worth a place in the inbox."""
        self._deeds.arrived(incoming)
        self._late.put(replace(self._deeds.reduce(incoming), late=True))

    def go_late(self) -> None:
        """No more of them will come soon."""
        self._late.go()

    async def keep(self, number: int) -> bool:
        """Seal an update that is still open, so that the messenger may forget it. False: it must not."""
        incoming = self._open.get(number)
        if incoming is None or number in self._kept:
            return True
        try:
            record = packed(self._deeds.reduce(incoming))
        except Exception as error:  # a defect of ours: the messenger keeps it instead
            event("turn-failed", error=error)
            return False
        if not await self._inbox.keep(number, record):
            return False
        if number in self._open:
            self._kept[number] = boottime()
        else:
            await self._inbox.done(number)  # answered meanwhile
        return True

    def is_kept(self, number: int) -> bool:
        return number in self._kept

    async def resume(self, wanted: Callable[[Incoming], Awaitable[bool]] = _always) -> list[int]:
        """Go on with what an earlier run left; the numbers of those updates. Those not `wanted` end here."""
        found = [one for one in map(unpacked, await self._inbox.left(self._welcome)) if one is not None]
        for incoming in sorted(found, key=lambda one: one.id):
            if incoming.id in self._open:
                continue
            self._kept[incoming.id] = boottime()
            if await wanted(incoming):
                self.put(incoming)
            else:
                await self._end(incoming.id, True)
        if found:
            event("resumed", updates=len(found))
        return [incoming.id for incoming in found]

    async def drained(self, seconds: float) -> None:
        await self._late.stop()
        await self._lanes.drained(seconds)

    # ---- inside

    async def _work(self, incoming: Incoming) -> None:
        pause = PAUSE
        while True:
            try:
                await self._deeds.answer(incoming)
            except Unreachable:
                await self.keep(incoming.id)  # the messenger might bring it again only after a later move
                if not self._once_more(incoming):
                    return await self._end(incoming.id, incoming.late or self.is_kept(incoming.id))
            except Exception as error:  # a defect of ours; the others go on
                event("turn-failed", error=error)
                return await self._end(incoming.id, True)
            else:
                return await self._end(incoming.id, True)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST)

    def _once_more(self, incoming: Incoming) -> bool:
        """Whether we ourselves have to try again: nobody else will, and the answer is still wanted."""
        overtaken = self._lanes.waiting(incoming.chat)
        return self.is_kept(incoming.id) and not overtaken and not self._expired(incoming.id)

    def _expired(self, number: int) -> bool:
        return not 0.0 <= boottime() - self._kept[number] <= self._welcome

    async def _end(self, number: int, answered: bool) -> None:
        if self._open.pop(number, None) is not None or number in self._kept:
            if self._kept.pop(number, None) is not None:
                await self._inbox.done(number)
            self._settled(number, answered)

    def _leave_out(self, incoming: Incoming) -> None:
        event("update-dropped")
        self._deeds.drop(incoming)
        self._open.pop(incoming.id, None)
        if self._kept.pop(incoming.id, None) is not None:
            self._forget(incoming.id)
        self._settled(incoming.id, True)

    def _forget(self, number: int) -> None:
        task = asyncio.create_task(self._inbox.done(number))
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)
