"""Sessions of those who were here a moment ago, open: most of what a session costs is to find its row and to open it.

Bounded, and in no file. The process holds the keys to all rows, so this tells nobody more than they do.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.sessions.encoding import CODE_LIMIT, FEWEST_CARDS, FEWEST_MESSAGES
from bot.sessions.keys import Keys
from bot.sessions.model import Session, is_over
from bot.sessions.rows import Row

#: People; beyond that those who were here longest ago go.
MOST = 1024


class Known(NamedTuple):
    session: Session
    expiry: int  #: as the row's
    slot: int
    mark: int  #: of the slot's secret: were it another by now, the row would be gone and the slot somebody else's


class Lately:
    """By the names of the rows, which tell nobody whose they are."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}

    def note(self, keys: Keys, row: Row, slot: int, session: Session) -> None:
        """What this row holds. A session that a row would cut short is left to the row."""
        self._known.pop(row.key, None)
        if not _fits(session):
            return
        if len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[row.key] = Known(session, row.expiry, slot, hash(keys.secret(slot)))

    def find(self, keys: Keys, key: bytes, now: float) -> Known | None:
        """What is known of that row, if it is still there."""
        known = self._known.get(key)
        if known is None or is_over(known.expiry, now) or hash(keys.secret(known.slot)) != known.mark:
            return None
        return known

    def drop(self, key: bytes) -> None:
        self._known.pop(key, None)

    def clear(self) -> None:
        self._known.clear()


def _fits(session: Session) -> bool:
    few = len(session.messages) <= FEWEST_MESSAGES and len(session.cards) <= FEWEST_CARDS
    return few and len(session.code) <= CODE_LIMIT and session.code.isascii()
