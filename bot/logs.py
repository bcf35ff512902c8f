"""The operator's log: a list of allowed event codes and nothing else.

Libraries log addresses with the bot's token in them, whole updates and typed words, even at CRITICAL. Filtering such
lines is a race nobody wins, so the rule is turned round: a line is printed only if it was made here, from a code of
`CODES`, small numbers and the type of an error. Of everybody else's lines only the library's name and level remain.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

#: Every event there is, with its level. A code that is missing here is printed as `unlisted-event`, without its facts.
CODES: Mapping[str, int] = {
    "started": logging.INFO,  # the bot answers from now on
    "stopping": logging.INFO,  # asked to leave; finishes what is under way
    "stopped": logging.INFO,
    "swap-on": logging.WARNING,  # the machine weakens the promise: see bot/hardening.py
    "core-possible": logging.WARNING,
    "token-in-environment": logging.WARNING,
    "allocator-default": logging.WARNING,
    "debug-on": logging.WARNING,
    "store-failed": logging.ERROR,
    "store-in-process": logging.WARNING,  # no memory folder: a restart forgets the open screens
    "store-fresh": logging.INFO,  # begun anew: what was there could not be read
    "store-full": logging.WARNING,
    "store-capped": logging.WARNING,  # more people than rows; the oldest were dropped
    "inbox-none": logging.WARNING,  # no room for it: unanswered updates stay with the messenger
    "resumed": logging.INFO,  # updates that an earlier run, or another machine, had left unanswered
    "shared-gone": logging.WARNING,  # Redis: answered without sessions, at this machine's share of the rate
    "shared-back": logging.INFO,
    "shared-unchecked": logging.WARNING,  # Redis does not tell whether it writes to a disk
    "overloaded": logging.WARNING,  # too much waits: the messenger is asked to come again
    "session-unfit": logging.WARNING,  # one session did not fit its row and was not kept
    "network-failed": logging.WARNING,  # the messenger could not be reached; tried again
    "network-back": logging.INFO,
    "refused": logging.WARNING,  # the messenger refused a request
    "slowed": logging.WARNING,  # the messenger asked us to wait
    "update-unreadable": logging.WARNING,
    "update-dropped": logging.WARNING,  # one person sent more than can wait
    "turn-failed": logging.ERROR,  # a defect of ours while answering
    "task-failed": logging.ERROR,  # a defect of ours outside a turn
    "names-failed": logging.WARNING,  # name, description or commands could not be set
    "hidden": logging.DEBUG,  # a screen was hidden after silence
    "left": logging.DEBUG,  # an exit that was interrupted is finished
    "purged": logging.DEBUG,
    "answered": logging.DEBUG,
    "unexpected": logging.ERROR,  # an error nobody caught
    "unlisted-event": logging.ERROR,
}

#: Libraries that may be named; others are `other`, since even a logger's name could carry data.
LIBRARIES = frozenset({"telegram", "httpx", "httpcore", "aiohttp", "asyncio", "redis", "py", "concurrent"})

#: Larger numbers are not shown: nothing we count needs them, and a chat's id is one.
LARGEST = 9_999

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

Fact = int | BaseException | type[BaseException] | None

_ROOT = Path(__file__).resolve().parent.parent
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")


class _Event(logging.LogRecord):
    """A record made by `event`: its type, not its logger's name, is what lets it through."""


def event(code: str, /, **facts: Fact) -> None:
    """Log one allowed event; facts are small whole numbers, or an error of which the type and our own line are shown.

    Never raises: whoever waits for an answer must not lose it to a log line.
    """
    listed = code in CODES
    name = code if listed else "unlisted-event"
    logger = logging.getLogger("janymda")
    if not logger.isEnabledFor(CODES[name]):
        return
    words = [name, *(f"{key}={_shown(value)}" for key, value in facts.items() if listed)]
    logger.handle(_Event("janymda", CODES[name], "", 0, " ".join(words), None, None))


def install(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Make this the only log of the process: one handler, no tracebacks, no library's own words.

    Call it before any library is imported that could log, and again after one that brings its own handlers.
    """
    logging.raiseExceptions = False  # else a broken log call prints its message and its arguments
    logging.captureWarnings(True)
    for logger in [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]:
        logger.handlers.clear()
        logger.propagate = True
    logging.root.handlers[:] = [_Handler(stream)]
    logging.root.setLevel(level)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda args: event("unexpected", error=args.exc_value or args.exc_type)
    threading.excepthook = lambda args: event("unexpected", error=args.exc_value or args.exc_type)


def quiet(loop: asyncio.AbstractEventLoop) -> None:
    """Send the loop's own complaints (a task that failed unseen) through `event`; asyncio would print their words."""
    loop.set_exception_handler(lambda _loop, context: event("task-failed", error=context.get("exception")))


class _Handler(logging.Handler):
    """Prints our own events, and of others at most whose they are and how grave."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record, _Event):
            line = f"{_level(record.levelno)} {record.msg}"
        elif record.levelno >= logging.WARNING:  # without its words, anything milder tells nobody anything
            top = record.name.partition(".")[0]
            line = f"library-event {top if top in LIBRARIES else 'other'} {_level(record.levelno)}"
        else:
            return
        with contextlib.suppress(OSError, ValueError):  # a closed stderr is no reason to fail a person's turn
            stream = self._stream or sys.stderr
            stream.write(f"{line}\n")
            stream.flush()


def _level(number: int) -> str:
    """The standard level at or below a number; a library may name its own levels as it likes."""
    return LEVELS[max(0, min(number // 10, len(LEVELS)) - 1)]


def _shown(value: Any) -> str:
    if isinstance(value, BaseException):
        return _type_name(type(value)) + _place(value.__traceback__)
    if isinstance(value, type) and issubclass(value, BaseException):
        return _type_name(value)
    if isinstance(value, int):
        return str(int(value)) if abs(value) <= LARGEST else f">{LARGEST}"
    return "?"


def _type_name(kind: type) -> str:
    return kind.__name__ if _NAME.fullmatch(kind.__name__) else "?"


def _place(trace: TracebackType | None) -> str:
    """` at=bot/x.py:12`, the innermost line of our own code; a library's paths say nothing we could mend."""
    for frame in reversed(traceback.extract_tb(trace)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in ("bot", "main.py"):
            return f" at={path.relative_to(_ROOT).as_posix()}:{frame.lineno}"
    return ""


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        event("unexpected", error=error.with_traceback(trace))
