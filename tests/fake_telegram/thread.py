"""The fake in a thread of its own, for tests that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from .server import FakeTelegram

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@contextmanager
def in_thread(token: str = "700000001:fake-token", seconds: float = 30.0) -> Iterator[tuple[FakeTelegram, Run]]:
    """Yields the server and a function that runs a coroutine (`person.tap(...)`) where the server lives."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(seconds)

    server = FakeTelegram(token)
    try:
        run(server.__aenter__())
        yield server, run
    finally:
        run(server.__aexit__())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(seconds)
        loop.close()
