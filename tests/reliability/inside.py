"""The bot as `main.py` runs it, on a machine whose clocks, names and speed a case can change.

    python -m tests.reliability.inside telegram

`RELIABILITY_SET`: constants as JSON, `{"module:NAME": value}`, so that no case has to wait for minutes.
`RELIABILITY_FOLDER`: files in it are switches: `wall` and `boot` hold the seconds by which a clock is ahead; while
`names` is there no name is found; `block` makes the next tap hold up the whole process once.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["RELIABILITY_FOLDER"])


def ahead(name: str) -> float:
    try:
        return float((FOLDER / name).read_text() or 0)
    except OSError:
        return 0.0


def set_constants() -> None:
    for name, value in json.loads(os.environ.get("RELIABILITY_SET", "{}")).items():
        module, _, constant = name.partition(":")
        found = import_module(module)
        assert hasattr(found, constant), name
        setattr(found, constant, value)


def shift_clocks() -> None:
    plain_get, plain_time, run = time.clock_gettime, time.time, import_module("bot.channels.telegram.run")
    plain_now = run._now

    def clock_gettime(which: int) -> float:
        return plain_get(which) + (ahead("boot") if which == getattr(time, "CLOCK_BOOTTIME", None) else 0.0)

    def now() -> datetime:
        return plain_now() + timedelta(seconds=ahead("wall"))

    time.clock_gettime, time.time, run._now = clock_gettime, lambda: plain_time() + ahead("wall"), now  # type: ignore


def lose_names() -> None:
    plain = socket.getaddrinfo

    def getaddrinfo(*what: Any, **how: Any) -> Any:
        if (FOLDER / "names").exists():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return plain(*what, **how)

    socket.getaddrinfo = getaddrinfo


def block_once() -> None:
    from bot import conversation

    plain = conversation.tap

    def tap(*what: Any) -> Any:
        if (FOLDER / "block").exists():
            (FOLDER / "block").unlink()
            time.sleep(40)
        return plain(*what)

    conversation.tap = tap


def main() -> int:
    set_constants()
    shift_clocks()
    lose_names()
    block_once()
    from bot import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
