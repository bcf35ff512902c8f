"""(b) python-telegram-bot's ConversationHandler: a state for each screen, a handler for each button."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, ConversationHandler
from telegram.warnings import PTBUserWarning

from bench.speed.peers.screens import SCREENS, Shown


def markup(screen: Shown) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=str(to))] for label, to in screen.buttons])


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message
    await update.message.reply_text(SCREENS[0].text, parse_mode="HTML", reply_markup=markup(SCREENS[0]))
    return 0


def shows(number: int) -> Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, int]]:
    async def tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        query, screen = update.callback_query, SCREENS[number]
        assert query
        await query.answer()
        await query.edit_message_text(screen.text, parse_mode="HTML", reply_markup=markup(screen))
        return number

    return tap


def main() -> None:
    warnings.simplefilter("ignore", PTBUserWarning)
    app = Application.builder().token(os.environ["BENCH_TOKEN"]).base_url(f"{os.environ['BENCH_URL']}/bot").build()
    states: dict[object, list[Any]] = {
        number: [CallbackQueryHandler(shows(to), pattern=f"^{to}$") for _, to in screen.buttons]
        for number, screen in enumerate(SCREENS)
    }
    begin: Any = CommandHandler("start", start)
    app.add_handler(ConversationHandler(entry_points=[begin], states=states, fallbacks=[begin]))
    app.run_polling()


if __name__ == "__main__":
    main()
