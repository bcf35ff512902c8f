"""How words become a meaning: a hello, an age, a town, digits; and where a hello leads."""

from __future__ import annotations

import pytest

from bot import conversation
from bot.care.names import fold
from bot.conversation import Answer, Book, Meaning
from bot.dialogue import code, engine
from bot.dialogue.explore import Exploration
from bot.dialogue.model import Event
from tests.test_words import HOUR, NUMBERS, crises, drawn, everywhere, friends, ids, pressed, said

# ---- a hello, an age, digits


def test_a_hello_after_words_that_were_not_understood_shows_what_lay_beneath(
    book: Book, exploration: Exploration
) -> None:
    """ "Thanks" is no reason to say once more that nothing was understood. A card of a crisis stays."""
    kinds = {(state.step, state.over): state for state in everywhere(book, exploration)}
    missed = (book.dialogue.lost, book.dialogue.again, book.dialogue.guess)
    looked = 0
    for number, state in enumerate(kinds.values()):
        if {state.over, *state.under} & {*missed, book.dialogue.near}:
            continue
        beneath = drawn(book, state, book.languages[number % 3])
        greeted = said(book, beneath, "greeting")
        assert greeted.screen.over == beneath.screen.over and greeted.code == beneath.code
        once = said(book, beneath, "")
        for above in (once, said(book, once, ""), said(book, beneath, "report,lawyer")):
            assert above.screen.over in missed
            assert said(book, above, "greeting") == greeted
        looked += 1
    assert looked > 500


HELLOS = ["hi", "hi there", "hello", "Hello!", "сәлем", "привет", "здравствуйте", "рақмет", "спасибо", "thanks bye"]


@pytest.mark.parametrize("words", HELLOS)
def test_a_short_hello_is_no_guess_about_home(book: Book, words: str) -> None:
    assert conversation.meaning(book, words).event == Event("topic", "greeting")


@pytest.mark.parametrize("words", ["hello lawyer", "привет, адвокат?", "hi i was raped"])
def test_a_hello_that_tells_of_something_is_no_mere_hello(book: Book, words: str) -> None:
    assert conversation.meaning(book, words).event.value not in ("", "greeting")


def test_every_number_but_ours_is_nothing_understood(book: Book) -> None:
    """ "1" asks for no topic. The screen that follows names 112 and 150."""
    ours = {str(number) for number in range(1000) if conversation.meaning(book, str(number)).event.kind == "command"}
    assert {*NUMBERS, book.called["children"]} <= ours and len(ours) < 15
    for number in range(1000):
        if str(number) not in ours:
            assert conversation.meaning(book, str(number)) == Meaning(Event("topic"))


def test_under_18_is_offered_once_and_is_kept(book: Book, exploration: Exploration) -> None:
    """The button that keeps the age stands where the topic would; where the age is known, the topic does."""
    kinds = {(state.step, dict(state.slots).get("age")): state for state in exploration.states}
    ages, child = set(), book.dialogue.topics["child"]
    for number, state in enumerate(friends(book, iter(kinds.values()))):
        for topics in ("child", "child,partner", "report,child,partner", "@aktau,child"):
            screen = said(book, drawn(book, state, book.languages[number % 3]), topics).screen
            labels = [button.label for button in screen.buttons]
            assert len(set(labels)) == len(labels)
            age = engine.reads_as(book.dialogue, state, "age")
            there, gone = ("minor", "child") if age == "any" else ("child", "minor")
            assert ids(screen).index(there) == topics.split(",").index("child") and gone not in ids(screen)
            if there == "minor":
                kept = code.unpack(book.dialogue, pressed(book, Answer("", screen), "minor").code, HOUR).state
                assert dict(kept.slots)["age"] == "minor" and kept.step == child.go
            ages.add(age)
    assert ages == {"any", "minor"}


# ---- towns


SAYING = (
    "{}", "{} помощь", "help {}", "I'm in {}", "I live in {}", "я в {}", "в {} живу", "мен {}да тұрамын", "{}да",
    "{} қаласында тұрамын",
)  # fmt: skip


def test_where_somebody_lives_is_no_crisis_and_no_other_topic(book: Book) -> None:
    """No town's own name is understood as anything, in no language; beside it stands only what is sure."""
    looked = 0
    for place in book.directory.places.values():
        for name in {name for name in place.names.values() if len(fold(name)) >= 6}:
            for saying in SAYING:
                value = conversation.meaning(book, saying.format(name)).event.value
                assert value[:1] in ("@", "#") and "," not in value, (saying, name)
                looked += 1
    assert looked > 2_000


BESIDE = ["в Актобе нужен аборт", "I'm in Shymkent and need a lawyer", "Ақтөбеде адвокат керек"]


@pytest.mark.parametrize("words", BESIDE)
def test_what_is_sure_stands_beside_the_town(book: Book, words: str) -> None:
    town, topic = conversation.meaning(book, words).event.value.split(",")
    assert town[0] == "@" and topic in ("abortion", "lawyer")


def test_a_crisis_in_a_town_is_a_crisis(book: Book) -> None:
    for words in ("I'm in Shymkent and he is breaking the door", "я в Караганде, хочу умереть", "Таразда өлгім келеді"):
        assert conversation.meaning(book, words).event.value.partition(",")[0] in crises(book)
