"""What people see before the first message: name, description, commands, in each offered language.

All of it reads like a list of useful numbers. Telegram allows few changes a day, so what is already right stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from telegram.error import TelegramError

from bot import conversation
from bot.channels.telegram.transport import Api
from bot.conversation import Book
from bot.logs import event

#: Commands in Telegram's menu, in this order, each with its line of words.yaml.
COMMANDS = ("start", "help", "exit", "menu")
#: (setter, getter, parameter, line of words.yaml, most letters)
_TEXTS = (
    ("setMyName", "getMyName", "name", "bot_name", 64),
    ("setMyDescription", "getMyDescription", "description", "bot_description", 512),
    ("setMyShortDescription", "getMyShortDescription", "short_description", "bot_short", 120),
)


async def set_up(api: Api, book: Book, now: datetime) -> None:
    """Set what differs. A refusal is logged by its kind and stops nothing: the bot answers without a description."""
    for language in book.languages:
        for setter, getter, code, wanted in _wanted(book, language, now):
            try:
                if await api.call(getter, **code) != wanted:
                    await api.call(setter, **code, **(wanted if isinstance(wanted, dict) else {"commands": wanted}))
            except TelegramError as error:
                event("names-failed", error=type(error))


def _wanted(book: Book, language: str, now: datetime) -> Iterator[tuple[str, str, dict[str, str], Any]]:
    """English stands for every language we do not offer: Telegram then shows what was set without one."""
    code = {"language_code": language} if language != book.languages[0] else {}
    for setter, getter, parameter, name, most in _TEXTS:
        yield setter, getter, code, {parameter: conversation.neutral(book, language, name, now)[:most]}
    told = [(name, conversation.neutral(book, language, f"command_{name}", now)[:256]) for name in COMMANDS]
    yield "setMyCommands", "getMyCommands", code, [{"command": name, "description": line} for name, line in told]
