"""The sealed inbox in Redis: what a machine had received when it died, another one answers."""

from __future__ import annotations

from bot.sessions import seal
from bot.sessions.link import PREFIX, SILENT, Client, Link
from bot.sessions.shared_keys import SharedKeys

#: Updates one machine may keep there.
CAPACITY = 4_096
#: Seconds a record lives, if nobody says otherwise.
LIFE = 1_800
_SECRET = b"inbox"
_NAME = 16  #: bytes of a machine's name before each sealed record
#: Another machine's record becomes ours, unless somebody was quicker.
_TAKE = (
    "local it = redis.call('get', KEYS[1]) if it and string.sub(it, 1, 16) == ARGV[1] then "
    "redis.call('set', KEYS[1], ARGV[2] .. string.sub(it, 17), 'keepttl') return 1 end return 0"
)


class RedisInbox:
    def __init__(self, link: Link, keys: SharedKeys) -> None:
        self._link, self._keys = link, keys
        self._mine: dict[int, bytes] = {}
        link.on_return(self._again)

    async def keep(self, number: int, record: bytes) -> bool:
        if len(self._mine) >= CAPACITY or not await self._put(number, record):
            return False
        self._mine[number] = record
        return True

    async def done(self, number: int) -> None:
        self._mine.pop(number, None)
        await self._link.ask(lambda redis: redis.delete(_place(number)), 0)

    async def left(self, seconds: float) -> list[bytes]:
        """Records of machines nobody has heard of for a while. They are ours from now on; Redis drops the old ones."""
        keys = await self._keys.get()
        if not keys:
            return []
        found: list[bytes] = await self._link.ask(lambda redis: self._orphans(redis, keys), [])
        return found

    async def close(self) -> None:
        self._mine.clear()

    # ---- inside

    async def _put(self, number: int, record: bytes) -> bool:
        keys = await self._keys.get()
        if not keys:
            return False
        name = _place(number)
        sealed = self._link.name + seal.seal(keys[0], _SECRET, name.encode(), record)
        return bool(await self._link.ask(lambda redis: redis.set(name, sealed, ex=LIFE)))

    async def _again(self) -> None:
        """Redis was gone and has forgotten; what we still have to answer is made safe once more."""
        for number, record in list(self._mine.items()):
            await self._put(number, record)

    async def _orphans(self, redis: Client, keys: tuple[bytes, ...]) -> list[bytes]:
        alive = {*await redis.zrangebyscore(f"{PREFIX}machines", self._link.now() - SILENT, "+inf"), self._link.name}
        found, cursor = [], 0
        while True:
            cursor, names = await redis.scan(cursor, f"{PREFIX}in:*", 256)
            rows = await redis.mget(names) if names else []
            for name, row in zip(names, rows, strict=True):
                if row is None or row[:_NAME] in alive:
                    continue
                if await redis.eval(_TAKE, 1, name, row[:_NAME], self._link.name):
                    found += [record for key in keys if (record := _open(key, name, row)) is not None]
            if cursor == 0:
                return found


def _place(number: int) -> str:
    return f"{PREFIX}in:{number}"


def _open(key: bytes, name: bytes, row: bytes) -> bytes | None:
    return seal.unseal(key, _SECRET, name, row[_NAME:])
