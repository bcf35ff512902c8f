"""Messages that waited for hours, as after an outage. They give way to whatever has just been written.

Whoever holds the phone by now may be somebody else: so a late message is not answered as if it were new. Of each chat
the newest brings the neutral first screen, the others only go. Taps are never late: Telegram drops them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.channels.telegram.updates import Incoming

#: Chats that may wait; the longest waiting go beyond that. Chats served at a time: the answers share Telegram's rate.
MOST_CHATS, TOGETHER = 10_000, 4
#: Older messages of one chat that are still removed; more go unremoved.
MOST_OLDER = 100


class Late:
    """`answer` the newest of a chat, `drop` its older ones; neither may raise."""

    def __init__(self, answer: Callable[[Incoming], Awaitable[None]], drop: Callable[[Incoming], None]) -> None:
        self._answer, self._drop = answer, drop
        self._chats: dict[int, list[Incoming]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, incoming: Incoming) -> None:
        messages = self._chats.setdefault(incoming.chat, [])
        messages.append(incoming)
        del messages[:-MOST_OLDER]
        if len(self._chats) > MOST_CHATS:
            del self._chats[next(iter(self._chats))]

    def go(self) -> None:
        """All there is has been read, so what is newest of a chat is known."""
        for _ in range(min(TOGETHER, len(self._chats)) - len(self._tasks)):
            task = asyncio.create_task(self._serve())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def overtaken(self, chat: int) -> None:
        """Something new came from there: that is answered, the late ones only go."""
        for incoming in self._chats.pop(chat, ()):
            self._drop(incoming)

    async def stop(self) -> None:
        self._chats.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self) -> None:
        while self._chats:
            *older, newest = self._chats.pop(next(iter(self._chats)))
            for incoming in older:
                self._drop(incoming)
            await self._answer(newest)
            await asyncio.sleep(0)
