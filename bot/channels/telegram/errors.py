"""What can become of a request, in the three kinds that make a difference to a turn."""

from __future__ import annotations


class Unreachable(Exception):
    """Telegram could not be reached, or asks us to wait for long: the same update may be tried again later."""


class Blocked(Exception):
    """The person blocked the bot or is gone: nothing of theirs should be kept."""


class Replaced(Exception):
    """A newer move of the same person came while this screen still waited: it was not sent, the newer one will be."""
