"""The bot as `main.py` runs it, with faults put in and one protection taken away: a program of its own.

    python -m tests.privacy.inside telegram

Faults are the same whatever protection is off: a library that logs raw updates and the token's URL at CRITICAL; an
exception with a person's words in it, in a turn, in the loop, in a thread, as a warning; and a process that aborts.
`CANARY_OFF` names what is taken away: `redaction`, `sealing`, `memory`, joined by "+" (empty: nothing). `CANARY_CLOCK`:
a file with the hours by which the machine's clock is ahead. `CANARY_FILES`: where to note every file that is opened for
writing.
`CANARY_KILL`: a file; while it is there, the process kills itself between sending a message and remembering it.
`CANARY_FAULTS=no`: as deployed, without the faults.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

CRASH = "please crash"  #: words that bring an exception with all words in it
DIE = "please die"  #: words that abort the process, once
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


def watch_files(report: str) -> None:
    """Note every path that Python opens for writing, and every database."""
    target = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hook(event: str, words: tuple[Any, ...]) -> None:
        opened = event == "open" and isinstance(words[2], int) and words[2] & _WRITES
        if (opened or event in ("sqlite3.connect", "os.mkdir")) and not isinstance(words[0], int):
            os.write(target, os.fsencode(words[0]) + b"\n")

    sys.addaudithook(hook)


def shift_clock(file: str) -> None:
    plain = time.clock_gettime

    def ahead(which: int) -> float:
        hours = float(Path(file).read_text() or 0) if which == getattr(time, "CLOCK_BOOTTIME", None) else 0.0
        return plain(which) + hours * 3600

    time.clock_gettime = ahead


def take_memory_away() -> None:
    """Every folder counts as memory, so sessions may lie on a disk; and the database is as anybody would open one."""
    from bot.sessions import database, folder

    folder.is_memory = lambda path: True
    database.PRAGMAS = ("secure_delete=OFF", "synchronous=FULL")  # type: ignore[assignment]


def take_redaction_away() -> None:
    from bot import logs

    def event(code: str, /, **facts: Any) -> None:
        error = next((fact for fact in facts.values() if isinstance(fact, BaseException)), None)
        logging.getLogger("janymda").error("%s %s", code, facts, exc_info=error)

    logs.event = event
    logs.install = lambda level="", stream=None: logging.basicConfig(level=logging.DEBUG, force=True)
    logs.quiet = lambda loop: None


def take_sealing_away() -> None:
    from bot.sessions import seal

    class Glass:
        def encrypt(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
            return plain + bytes(16)

        def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
            return sealed[:-16]

    seal._cipher = lambda day_key, secret: Glass()  # type: ignore[assignment,return-value]
    seal.row_key = lambda day_key, person: person.encode().ljust(32, b"\0")


def hurry() -> None:
    """Telegram's limits on sending are tested elsewhere; here they would only make a crowd wait."""
    from bot.channels.telegram.outbox import Outbox

    plain = Outbox.__init__
    Outbox.__init__ = lambda self, call, *_, **__: plain(self, call, 1e6, 1e6)  # type: ignore[method-assign]


def put_faults_in() -> None:
    from bot import conversation
    from bot.channels.telegram import updates

    plain_say, plain_parse = conversation.say, updates.parse

    def parse(raw: object) -> Any:
        logging.getLogger("telegram.ext.Updater").critical("Received data was %r", raw)
        return plain_parse(raw)

    def say(book: Any, remembered: str, words: str, hint: str, now: Any) -> Any:
        logging.getLogger("httpx").info("HTTP Request: POST %s %s", os.environ.get("CANARY_URL", ""), words)
        if DIE in words:
            _die_once()
        if CRASH in words:
            _fail(f"{words} {hint}")
        return plain_say(book, remembered, words, hint, now)

    updates.parse, conversation.say = parse, say


def die_between_sending_and_remembering(mark: Path) -> None:
    from bot.channels.telegram.people import People

    plain = People.save

    def die() -> None:
        if mark.exists():
            mark.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    async def save(self: Any, session: Any) -> None:
        die()
        await plain(self, session)

    People.save = save  # type: ignore[method-assign]


def _fail(words: str) -> None:
    asyncio.get_running_loop().call_soon(int, words)
    thread = threading.Thread(target=int, args=(words,))
    thread.start()
    thread.join(5)
    warnings.warn(words, ResourceWarning, stacklevel=1)
    raise ValueError(words)


def _die_once() -> None:
    mark = Path(os.environ["CANARY_DIE"])
    if mark.exists():
        mark.unlink()
        os.abort()


AWAY = {"memory": take_memory_away, "redaction": take_redaction_away, "sealing": take_sealing_away}


def main() -> int:
    off = os.environ.get("CANARY_OFF", "")
    with suppress(KeyError):
        watch_files(os.environ["CANARY_FILES"])
    with suppress(KeyError):
        shift_clock(os.environ["CANARY_CLOCK"])
    for name, take in AWAY.items():
        if name in off.split("+"):
            take()
    from bot import cli

    if os.environ.get("CANARY_FAULTS") != "no":
        put_faults_in()
    if "CANARY_KILL" in os.environ:
        die_between_sending_and_remembering(Path(os.environ["CANARY_KILL"]))
    hurry()
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
