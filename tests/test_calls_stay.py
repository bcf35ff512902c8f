"""Beside every number that would give something away: calls and chats stay on this phone."""

from __future__ import annotations

import re

from bot import conversation
from bot.authoring.reach import Reach, reach
from bot.conversation import Book
from bot.dialogue import code
from tests.conftest import NOON

#: Longer than a short code; the four short ones stand on every screen and give nothing away.
LONG_NUMBER = re.compile(r"\+\d{8,}")
#: In English; that every sentence is there in the other languages is checked elsewhere.
STAYS = re.compile(r"stays? on (this|the) phone|opens this phone can see it and the calls")


def test_who_could_call_a_telling_number_reads_that_it_stays_on_the_phone(book: Book) -> None:
    reached: Reach = reach(book.dialogue)
    seen = set()
    for step in book.dialogue.steps:
        for state in reached.screens(book.dialogue, step):
            data = code.pack(book.dialogue, state, "", "en", int(NOON.timestamp() // 3600))
            text = conversation.redraw(book, data, "en", NOON).screen.text
            if LONG_NUMBER.search(text):
                seen.add(step)
                assert STAYS.search(text), state
    assert len(seen) > 10
