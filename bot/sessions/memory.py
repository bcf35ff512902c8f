"""Sessions in a plain dict: they live and die with the process."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sessions.clock import boottime
from bot.sessions.encoding import Record, decode, encode
from bot.sessions.model import Clock, OnEvent, Session, deadline, is_over, is_silent, person_of


@dataclass(slots=True)
class MemoryStore:
    """Rows are kept encoded, so that both stores cut and refuse the same things; sealing would add nothing here.

    `ttl` in seconds. Beyond `capacity` rows the one idle for longest goes.
    """

    ttl: float
    capacity: int
    on_event: OnEvent
    clock: Clock = boottime
    rows: dict[str, tuple[int, bytes]] = field(default_factory=dict)  #: person -> (expiry, record), oldest save first
    closed: bool = False

    async def load(self, person: str) -> Session | None:
        expiry, raw = self.rows.get(person, (0, b""))
        return None if is_over(expiry, self.clock()) else decode(raw).session

    async def save(self, person: str, session: Session) -> None:
        if self.closed:
            return
        now = self.clock()
        try:
            raw = encode(Record(session, person.partition(":")[0], int(now)))
        except ValueError:
            return self.on_event("session_unfit")
        self.rows.pop(person, None)
        self.rows[person] = deadline(now, self.ttl), raw
        self._keep_cap()

    def _keep_cap(self) -> None:
        if len(self.rows) > self.capacity:
            del self.rows[next(iter(self.rows))]
            self.on_event("store_capped")

    async def forget(self, person: str) -> None:
        self.rows.pop(person, None)

    async def silent(self, seconds: float, own: bool = False) -> list[tuple[str, Session]]:
        now = self.clock()
        records = [decode(raw) for expiry, raw in self.rows.values() if not is_over(expiry, now)]
        return [
            (person_of(record.channel, record.session), record.session)
            for record in records
            if is_silent(record.session, record.saved, now, seconds, own)
        ]

    async def purge(self) -> int:
        now = self.clock()
        over = [person for person, (expiry, _) in self.rows.items() if is_over(expiry, now)]
        for person in over:
            del self.rows[person]
        return len(over)

    async def close(self) -> None:
        self.rows.clear()
        self.closed = True
