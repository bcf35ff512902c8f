"""The commands of `main.py`. What can't work ends in one clear line and the exit code 2, never in a traceback.

Each command imports what it needs when it runs: the terminal never loads the messenger's library.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bot import hardening, logs, settings
from bot.settings import Settings, SettingsError, one_line

if TYPE_CHECKING:
    from bot.authoring.diagnostic import Diagnostic
    from bot.conversation import Book

#: Exit codes: content that is wrong (`check`), something that can't work, Ctrl-C as a shell counts it.
WRONG, UNUSABLE, INTERRUPTED = 1, 2, 130

#: Hours a session lives after the last tap: an evening, so that typed words still have a context.
LEAST_SESSION_HOURS = 4.0

#: New objects after which Python looks for garbage: a few dozen taps, a few MB at the most.
COLLECT_AFTER = 20_000


class Unusable(Exception):
    """Something we depend on can't be used. The message is one line, fit to be shown."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    logs.install("WARNING")
    try:
        _speak_utf_8()
        code = _run(_parser().parse_args(argv))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _nobody_reads()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (Unusable, SettingsError) as error:
        return _refuse(str(error))
    except Exception as error:  # a defect of ours: where it happened, never the words it happened with
        missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
        if missing and not missing.startswith("bot"):
            return _refuse(f"the package {missing} is not installed: `make run` sets everything up")
        logs.event("unexpected", error=error)
        return _refuse("stopped by an unexpected error; the line above says where")


def _speak_utf_8() -> None:
    """Three languages have to fit through a pipe, whatever the system speaks; a terminal knows best itself.

    A letter that can't be shown or read costs nobody their turn.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _refuse(message: str) -> int:
    print(f"janymda: {one_line(message)}", file=sys.stderr)
    return UNUSABLE


def _nobody_reads() -> int:
    """As in `main.py export | head`: no complaint, also not from Python when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# ---- the command line


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line without the words that were typed: a token may be among them."""
        raise Unusable("no such command or option; `python main.py --help` lists them")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="main.py", description="Runs the bot: on Telegram if a token is set, else in this terminal.")
    parser.set_defaults(command="run", lang="en", jsonl=False)
    commands = parser.add_subparsers(title="commands", metavar="", parser_class=_Parser)
    chat = _command(commands, "chat", "the dialogue in this terminal")
    chat.add_argument("--lang", type=_language, default="en", help="language to begin in: en, ru, kk")
    chat.add_argument("--jsonl", action="store_true", help="JSON lines instead, for programs")
    telegram = _command(commands, "telegram", "the dialogue on Telegram")
    telegram.add_argument("--strict", action="store_true", help="refuse a machine that weakens what is promised")
    check = _command(commands, "check", "everything that can be wrong in flows/ and locales/, with places")
    check.add_argument("--release", action="store_true", help="also what must be signed and complete for people")
    _command(commands, "export", "the compiled dialogue as JSON")
    _command(commands, "understand", "typed words, one line each, to topics, one JSON each")
    return parser


def _command(commands: argparse._SubParsersAction[_Parser], name: str, says: str) -> _Parser:
    parser = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
    parser.set_defaults(command=name)
    return parser


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", text):
        raise argparse.ArgumentTypeError("no language code")
    return text


def _run(options: argparse.Namespace) -> int:
    command: str = options.command
    if command == "run":
        chosen = _settings()
        return _telegram(chosen) if chosen.token else _chat(options.lang, jsonl=False, hide=chosen.hide_minutes)
    if command == "chat":
        return _chat(options.lang, jsonl=options.jsonl)
    if command == "telegram":
        return _telegram(_settings(), strict=options.strict)
    if command == "check":
        return _check(release=options.release)
    return _export() if command == "export" else _understand()


# ---- commands


def _chat(language: str, *, jsonl: bool, hide: int | None = None) -> int:
    book = _book(hide)
    read = sys.stdin or io.TextIOWrapper(io.BytesIO())  # closed by whoever started us: nobody types
    if language.partition("-")[0].lower() not in book.languages:
        print(f"janymda: {language} is not complete; offered: {', '.join(book.languages)}", file=sys.stderr)
    if jsonl:
        from bot.channels import jsonl as lines

        lines.run(book, language, read.buffer, sys.stdout.buffer)
    else:
        from bot.channels import terminal

        terminal.run(book, language, read, sys.stdout)
    return 0


def _telegram(chosen: Settings, *, strict: bool = False) -> int:
    if not chosen.token:
        raise Unusable("no token: set TELEGRAM_BOT_TOKEN, or TELEGRAM_BOT_TOKEN_FILE to the name of a file with it")
    hardening.protect()
    if strict and (weak := hardening.weaknesses(os.environ)):
        return [_refuse(one.line) for one in weak][-1]
    gc.disable()  # until `_serve` has everything
    return asyncio.run(_serve(chosen, _book(chosen.hide_minutes)))


async def _serve(chosen: Settings, book: Book) -> int:
    from bot.channels.telegram.run import run
    from bot.sessions.model import StoreRefused
    from bot.sessions.open import open_store

    logs.install(chosen.log_level)  # again: the libraries are loaded only now
    _begin_collections()
    chosen = _with_memory(chosen)
    hours = max(LEAST_SESSION_HOURS, chosen.hide_minutes / 60 + 1)  # a screen can only be hidden while we know of it
    try:
        store = await open_store(chosen.store, chosen.data_dir, hours, _store_event)
    except StoreRefused as error:
        raise Unusable(str(error)) from None
    try:
        return await run(chosen, book, store)
    finally:
        await store.close()


def _begin_collections() -> None:
    """What is there now lives as long as the process. To look through it for garbage time and again took a fifth of
    the work of a tap, and while it is read in there is none to be found."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()


def _with_memory(chosen: Settings) -> Settings:
    """Sessions in a memory folder, or in the process: a folder on a disk serves only what holds no person."""
    from bot.sessions import folder

    if chosen.store != "sqlite":
        return chosen
    given = chosen.data_dir
    found = folder.find(os.environ) if given is None else given if folder.is_memory(given) else None
    if found:
        return replace(chosen, data_dir=found)
    logs.event("store-in-process")
    return replace(chosen, store="memory", data_dir=None)


def _store_event(code: str) -> None:
    logs.event(code.replace("_", "-"))


def _check(*, release: bool) -> int:
    from bot.authoring.report import report

    with _readable():
        lines, code = report(release=release, today=datetime.now(UTC).date())
    print(*lines, sep="\n")
    return WRONG if code else 0


def _export() -> int:
    from bot.authoring.export import export
    from bot.authoring.load import check

    with _readable():
        loaded = check()
    book = _sound(loaded.book, loaded.found)
    assert loaded.reach  # a book that was checked was visited
    print(json.dumps(export(book, loaded.reach), ensure_ascii=False, indent=1))
    return 0


def _understand() -> int:
    """Lines of words to lines of JSON; the answer is asked for word by word, so a program can talk with us."""
    from bot.understanding import understand

    for line in sys.stdin or ():
        text = line.rstrip("\r\n")
        found = understand(text)
        known = {name: getattr(found, name) for name in ("language", "topics", "crisis", "why")}
        print(json.dumps({"text": text, **known}, ensure_ascii=False), flush=True)
    return 0


# ---- what commands need


def _settings() -> Settings:
    chosen = settings.read()
    logs.install(chosen.log_level)
    if chosen.data_dir:
        _try_folder(chosen.data_dir)
    return chosen


def _try_folder(folder: Path) -> None:
    """Make the folder if only it is missing, and write to it once: rights don't tell of a disk that is full."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            os.listdir(folder)
    except (OSError, ValueError) as error:
        raise Unusable(f"the data folder {folder} (BOT_DATA_DIR) can't be used: {settings.reason(error)}") from None


def _book(hide: int | None = None) -> Book:
    """The dialogue as the flows have it, or only its numbers (BOT_NUMBERS_ONLY), whatever the channel."""
    from bot.authoring.load import load
    from bot.conversation import numbers_only

    reduced = settings.numbers_only()
    with _readable():
        book = _sound(*load())
    book = numbers_only(book) if reduced else book
    return book if hide is None else replace(book, hide_minutes=hide)


def _sound(book: Book | None, found: Sequence[Diagnostic]) -> Book:
    """The book, or a refusal that names the first mistake."""
    if book is None:
        errors = [one for one in found if one.severity == "error"] or [*found]
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise Unusable(f"{errors[0] if errors else 'flows/ is empty'}{more}; `python main.py check` shows everything")
    return book


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unusable(f"flows/ or locales/ can't be read: {settings.reason(error)}") from None
