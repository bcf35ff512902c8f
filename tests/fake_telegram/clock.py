"""The fake's clock: it ticks like a real one, and tests move it instead of waiting."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970. It ticks by default because the bot under test lives in real time; `stop()` freezes it."""

    def __init__(self) -> None:
        self._shift = time.time() - time.monotonic()
        self._stopped: float | None = None

    @property
    def now(self) -> float:
        return self._shift + (time.monotonic() if self._stopped is None else self._stopped)

    @now.setter
    def now(self, seconds: float) -> None:
        self._shift += seconds - self.now

    def stop(self) -> None:
        self._stopped = time.monotonic()

    def forward(self, *, seconds: float = 0, hours: float = 0) -> None:
        self._shift += seconds + hours * 3600
