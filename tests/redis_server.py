"""A real redis-server for tests, on a free port of this machine, that can be killed and started again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

PROGRAM = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed")


class RedisServer:
    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> None:
        assert PROGRAM
        only_here = ("--bind", "127.0.0.1", "--port", str(self.port), "--daemonize", "no")
        own = ("--save", "", "--appendonly", "no", "--slowlog-max-len", "0")
        self._process = subprocess.Popen(
            [PROGRAM, *only_here, *own, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise TimeoutError("redis-server did not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextmanager
def redis_server(*more: str) -> Iterator[RedisServer]:
    server = RedisServer()
    server.start(*more)
    try:
        yield server
    finally:
        server.kill()
