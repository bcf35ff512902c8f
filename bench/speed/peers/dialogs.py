"""(c) aiogram_dialog: a window for each screen, a SwitchTo for each button, state in memory."""

from __future__ import annotations

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.kbd import SwitchTo
from aiogram_dialog.widgets.text import Const

from bench.speed.peers.screens import SCREENS


class Screens(StatesGroup):
    s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11 = (State() for _ in range(12))


STATES = [getattr(Screens, screen.name) for screen in SCREENS]


async def start(message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(Screens.s0, mode=StartMode.RESET_STACK)


def window(number: int) -> Window:
    screen = SCREENS[number]
    keys = (SwitchTo(Const(label), id=f"b{at}", state=STATES[to]) for at, (label, to) in enumerate(screen.buttons))
    return Window(Const(screen.text), *keys, state=STATES[number])


async def main() -> None:
    server = TelegramAPIServer.from_base(os.environ["BENCH_URL"])
    bot = Bot(os.environ["BENCH_TOKEN"], AiohttpSession(api=server), DefaultBotProperties(parse_mode="HTML"))
    dispatcher = Dispatcher()
    dispatcher.message.register(start, CommandStart())
    dispatcher.include_router(Dialog(*(window(number) for number in range(len(SCREENS)))))
    setup_dialogs(dispatcher)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
