"""What can become of a request, in the three kinds that make a difference to a turn; and what ends the bot."""

from __future__ import annotations

REFUSED = "Telegram refuses the token. Get a valid one from BotFather and set TELEGRAM_BOT_TOKEN."
UNREACHED = "Telegram can't be reached. Check the network, or TELEGRAM_API_URL if it is set."


class Unreachable(Exception):
    """Telegram could not be reached, or asks us to wait for long: the same update may be tried again later."""


class Blocked(Exception):
    """The person blocked the bot or is gone: nothing of theirs should be kept."""


class Replaced(Exception):
    """A newer move of the same person came while this screen still waited: it was not sent, the newer one will be.

    `tried`: an earlier try was cut off, and may have arrived.
    """

    def __init__(self, tried: bool = False) -> None:
        super().__init__()
        self.tried = tried
