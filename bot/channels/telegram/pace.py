"""How fast we may ask: the limits Telegram publishes, and the waits it names. Plain arithmetic, no I/O.

Published: about 30 messages a second for a bot and one a second in a chat, short bursts are let pass. Nothing is
published for edits and deletions, so they count against the bot's number as messages do. Answers to presses do not:
they put nothing into a chat, python-telegram-bot's own limiter leaves out what names no chat, and counting them would
halve the number of people answered in a rush. Should Telegram slow them down, they alone wait (`send.Sender`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Screens a chat may get at once before it is slowed to its rate: a person who taps quickly is no flood.
CHAT_BURST = 5
#: Chats slowed by Telegram, with no success between, from which on we take it to mean the whole bot.
SUSPECT = 2
#: Seconds until one request may test whether it really was the whole bot; doubling up to the last.
PROBE, LONGEST_PROBE = 1.0, 30.0


@dataclass(slots=True)
class _Bucket:
    """Fills at a steady rate; `due` is when it would be full again but for one request."""

    due: float = 0.0
    sent: float = float("-inf")  #: when the last new message went there


class Bucket:
    """The bot's own budget: `rate` requests a second, and a fifth of them at once after a pause.

    Together never more than 1.2 times the rate within any second, which at 25 is Telegram's 30.
    """

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._gap, self._clock = 1.0 / rate, clock
        self._slack = (max(1.0, rate / 5) - 1.0) * self._gap
        self._due = 0.0

    async def take(self, wanted: int) -> float:
        """0: one request may go now. Else the seconds until the next may; then ask again."""
        now = self._clock()
        wait = self._due - self._slack - now
        if wait > 1e-9:
            return wait
        self._due = max(self._due, now) + self._gap
        return 0.0


class Pace:
    """Who may be asked when. Times are those of the loop's clock, in seconds; what is long past is forgotten."""

    def __init__(self, chat_rate: float) -> None:
        self._gap = 1.0 / chat_rate
        self._chats: dict[int, _Bucket] = {}  # the longest untouched first
        self._held: dict[int, float] = {}
        self._refused: set[int] = set()  # chats slowed since the last success
        self._bot_until, self._probe_at, self._probe_gap = 0.0, 0.0, 0.0

    def chat_free(self, chat: int, sends: bool, paced: bool, now: float) -> float:
        """From when on this chat may get a new message (`sends`) or an edit; not `paced`: only Telegram's word counts.

        New messages keep their distance in every case: Telegram refuses a second one within the second.
        """
        until = self._held.get(chat, 0.0)
        bucket = self._chats.get(chat)
        if bucket is not None and sends:
            until = max(until, bucket.sent + self._gap)
        if bucket is not None and paced:
            until = max(until, bucket.due - (CHAT_BURST - 1) * self._gap)
        return until

    def spend(self, chat: int, sends: bool, now: float) -> None:
        bucket = self._chats.pop(chat, None) or _Bucket()
        bucket.due = max(bucket.due, now) + self._gap
        bucket.sent = now if sends else bucket.sent
        self._chats[chat] = bucket
        while (first := next(iter(self._chats))) != chat and self._chats[first].due <= now:
            del self._chats[first]

    def forget(self, now: float) -> None:
        """Whoever has nothing to wait for any more: the last to write would else stay known until others come."""
        self._chats = {chat: bucket for chat, bucket in self._chats.items() if bucket.due > now}
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        self._refused &= self._held.keys()

    def bot_free(self, now: float) -> float:
        """From when on anybody may be asked: at once, after the wait Telegram named, or to test our guess."""
        return min(self._bot_until, self._probe_at) if self._bot_until > now else now

    def probing(self, now: float) -> None:
        """A request goes out although we believe the whole bot to be slowed."""
        if self._bot_until > now:
            self._probe_gap = min(self._probe_gap * 2, LONGEST_PROBE)
            self._probe_at = now + self._probe_gap

    def slowed(self, chat: int, seconds: float, now: float) -> None:
        """Telegram does not say whom it means. One chat is taken to be that chat; several in a row, the bot."""
        self._held = {one: until for one, until in self._held.items() if until > now}
        self._held[chat] = max(self._held.get(chat, 0.0), now + seconds)
        self._refused.add(chat)
        if len(self._refused) >= SUSPECT:
            if self._bot_until <= now:
                self._probe_gap, self._probe_at = PROBE, now + PROBE
            self._bot_until = max(self._bot_until, now + seconds)

    def succeeded(self, began: float) -> None:
        """A request that began after the halt went through: it was not the whole bot."""
        if self._refused and (self._bot_until == 0.0 or began >= self._probe_at - self._probe_gap):
            self._refused.clear()
            self._bot_until = 0.0
