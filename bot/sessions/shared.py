"""Sessions in Redis, for several machines: rows and their keys are in its memory, and both expire.

While Redis is gone nobody has a session; buttons carry the dialogue. Only the ids of messages are set aside in this
process, so that the exit still finds what was sent meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from bot.sessions import seal
from bot.sessions.encoding import Record, decode, encode
from bot.sessions.link import PREFIX, Client, Link
from bot.sessions.memory import MemoryStore
from bot.sessions.model import OnEvent, Session, deadline, is_silent, person_of
from bot.sessions.shared_keys import SharedKeys

#: Sessions set aside while Redis is gone.
ASIDE = 2_000
_SECRET = b"shared"
#: Rows looked at together when silent people are sought.
_TOGETHER = 256
#: Seconds for which one machine alone seeks them.
_TURN = 30


class RedisStore:
    """To be started before use. `ttl` in seconds."""

    def __init__(self, link: Link, ttl: float, on_event: OnEvent) -> None:
        self.link, self.keys = link, SharedKeys(link, ttl)
        self._ttl, self._on_event = ttl, on_event
        self._aside = MemoryStore(ttl, ASIDE, on_event)

    async def load(self, person: str) -> Session | None:
        found = await self._load(person)
        aside = await self._aside.load(person) if self._aside.rows else None
        if found is None or aside is None:
            return found or aside
        return replace(found, messages=(*aside.messages, aside.live, *found.messages))

    async def save(self, person: str, session: Session) -> None:
        keys = await self.keys.get()
        if keys and await self._save(keys, person, session):
            return await self._aside.forget(person)
        await self._aside.save(person, replace(session, code=""))  # old words from here would mislead later ones

    async def forget(self, person: str) -> None:
        await self._aside.forget(person)
        names = [_row(key, person) for key in await self.keys.get()]
        if names:
            await self.link.ask(lambda redis: redis.delete(*names), 0)

    async def silent(self, seconds: float, own: bool = False) -> list[tuple[str, Session]]:
        """One machine seeks for all: the others find nobody."""
        keys, now = await self.keys.get(), self.link.now()
        if not keys or not await self.link.ask(self._my_turn, False):
            return []
        records: list[Record] = await self.link.ask(lambda redis: self._all(redis, keys), [])
        found = [one for one in records if is_silent(one.session, one.saved, now, seconds, own)]
        return [(person_of(one.channel, one.session), one.session) for one in found]

    async def purge(self) -> int:
        """Redis itself drops what expired."""
        return await self._aside.purge()

    async def close(self) -> None:
        await self._aside.close()
        await self.link.close()

    # ---- inside

    async def _load(self, person: str) -> Session | None:
        keys = await self.keys.get()
        names = [_row(key, person) for key in keys]
        rows = await self.link.ask(lambda redis: redis.mget(names), []) if names else []
        for key, name, row in zip(keys, names, rows, strict=False):
            record = _open((key,), name.encode(), row)
            if record is not None:
                return record.session
        return None

    async def _save(self, keys: tuple[bytes, ...], person: str, session: Session) -> bool:
        now = self.link.now()
        name = _row(keys[0], person)
        try:
            plain = encode(Record(session, person.partition(":")[0], int(now)))
        except ValueError:
            self._on_event("session_unfit")
            return True
        sealed = seal.seal(keys[0], _SECRET, name.encode(), plain)
        until = deadline(now, self._ttl) * 60  # whole minutes: a finer time would tell when a person last wrote
        saved = bool(await self.link.ask(lambda redis: redis.set(name, sealed, exat=until)))
        older = [_row(key, person) for key in keys[1:]]
        if saved and older:
            await self.link.ask(lambda redis: redis.delete(*older), 0)
        return saved

    async def _my_turn(self, redis: Client) -> bool:
        name = f"{PREFIX}seeker"
        if await redis.set(name, self.link.name, nx=True, ex=_TURN):
            return True
        mine: bytes | None = await redis.get(name)
        return mine == self.link.name and bool(await redis.expire(name, _TURN))

    async def _all(self, redis: Client, keys: tuple[bytes, ...]) -> list[Record]:
        found, cursor = [], 0
        while True:
            cursor, names = await redis.scan(cursor, f"{PREFIX}row:*", _TOGETHER)
            rows = await redis.mget(names) if names else []
            opened = (_open(keys, name, row) for name, row in zip(names, rows, strict=True))
            found += [one for one in opened if one is not None]
            if cursor == 0:
                return found


def _row(day_key: bytes, person: str) -> str:
    return f"{PREFIX}row:{seal.row_key(day_key, person).hex()}"


def _open(keys: tuple[bytes, ...], name: bytes, sealed: bytes | None) -> Record | None:
    for key in keys if sealed else ():
        plain = seal.unseal(key, _SECRET, name, sealed or b"")
        try:
            return None if plain is None else decode(plain)
        except ValueError:
            return None
    return None
