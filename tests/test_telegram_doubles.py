"""Of an answer that may stand in a chat twice its chat is known no longer than that is of use."""

from __future__ import annotations

import asyncio

from bot.channels.telegram.doubles import LOST_FOR, MOST_LOST, NEAR, Doubles
from tests import fake_time

CHAT = 7_340_112_958


def test_the_next_move_tries_the_ids_after_the_one_that_was_lost_and_only_once() -> None:
    async def scene() -> tuple[set[int], set[int]]:
        doubles = Doubles()
        doubles.lost(CHAT, 1_000)
        return doubles.of(CHAT, []), doubles.of(CHAT, [])

    first, second = fake_time.run(scene())
    assert first == set(range(1_001, 1_001 + NEAR))
    assert second == set()


def test_nobody_stays_known() -> None:
    async def scene() -> None:
        doubles, loop = Doubles(), asyncio.get_running_loop()
        for chat in range(MOST_LOST + 5):
            doubles.lost(chat, 1)
        doubles.lost(CHAT, 1)
        assert len(doubles._lost) == MOST_LOST
        doubles.forget(CHAT)
        assert CHAT not in doubles._lost
        assert not [timer for timer in loop._scheduled if CHAT in (timer._args or ())]  # type: ignore[attr-defined]
        await asyncio.sleep(LOST_FOR + 1)
        assert doubles._lost == {}

    fake_time.run(scene())
