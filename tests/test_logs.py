"""The log shows allowed codes, small numbers and types of errors. Canaries are words, tokens, ids and addresses."""

from __future__ import annotations

import ast
import asyncio
import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs, settings

ROOT = Path(__file__).parents[1]
CANARY = "canary"
WORDS = f"he {CANARY} 1234567:{CANARY} https://api.telegram.org/bot{CANARY}"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log at DEBUG, with everything `install` touches put back afterwards."""
    root, stream = logging.root, io.StringIO()
    kept = root.handlers[:], root.level, logging.raiseExceptions
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    try:
        logs.install("DEBUG", stream)
        yield stream
    finally:
        logging.captureWarnings(False)
        root.handlers[:], root.level, logging.raiseExceptions = kept
        sys.excepthook, sys.unraisablehook, threading.excepthook = hooks


LIBRARIES = ("telegram.ext.Updater", "httpx", "httpcore.http11", "aiohttp.access", "asyncio", "aiosqlite", CANARY, "")


@pytest.mark.parametrize("name", LIBRARIES)
def test_of_a_librarys_line_only_its_name_and_level_remain(log: io.StringIO, name: str) -> None:
    logger = logging.getLogger(name)
    for level in range(0, 61, 5):
        logger.log(level, "%s %s", WORDS, 987654321, extra={"facts": WORDS})
        logger.log(level, f"%d {WORDS}", WORDS)  # a broken call
    try:
        raise ValueError(WORDS)
    except ValueError:
        logger.exception(WORDS)
    lines = log.getvalue().splitlines()
    assert len(lines) > 10
    assert {line.split()[0] for line in lines} == {"library-event"}
    assert all(len(line.split()) == 3 for line in lines)
    assert CANARY not in log.getvalue()
    assert "987654321" not in log.getvalue()


def test_a_librarys_own_handler_is_taken_away(log: io.StringIO) -> None:
    theirs = io.StringIO()
    logger = logging.getLogger("telegram.own")
    logger.addHandler(logging.StreamHandler(theirs))
    logger.propagate = False
    logs.install("DEBUG", log)
    logger.critical(WORDS)
    assert theirs.getvalue() == ""
    assert log.getvalue() == "library-event telegram CRITICAL\n"


def test_writing_to_our_own_logger_past_event_shows_nothing(log: io.StringIO) -> None:
    logging.getLogger("janymda").critical(WORDS)
    assert log.getvalue() == "library-event other CRITICAL\n"


def test_an_event_shows_its_code_and_small_numbers(log: io.StringIO) -> None:
    logs.event("slowed", seconds=30, status=-429)
    logs.event("slowed", seconds=123_456_789)
    assert log.getvalue().splitlines() == ["WARNING slowed seconds=30 status=-429", "WARNING slowed seconds=>9999"]


def test_nothing_else_gets_through_an_event(log: io.StringIO) -> None:
    logs.event(WORDS, chat=5)
    logs.event("slowed", seconds=WORDS, other=[WORDS], code=type(CANARY, (), {}))  # type: ignore[arg-type]
    logs.event("refused", error=type(f"{CANARY} words", (ValueError,), {})(WORDS))
    assert log.getvalue().splitlines() == [
        "ERROR unlisted-event",
        "WARNING slowed seconds=? other=? code=?",
        "WARNING refused error=?",
    ]


def test_an_error_shows_its_type_and_our_own_line_only(log: io.StringIO) -> None:
    try:
        settings.read({"STORE": WORDS})
    except settings.SettingsError as error:
        logs.event("turn-failed", error=error)
    logs.event("turn-failed", error=KeyError(WORDS))
    first, second = log.getvalue().splitlines()
    assert first.startswith("ERROR turn-failed error=SettingsError at=bot/settings.py:")
    assert second == "ERROR turn-failed error=KeyError"


def test_errors_nobody_caught_have_no_traceback(log: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(ValueError, ValueError(WORDS), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    thread = threading.Thread(target=lambda: int(WORDS))
    thread.start()
    thread.join(5)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(WORDS, ResourceWarning, stacklevel=1)
    assert log.getvalue().splitlines() == [
        "ERROR unexpected error=ValueError",
        "ERROR unexpected error=ValueError",
        "library-event py WARNING",
    ]
    assert capfd.readouterr() == ("", "")


def test_a_task_that_fails_unseen_is_one_line(log: io.StringIO) -> None:
    async def talk() -> None:
        logs.quiet(asyncio.get_running_loop())
        asyncio.get_running_loop().call_soon(int, WORDS)
        await asyncio.sleep(0)

    asyncio.run(talk())
    assert "ERROR task-failed error=ValueError\n" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_the_level_is_kept_and_libraries_are_heard_from_warnings_on(log: io.StringIO) -> None:
    logs.install("INFO", log)
    logging.getLogger("httpx").info(WORDS)
    logging.getLogger("httpx").warning(WORDS)
    logs.event("hidden")
    logs.event("started")
    assert log.getvalue().splitlines() == ["library-event httpx WARNING", "INFO started"]


def test_a_closed_log_costs_nobody_their_turn(log: io.StringIO) -> None:
    log.close()
    logs.event("started")
    logging.getLogger("httpx").error(WORDS)


def test_every_event_in_the_code_is_listed_and_no_other_way_to_log_is_used() -> None:
    found: list[tuple[str, str]] = []
    for path in sorted([*ROOT.glob("bot/**/*.py"), ROOT / "main.py"]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "event":
                words = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
                found += [(path.name, str(word)) for word in words if "-" in str(word)[1:] or len(words) == 1]
            if isinstance(node, ast.Import) and path.name != "logs.py":
                assert "logging" not in [alias.name for alias in node.names], path
    assert found
    assert [(name, code) for name, code in found if code not in logs.CODES] == []
