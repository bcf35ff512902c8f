"""The one way out: every request to a chat goes through here, at the pace Telegram allows.

Those in danger first, then answers to taps, then the rest, deletions last. While nobody waits a request goes straight
through, so the queue costs nothing in quiet hours.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.channels.telegram.errors import Blocked, Unreachable
from bot.channels.telegram.line import MOST_WAIT, Job, Lane, Line
from bot.channels.telegram.pace import Bucket, Pace
from bot.channels.telegram.transport import Cut, Slowed
from bot.logs import event

#: Tries of one request, and seconds before the second; each further pause is twice as long.
TRIES, PAUSE = 4, 0.3
#: Requests under way at a time. More only wait somewhere else, where an emergency can't pass them.
MOST_UNDER_WAY = 100

Call = Callable[..., Awaitable[Any]]


class Budget(Protocol):
    """What the whole bot may ask: alone (`pace.Bucket`) or shared with other machines."""

    async def take(self, wanted: int) -> float:
        """0: one request may go now. Else the seconds until asking again makes sense. `wanted`: how many wait."""


class Outbox:
    """`call` carries one request out and raises the library's errors."""

    def __init__(self, call: Call, rate: float = 25.0, chat_rate: float = 1.0, budget: Budget | None = None) -> None:
        self._call = call
        self._pace = Pace(chat_rate)
        self._line = Line(self._pace)
        self._budget = budget or Bucket(rate, _clock)
        self._under_way = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._pump: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    async def ask(
        self, method: str, chat: int, lane: Lane, *, screen: bool = False, repeatable: bool = True, **parameters: Any
    ) -> Any:
        """Telegram's answer; None if a message that must not be sent twice may or may not have arrived.

        Raises `BadRequest`, `Unreachable`, `Blocked` and, for a `screen`, `Replaced`.
        """
        done = asyncio.get_running_loop().create_future()
        job = Job(lane, chat, method, parameters, screen, repeatable, done)
        if await self._at_once(job):
            await self._carry(job)
        else:
            self._line.put(job, _clock())
            self._go()
        try:
            return await job.done
        finally:  # an error's traceback would hold them, and they the error, with the chat: until Python looks for it
            del job, done

    def withdraw(self, chat: int) -> None:
        """This person did something newer: a screen of theirs that still waits is not sent (`Replaced`)."""
        self._line.withdraw(chat)

    @property
    def waiting(self) -> int:
        return self._line.waiting

    def forget(self) -> None:
        """To be called now and then: nothing stays of chats that were served."""
        self._pace.forget(_clock())
        self._line.forget()

    async def close(self) -> None:
        tasks = [*self._tasks, *([self._pump] if self._pump else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- inside

    async def _at_once(self, job: Job) -> bool:
        now = _clock()
        free = self._line.free(job, now) <= now and self._pace.bot_free(now) <= now
        if self._line.waiting or not free or self._under_way >= MOST_UNDER_WAY:
            return False
        if await self._budget.take(1) > 0.0:
            return False
        job.taken = True
        self._spend(job)
        return True

    def _spend(self, job: Job) -> None:
        now = _clock()
        self._under_way += 1
        self._pace.probing(now)
        if job.message:
            self._pace.spend(job.chat, job.sends, now)

    def _go(self) -> None:
        self._changed.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        """Hands out what waits, until nothing does."""
        while self._line.waiting:
            self._changed.clear()
            if self._under_way >= MOST_UNDER_WAY or not self._line.ready(_clock()):
                await self._change(self._line.next_time(_clock()) - _clock())
            elif (wait := await self._budget.take(self._line.waiting)) > 0.0:
                await asyncio.sleep(wait)
            elif (job := self._line.take(_clock())) is not None:
                self._spend(job)
                self._start(job)

    async def _change(self, seconds: float) -> None:
        """Until somebody comes or a request ends, at most so long."""
        if self._under_way >= MOST_UNDER_WAY:
            seconds = MOST_WAIT
        timer = asyncio.get_running_loop().call_later(max(seconds, 0.001), self._changed.set)
        try:
            await self._changed.wait()
        finally:
            timer.cancel()

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self._carry(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, job: Job) -> None:
        began = _clock()
        try:
            result = await self._call(job.method, **job.parameters)
        except TelegramError as error:
            self._failed(job, error)
        except Exception as error:  # a defect of ours, for whoever asked
            job.fail(error)
        else:
            self._pace.succeeded(began)
            if not job.done.done():
                job.done.set_result(result)
        finally:
            self._under_way -= 1
            if self._line.waiting:
                self._go()

    def _failed(self, job: Job, error: TelegramError) -> None:
        if isinstance(error, BadRequest | ChatMigrated):
            job.fail(BadRequest(error.message))
        elif isinstance(error, Forbidden):
            job.fail(Blocked())
        elif isinstance(error, Slowed):
            event("slowed", seconds=error.seconds)
            self._pace.slowed(job.chat, error.seconds, _clock())
            self._again(job, 0.0)
        elif isinstance(error, TimedOut | Cut) and not self._may_repeat(job, error):
            if not job.done.done():
                job.done.set_result(None)
        elif isinstance(error, InvalidToken) or not isinstance(error, NetworkError):
            job.fail(Unreachable())  # a refused token: the receive loop will tell
        else:
            job.tries += 1
            self._again(job, PAUSE * 2 ** (job.tries - 1) * random.uniform(1.0, 1.5))

    def _may_repeat(self, job: Job, error: TelegramError) -> bool:
        """Edits, deletions: always. A new message may have arrived, and twice is one too many: again only in an
        emergency, and once after a connection that was cut, since mostly it had been closed while it was idle."""
        if job.repeatable or job.lane is Lane.EMERGENCY:
            return True
        return not job.tries and isinstance(error, Cut)

    def _again(self, job: Job, pause: float) -> None:
        if job.tries >= TRIES:
            job.fail(Unreachable())
        elif not job.done.done():
            self._line.put(job, _clock(), pause)
            self._go()


def _clock() -> float:
    """Seconds that no change of the wall clock moves."""
    return asyncio.get_running_loop().time()
