"""An event loop whose clock jumps to the next thing that is due: minutes of waiting pass in no time, always alike.

Only for scenes without sockets and threads: while one of those is awaited, fake time must not run.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    loop: FakeTimeLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits for something that will never come")
        self.loop.now += max(timeout, 0.0)
        return super().select(0)


class FakeTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        selector = _Selector()
        super().__init__(selector)
        selector.loop = self
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


def run(scene: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, in fake time."""
    with asyncio.Runner(loop_factory=FakeTimeLoop) as runner:
        return runner.run(scene)


def now() -> float:
    """Seconds by the clock of the running loop."""
    return asyncio.get_running_loop().time()
