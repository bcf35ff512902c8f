"""A Telegram Bot API server for tests: it refuses what Telegram refuses, and plays the people on the other side.

    async with FakeTelegram() as server:        # server.url is what TELEGRAM_API_URL is set to
        person = server.person(42, language_code="ru")
        await person.start()
        await person.wait_text("112")
        await person.tap("Yes, safe")
        await person.settle()
        assert server.violations == []
"""

from __future__ import annotations

from .clock import Clock
from .person import Person, Sent
from .server import Call, FakeTelegram
from .thread import in_thread
from .world import Button, Message

__all__ = ["Button", "Call", "Clock", "FakeTelegram", "Message", "Person", "Sent", "in_thread"]
