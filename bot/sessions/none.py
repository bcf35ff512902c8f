"""STORE=none: buttons alone carry the dialogue; typed words have no context and the exit knows one message."""

from __future__ import annotations

from bot.sessions.model import Session


class NoStore:
    """Remembers nobody."""

    async def load(self, person: str) -> Session | None:
        return None

    async def save(self, person: str, session: Session) -> None:
        return None

    async def forget(self, person: str) -> None:
        return None

    async def silent(self, seconds: float, own: bool = False) -> list[tuple[str, Session]]:
        return []

    async def purge(self) -> int:
        return 0

    async def close(self) -> None:
        return None
