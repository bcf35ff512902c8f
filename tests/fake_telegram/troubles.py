"""What goes wrong on the way: scripted failures, flood control, and Telegram's own limits on sending."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Literal

from .clock import Clock
from .rules import Refused

Kind = Literal["error", "drop", "delay", "html", "truncated", "garbage", "unwilling"]
CHAT_SECONDS, BOT_PER_SECOND = 1.0, 30  # Telegram's FAQ: about one message a second in a chat, 30 for a bot
SENDING = frozenset({"sendMessage", "sendContact", "sendVenue", "sendLocation"})


@dataclass
class Failure:
    """`applied`: the method is done before the answer is spoilt, as with a send that timed out but arrived."""

    method: str
    kind: Kind
    times: int = 1
    code: int = 500
    description: str = "Internal Server Error"
    seconds: float = 0.0
    applied: bool = False


@dataclass
class Halt:
    method: str
    chat_id: int | None
    until: float
    told: bool = False


@dataclass
class Troubles:
    clock: Clock
    limits: bool = False  # whether sends are limited as Telegram limits them
    failures: list[Failure] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)
    too_early: list[tuple[str, Any]] = field(default_factory=list)  # calls that did not wait for their retry_after
    sent: deque[float] = field(default_factory=deque)
    sent_to: dict[int, float] = field(default_factory=lambda: defaultdict(lambda: -math.inf))

    def next(self, method: str) -> Failure | None:
        for failure in self.failures:
            if failure.times > 0 and failure.method in ("*", method):
                failure.times -= 1
                return failure
        return None

    def check(self, method: str, params: dict[str, Any]) -> None:
        """Raises Refused (429) when a halt or a limit stands."""
        now, chat_id = self.clock.now, params.get("chat_id")
        for halt in self.halts:
            if halt.until > now and halt.method in ("*", method) and halt.chat_id in (None, chat_id):
                if halt.told:
                    self.too_early.append((method, chat_id))
                halt.told = True
                raise too_many(halt.until - now)
        if self.limits and method in SENDING and isinstance(chat_id, int):
            self.spend(now, chat_id)

    def spend(self, now: float, chat_id: int) -> None:
        while self.sent and now - self.sent[0] >= 1:
            self.sent.popleft()
        wait = max(self.sent_to[chat_id] + CHAT_SECONDS - now, 1.0 if len(self.sent) >= BOT_PER_SECOND else 0.0)
        if wait > 0:
            raise too_many(wait)
        self.sent.append(now)
        self.sent_to[chat_id] = now


def too_many(seconds: float) -> Refused:
    whole = max(1, math.ceil(seconds))
    return Refused(429, f"Too Many Requests: retry after {whole}", retry_after=whole)
