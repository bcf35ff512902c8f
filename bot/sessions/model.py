"""What a session is, and what every store of sessions promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

#: Told about what happened to the store, as a fixed code ("store_full"): never a person, a path or an error's text.
OnEvent = Callable[[str], None]

#: Seconds since the machine started; see `bot.sessions.clock`.
Clock = Callable[[], float]

#: A session lives this many seconds after its last save at the least, however small the setting.
SHORTEST_LIFE = 60.0


class StoreRefused(ValueError):
    """The operator asked for a store that would break the promise. The message is one line, fit to be shown."""


@dataclass(frozen=True, slots=True)
class Session:
    """What is remembered of one chat. `messages` runs from the oldest to the newest."""

    chat: int = 0  #: the chat's id, for hiding after a restart; 0: nothing there can be hidden
    live: int = 0  #: id of the living message; 0: none
    code: str = ""  #: packed state of the dialogue, at most 64 ASCII characters, as on a button
    messages: tuple[int, ...] = ()  #: ids of further messages to remove at the exit
    told: bool = False  #: whether the vanishing of typed words was explained
    cards: tuple[int, ...] = ()  #: ids of messages kept on request: hiding spares them, the exit does not
    hide: int = 0  #: minutes of silence after which the screen is hidden, if the person chose them; 0: the usual
    leaving: bool = False  #: an exit is under way: whoever finds this finishes it


class Store(Protocol):
    """One row per person, `person` being a channel and a chat id: "telegram:123".

    None of these raises: a person in need gets an answer without a session rather than an error. What can't be read
    is None; what can't be saved is gone. `forget` and expiry hold even where nothing can be written any more.
    """

    async def load(self, person: str) -> Session | None:
        """The person's session; None for a newcomer, after expiry, and whenever it can't be read."""

    async def save(self, person: str, session: Session) -> None:
        """Keep the session, for the store's lifetime from now on."""

    async def forget(self, person: str) -> None:
        """Make the session unreadable for everybody, at once."""

    async def silent(self, seconds: float, own: bool = False) -> list[tuple[str, Session]]:
        """Sessions not saved for at least so long, with their person. Those without a chat id are left out.

        `own`: who chose a time to be hidden after is measured by that one.
        """

    async def purge(self) -> int:
        """Drop what expired; the number of rows dropped. To be called about once a minute."""

    async def close(self) -> None:
        """Let go of threads and files. Afterwards every call answers as for a newcomer. May be called twice."""


def lifetime(ttl_hours: float) -> float:
    """Seconds a session lives after its last save."""
    return max(SHORTEST_LIFE, ttl_hours * 3600)


def deadline(now: float, ttl: float) -> int:
    """The minute in which a session saved now expires.

    Whole minutes, because a finer one would tell when a person last wrote; rounded down, so nothing lives too long.
    """
    return int((now + ttl) // 60)


def is_over(expiry: int, now: float) -> bool:
    return now // 60 >= expiry


def is_silent(session: Session, saved: float, now: float, seconds: float, own: bool) -> bool:
    """See `Store.silent`; `saved` and `now` in seconds since boot."""
    return bool(session.chat) and saved <= now - (session.hide * 60 if own and session.hide else seconds)


def person_of(channel: str, session: Session) -> str:
    return f"{channel}:{session.chat}"
