"""Words on a crisis of somebody else: the card for a friend, at once; and whoever is taken for one loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.evaluate import cases
from bot import conversation
from bot.conversation import Book
from bot.dialogue import code
from bot.dialogue.explore import Exploration
from tests.conftest import NOON
from tests.test_words import HOUR, crises, drawn, everywhere, ids, lying, pressed, reader_of, said


def test_a_friends_words_on_a_crisis_bring_the_card_for_a_friend(book: Book, exploration: Exploration) -> None:
    """Also on the first screen, before anybody was asked. That it is a friend is a guess too: "not it" takes it back,
    and one tap words the card for the other."""
    kinds = {(one.step, one.over, one.under[:1], reader_of(book, one)): one for one in everywhere(book, exploration)}
    looked = own = 0
    for number, state in enumerate(kinds.values()):
        language, crisis = book.languages[number % 3], crises(book)[number // 3 % 3]
        if crisis in lying(state):
            continue
        before = drawn(book, state, language)
        guessed = said(book, before, f"{crisis},friend")
        assert guessed.screen.reader == "friend" and pressed(book, guessed, "wrong") == before
        assert conversation.redraw(book, guessed.code, "", NOON) == guessed, "a restart keeps the guess"
        assert pressed(book, guessed, "right").screen.reader == "friend"
        mine = pressed(book, guessed, "about_survivor")
        assert mine.screen.reader == "survivor" and mine.screen.over == guessed.screen.over
        again = pressed(book, mine, "about_friend").screen
        assert (again.text, ids(again)) == (guessed.screen.text, ids(guessed.screen))
        if reader_of(book, state) == "survivor" and not lying(state):
            assert pressed(book, mine, "wrong") == before
            assert mine.screen == said(book, before, crisis).screen
            own += 1
        looked += 1
    assert looked > 500 and own > 100


FRIENDS = {
    "моя подруга хочет покончить с собой": True,
    "my friend told me she wants to end it all": True,
    "my friend raped me and I want to die": False,
    "подруга меня бросила, хочу умереть": False,
    "досым мені зорлады, өлгім келеді": False,
}


@pytest.mark.parametrize("words", FRIENDS)
def test_a_card_is_worded_for_a_friend_only_if_that_is_sure(book: Book, words: str) -> None:
    first = conversation.begin(book, "en", NOON)
    guessed = conversation.say(book, first.code, words, "", NOON).screen
    assert guessed.over in {book.dialogue.topics[one].go for one in crises(book)}
    assert (guessed.reader == "friend") == FRIENDS[words]


def test_of_those_who_write_of_themselves_hardly_anybody_reads_words_for_a_friend(book: Book) -> None:
    """On phrases written apart from the training: the wrong wording hurts, the other way round it costs a tap."""
    urgent = [one for one in cases() if one.crisis and "friend" not in one.topics]
    wrong = [one for one in urgent if "friend" in conversation.meaning(book, one.text).event.value.split(",")]
    assert len(urgent) > 300 and len(wrong) <= len(urgent) // 200


def test_from_each_card_of_a_crisis_the_part_for_under_18_is_two_taps_away(book: Book) -> None:
    for crisis in crises(book):
        right = pressed(book, said(book, conversation.begin(book, "en", NOON), crisis), "right")
        young = code.unpack(book.dialogue, pressed(book, right, "minor").code, HOUR).state
        assert dict(young.slots)["age"] == "minor" and not young.over
        told = drawn(book, replace(young, over=book.dialogue.topics[crisis].go)).screen
        assert book.called["children"] in told.text and "minor" not in ids(told)
