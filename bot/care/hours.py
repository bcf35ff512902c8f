"""How an answer to "when was it?" ages, and which care may still be in time.

Pure arithmetic on whole hours; the time is always an argument. An answer is an interval, since it is asked in coarse
steps: its *old end* decides how urgent it is, its *young end* whether anything has closed. So nobody who may still be
in time is told that it is too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Literal

#: Hours since it happened: (at least, less than). None as the first: far past; None as the second: no end is known.
Interval = tuple[int | None, int | None]

ANSWERS: Mapping[str, Interval] = MappingProxyType(
    {
        "under_24h": (0, 24),
        "under_48h": (24, 48),
        "under_72h": (48, 72),
        "under_5d": (72, 120),
        "over_5d": (120, None),
        "long_ago": (None, None),
        "unsure": (0, None),
    }
)

#: Medicine that can prevent HIV infection: within 72 hours (fcdo#treatment.5).
HIV_HOURS = 72
#: Emergency contraception: within 72 hours by the guidance (fcdo#treatment.8) …
CONTRACEPTION_HOURS = 72
#: … while WHO (fact sheet "Emergency contraception") says that some methods work up to 5 days.
LAST_CONTRACEPTION_HOURS = 120

PHASES = ("open", "closing", "late", "past", "long_ago", "unsure")

#: All of Kazakhstan since 1 March 2024. Written out, because the zone data of many systems still has the hour before.
ALMATY = timezone(timedelta(hours=5), "Asia/Almaty")


def phase(answer: str, passed: int) -> str:
    """One of PHASES, `passed` whole hours after the answer was given. A clock that jumped back counts as 0.

    open: surely within 72 hours. closing: perhaps. late: past 72, perhaps within 120. past: past both. "Not sure"
    stays so for ever, since every window may be open; "long ago" is never urgent again. KeyError: no such answer.
    """
    young, old = ANSWERS[answer]
    if young is None or answer == "unsure":
        return answer
    passed = max(0, passed)
    if old is not None and old + passed < HIV_HOURS:
        return "open"
    if young + passed < HIV_HOURS:
        return "closing"
    return "late" if young + passed < LAST_CONTRACEPTION_HOURS else "past"


def table() -> Mapping[str, tuple[tuple[int, str], ...]]:
    """answer -> ((from how many hours on, phase), …), rising: what `Slot.table` of `elapsed` holds."""
    return {answer: _changes(answer) for answer in ANSWERS}


def _changes(answer: str) -> tuple[tuple[int, str], ...]:
    hours = range(LAST_CONTRACEPTION_HOURS + 1)
    return tuple((h, phase(answer, h)) for h in hours if h == 0 or phase(answer, h) != phase(answer, h - 1))


def left(answer: str, passed: int, limit: int) -> int | None:
    """Hours certainly left of `limit`, counted from the old end; None where none is certain. KeyError: no such answer.

    `passed` counts full hours of the clock gone by since the answer (10:59 to 11:01 is 1). `until` starts from the
    full hour too, so that a deadline stays the same on every redrawing and is never later than the true one.
    """
    _, old = ANSWERS[answer]
    if old is None:
        return None
    hours = limit - old - max(0, passed)
    return hours if hours > 0 else None


def until(now: datetime, hours: int) -> datetime:
    """When so many hours are over, in Almaty time, rounded down to the full hour: rather early than late.

    ValueError: `now` has no zone, so nobody knows which hour it is.
    """
    return _in_almaty(now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)


def moment(now: datetime) -> Literal["day", "closed"]:
    """Whether places are likely to be open: `closed` at night and at the weekend, in Almaty time.

    The source says only that most places "do not work on weekends, work limited hours" (fcdo#medical-exam.2). Monday
    to Friday from 9 to 18 is our own, cautious reading; public holidays are not known here. ValueError as `until`.
    """
    there = _in_almaty(now)
    return "day" if there.weekday() < 5 and 9 <= there.hour < 18 else "closed"


def _in_almaty(now: datetime) -> datetime:
    if now.utcoffset() is None:
        raise ValueError("a time without a zone")
    return now.astimezone(ALMATY)
