"""Requests that wait, in lanes; which of them goes next. Plain bookkeeping, no I/O."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count
from typing import Any

from bot.channels.telegram.errors import Replaced, Unreachable
from bot.channels.telegram.pace import Pace

#: Seconds. Longer than this nobody waits here when Telegram asks for it: their update is kept and tried again.
MOST_WAIT = 60.0
#: Seconds after which a deletion no longer gives way to answers: typed words shall not stay in sight because others
#: tap. So all go long before their 47th hour, also in a rush that never ends; after 48 Telegram would refuse.
DELETION_WAITS = 60.0


class Lane(IntEnum):
    """The lower, the sooner. Within a lane: first come, first served."""

    EMERGENCY = 0  #: the emergency card, a crisis card, the exit
    TAP = 1
    REST = 2  #: answers to words, cards to keep, hiding
    DELETION = 3


@dataclass(slots=True, eq=False)
class Job:
    """One request. `screen`: a newer screen of the same chat takes its place; `repeatable`: twice does no harm."""

    lane: Lane
    chat: int = field(repr=False)
    method: str
    parameters: dict[str, Any] = field(repr=False)
    screen: bool
    repeatable: bool
    done: asyncio.Future[Any] = field(repr=False)
    number: int = 0  #: place in the line; kept over retries and handed on to the screen that takes this one's place
    tries: int = 0
    taken: bool = False
    patient_until: float = 0.0  #: a deletion gives way to answers until then

    @property
    def sends(self) -> bool:
        return self.method == "sendMessage"

    @property
    def message(self) -> bool:
        """Whether it puts words on a screen, which a chat takes about once a second."""
        return self.sends or self.method == "editMessageText"

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Line:
    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._ready: tuple[list[tuple[int, int, Job]], ...] = tuple([] for _ in Lane)
        self._later: list[tuple[float, int, Job]] = []
        self._screens: dict[int, Job] = {}  # chat -> its screen that waits
        self._places: dict[int, int] = {}  # chat -> place of a screen that was replaced
        self._numbers, self._order = count(1), count()
        self.waiting = 0

    def put(self, job: Job, now: float, pause: float = 0.0) -> None:
        """At the end of its lane, at its old place after a failed try, or at the place of the screen it replaces."""
        if job.screen:
            self.withdraw(job.chat, job.lane)
            self._screens[job.chat] = job
        job.number = job.number or self._place(job)
        job.taken = False
        self.waiting += 1
        if job.lane is Lane.DELETION:
            job.patient_until = job.patient_until or now + DELETION_WAITS
            self._delay(job.patient_until, job)
        if pause > 0.0:
            self._delay(now + pause, job)
        else:
            self._line_up(job)

    def withdraw(self, chat: int, newer: Lane = Lane.REST) -> None:
        """A newer move of this person brings another screen. Only an emergency outdoes an emergency."""
        job = self._screens.get(chat)
        if job is not None and (job.lane is not Lane.EMERGENCY or newer is Lane.EMERGENCY):
            self._places[chat] = job.number
            self._leave(job)
            job.fail(Replaced(bool(job.tries)))

    def forget(self) -> None:
        """Let go of requests that were served: while nobody waits, there are no others."""
        if not self.waiting:
            for jobs in self._ready:
                jobs.clear()
            self._later.clear()

    def ready(self, now: float) -> bool:
        """Whether somebody could be served now; brings forward those whose time has come."""
        while self._later and self._later[0][0] <= now:
            job = heappop(self._later)[2]
            if not job.taken:
                job.lane = Lane.TAP if job.lane is Lane.DELETION and job.patient_until <= now else job.lane
                self._line_up(job)
        return any(self._first(lane, now) for lane in Lane) and self._pace.bot_free(now) <= now

    def next_time(self, now: float) -> float:
        """When to look again, if nothing else happens."""
        if any(self._ready):
            return max(self._pace.bot_free(now), now)
        return self._later[0][0] if self._later else now + MOST_WAIT

    def take(self, now: float) -> Job | None:
        for lane in Lane:
            if self._first(lane, now):
                job = heappop(self._ready[lane])[2]
                self._leave(job)
                return job
        return None

    def free(self, job: Job, now: float) -> float:
        """From when on its chat may be asked for it."""
        return self._pace.chat_free(job.chat, job.sends, job.message and job.lane is not Lane.EMERGENCY, now)

    # ---- inside

    def _first(self, lane: Lane, now: float) -> bool:
        """Whether the first of this lane may go; those who may not yet are set aside until they may."""
        jobs = self._ready[lane]
        while jobs:
            job = jobs[0][2]
            if job.done.done() and not job.taken:
                self._leave(job)
            if job.taken or job.lane is not lane:
                heappop(jobs)
                continue
            at = self.free(job, now)
            if at <= now:
                return True
            heappop(jobs)
            if at - now > MOST_WAIT:
                self._leave(job)
                job.fail(Unreachable())
            else:
                self._delay(at, job)
        return False

    def _place(self, job: Job) -> int:
        mine = next(self._numbers)
        return self._places.pop(job.chat, mine) if job.screen else mine

    def _line_up(self, job: Job) -> None:
        heappush(self._ready[job.lane], (job.number, next(self._order), job))

    def _delay(self, until: float, job: Job) -> None:
        heappush(self._later, (until, next(self._order), job))

    def _leave(self, job: Job) -> None:
        job.taken = True
        self.waiting -= 1
        if self._screens.get(job.chat) is job:
            del self._screens[job.chat]
        if not self.waiting:
            self._places.clear()
