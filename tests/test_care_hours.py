"""Promise: nobody who may still be in time is told that it is too late, and no hour is promised that is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.care import hours

#: Written by hand, from the words of the answers and the limits 72 and 120: (from how many hours on, what it reads as).
BY_HAND = {
    "under_24h": ((0, "open"), (48, "closing"), (72, "late"), (120, "past")),
    "under_48h": ((0, "open"), (24, "closing"), (48, "late"), (96, "past")),
    "under_72h": ((0, "closing"), (24, "late"), (72, "past")),
    "under_5d": ((0, "late"), (48, "past")),
    "over_5d": ((0, "past"),),
    "long_ago": ((0, "long_ago"),),
    "unsure": ((0, "unsure"),),
}

#: When it may have happened, in hours before the answer, by the words on the button.
MAY_BE = {
    "under_24h": range(0, 24),
    "under_48h": range(24, 48),
    "under_72h": range(48, 72),
    "under_5d": range(72, 120),
    "over_5d": range(120, 1000),
    "unsure": range(0, 1000),
}

HOURS = range(201)
EVERY_CASE = [(answer, passed) for answer in BY_HAND for passed in HOURS]


def expected(answer: str, passed: int) -> str:
    return [name for start, name in BY_HAND[answer] if start <= passed][-1]


def test_every_answer_at_every_hour_reads_as_the_table_written_by_hand() -> None:
    assert len(EVERY_CASE) == 7 * 201
    assert set(hours.ANSWERS) == set(BY_HAND)
    wrong = {case for case in EVERY_CASE if hours.phase(*case) != expected(*case)}
    assert not wrong


def test_the_table_handed_to_the_dialogue_is_that_table() -> None:
    assert dict(hours.table()) == BY_HAND


def test_nobody_who_may_still_be_in_time_reads_that_it_is_too_late() -> None:
    cases = [(a, p) for a, may_be in MAY_BE.items() for p in HOURS if any(t + p < 72 for t in may_be)]
    assert len(cases) == 72 + 48 + 24 + 72
    assert not [case for case in cases if hours.phase(*case) in ("late", "past", "long_ago")]


def test_nobody_for_whom_some_methods_may_still_work_reads_that_all_is_past() -> None:
    cases = [(a, p) for a, may_be in MAY_BE.items() for p in HOURS if any(t + p < 120 for t in may_be)]
    assert len(cases) == 120 + 96 + 72 + 48 + 120
    assert not [case for case in cases if hours.phase(*case) in ("past", "long_ago")]


def test_open_is_said_only_when_it_is_certain() -> None:
    cases = [case for case in EVERY_CASE if hours.phase(*case) == "open"]
    assert len(cases) == 48 + 24
    assert all(t + passed < 72 for answer, passed in cases for t in MAY_BE[answer])


def test_every_phase_is_declared_and_used() -> None:
    assert {hours.phase(*case) for case in EVERY_CASE} == set(hours.PHASES)


def test_a_clock_that_jumped_back_counts_as_no_time_at_all() -> None:
    cases = [(answer, -passed) for answer, passed in EVERY_CASE if passed]
    assert cases
    assert all(hours.phase(answer, passed) == hours.phase(answer, 0) for answer, passed in cases)
    assert all(hours.left(answer, passed, 72) == hours.left(answer, 0, 72) for answer, passed in cases)


@pytest.mark.parametrize("limit", [72, 120])
def test_the_hours_left_are_there_for_everybody_who_gave_the_answer(limit: int) -> None:
    told = [(answer, passed, left) for answer, passed in EVERY_CASE if (left := hours.left(answer, passed, limit))]
    assert len(told) > 70
    # The oldest case lies just short of the interval's end, hence "not after the limit" rather than "before".
    assert all(max(MAY_BE[answer]) + 1 + passed + left <= limit for answer, passed, left in told)
    assert all(left > 0 for _, _, left in told)


def test_hours_are_left_exactly_where_the_window_is_surely_open() -> None:
    assert EVERY_CASE
    for case in EVERY_CASE:
        assert (hours.left(*case, hours.HIV_HOURS) is not None) == (hours.phase(*case) == "open"), case


def test_the_hours_left_by_hand() -> None:
    assert hours.left("under_24h", 0, 72) == 48
    assert hours.left("under_48h", 0, 72) == 24
    assert hours.left("under_48h", 23, 72) == 1
    assert hours.left("under_72h", 0, 72) is None
    assert hours.left("under_72h", 0, 120) == 48
    assert hours.left("unsure", 0, 120) is None
    assert hours.left("long_ago", 0, 120) is None


def test_a_deadline_is_in_almaty_time_and_rounded_down() -> None:
    now = datetime(2026, 11, 22, 20, 59, 59, tzinfo=UTC)  # Monday 01:59 in Almaty
    assert hours.until(now, 24).isoformat() == "2026-11-24T01:00:00+05:00"
    minutes = [now + timedelta(minutes=m) for m in range(0, 180, 7)]
    assert minutes
    assert all(timedelta(0) <= m + timedelta(hours=24) - hours.until(m, 24) < timedelta(hours=1) for m in minutes)


def test_redrawing_a_screen_never_shows_a_later_deadline() -> None:
    redrawn = 0
    for minute in range(0, 60, 7):
        answered = datetime(2026, 11, 20, 10, minute, tzinfo=hours.ALMATY)
        for later in range(0, 26 * 60, 11):
            now = answered + timedelta(minutes=later)
            passed = int(now.timestamp() // 3600) - int(answered.timestamp() // 3600)
            if left := hours.left("under_48h", passed, 72):
                assert hours.until(now, left) == hours.until(answered, 24) <= answered + timedelta(hours=24)
                redrawn += 1
    assert redrawn > 1000


def test_night_and_weekend_are_closed() -> None:
    monday = datetime(2026, 11, 23, tzinfo=hours.ALMATY)
    week = [monday + timedelta(hours=h) for h in range(7 * 24)]
    day = [t for t in week if hours.moment(t) == "day"]
    assert len(day) == 5 * 9
    assert {t.hour for t in day} == {9, 10, 11, 12, 13, 14, 15, 16, 17}
    assert {t.strftime("%a") for t in day} == {"Mon", "Tue", "Wed", "Thu", "Fri"}
    assert all(hours.moment(t) == hours.moment(t.astimezone(UTC)) for t in week)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        hours.moment(datetime(2026, 11, 23, 12))
    with pytest.raises(ValueError, match="zone"):
        hours.until(datetime(2026, 11, 23, 12), 3)
