"""(a) python-telegram-bot with its defaults: answers the press and writes one screen, always the same."""

from __future__ import annotations

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from bench.speed.peers.screens import SCREENS

SCREEN = SCREENS[0]
MARKUP = InlineKeyboardMarkup(
    [[InlineKeyboardButton(label, callback_data=str(to))] for label, to in SCREEN.buttons]
)  # fmt: skip


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message
    await update.message.reply_text(SCREEN.text, parse_mode="HTML", reply_markup=MARKUP)


async def tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query
    await query.answer()
    await query.edit_message_text(SCREEN.text, parse_mode="HTML", reply_markup=MARKUP)


def main() -> None:
    app = Application.builder().token(os.environ["BENCH_TOKEN"]).base_url(f"{os.environ['BENCH_URL']}/bot").build()
    app.add_handler(CommandHandler("start", start))
    app.add_handler(CallbackQueryHandler(tap))
    app.run_polling()


if __name__ == "__main__":
    main()
