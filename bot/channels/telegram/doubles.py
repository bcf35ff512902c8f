"""Answers that stand in a chat twice: a crash came between sending the first and remembering it, or it was never told
that it arrived.

Its id is known to nobody, but near others: one counter numbers the messages of all chats with the bot, and Telegram
skips ids of other chats. So ids are tried along with those to be deleted anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

#: Ids tried before a message we sent, at any time.
NEAR = 49
#: Ids tried before the first message of this process: about a hundred answers may have been under way at the crash.
BEFORE_START = 200
#: Seconds after our first message in which Telegram, or the inbox, hands out again what the crash interrupted.
SETTLING = 60.0
#: Chats remembered for an answer that may have arrived, and seconds for which they are: until their next move mostly.
MOST_LOST, LOST_FOR = 1_000, 1_800.0


class Doubles:
    """For one life of the process."""

    def __init__(self) -> None:
        self._first, self._until = 0, 0.0
        self._lost: dict[int, tuple[int, asyncio.TimerHandle]] = {}

    def lost(self, chat: int, after: int) -> None:
        """An answer may or may not have arrived there, as a message with an id above this one."""
        self.forget(chat)
        self._lost[chat] = after, asyncio.get_running_loop().call_later(LOST_FOR, self.forget, chat)
        if len(self._lost) > MOST_LOST:
            self.forget(next(iter(self._lost)))

    def forget(self, chat: int) -> None:
        """They left, or what was sent to them has long been hidden: their id stays nowhere."""
        known = self._lost.pop(chat, None)
        if known is not None:
            known[1].cancel()

    def of(self, chat: int, sent: Iterable[int], typed: int = 0) -> set[int]:
        """Ids at which an earlier answer may stand, now that these were sent; to words of this id, if to any."""
        known = self._lost.get(chat)
        self.forget(chat)
        return self._near(sent, typed) | (set(range(known[0] + 1, known[0] + 1 + NEAR)) if known else set())

    def _near(self, sent: Iterable[int], typed: int) -> set[int]:
        numbers = [one for one in sent if one]
        if not numbers:
            return set()
        now = asyncio.get_running_loop().time()
        if not self._first:
            self._first, self._until = min(numbers), now + SETTLING
        found = {one for number in numbers for one in range(number - NEAR, number)}
        found.update(range(self._first - BEFORE_START, self._first) if now < self._until else ())
        return {one for one in found if one > typed}
