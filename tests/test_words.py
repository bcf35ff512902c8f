"""Typed words in every state, for both readers, in every language: help at once, and nothing lost by a wrong guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import conversation
from bot.conversation import Answer, Book, Meaning
from bot.dialogue import code, engine
from bot.dialogue.explore import Exploration, overlays
from bot.dialogue.model import READERS, Event, State
from bot.dialogue.overlays import FOR, HEARD, MOST, heard
from bot.render import Screen
from bot.understanding.reading import Understood
from tests.conftest import NOON

HOUR = int(NOON.timestamp() // 3600)
NUMBERS = ("112", "103", "102", "150")


def everywhere(book: Book, exploration: Exploration) -> Iterator[State]:
    """Every state; over one state of each step every overlay, each also beneath the question for the language; every
    page of the picker; guesses."""
    dialogue = book.dialogue
    yield from exploration.states
    for state in {state.step: state for state in exploration.states}.values():
        for over in overlays(dialogue, state):
            yield over
            if over.over != dialogue.language:
                yield moved(book, over, "command", "language")
        yield moved(book, moved(book, state, "topic", "report,lawyer,court"), "command", "language")
        yield moved(book, state, "topic", "@aktau,report,lawyer")
        if dialogue.steps[state.step].ask == "place":
            yield from (replace(state, page=page) for page in dialogue.pages)


def moved(book: Book, state: State, kind: str, value: str = "") -> State:
    after = engine.advance(book.dialogue, state, Event(kind, value)).state  # type: ignore[arg-type]
    assert after is not None
    return after


def friends(book: Book, states: Iterator[State]) -> Iterator[State]:
    """Each state for both readers."""
    for state in states:
        others = tuple(pair for pair in state.slots if pair[0] != "reader")
        for reader in READERS:
            yield replace(state, slots=tuple(sorted((*others, *((("reader", reader),) if reader == "friend" else ())))))


def crises(book: Book) -> list[str]:
    found = [topic.id for topic in book.dialogue.topics.values() if topic.crisis]
    assert set(found) == {"danger", "self-harm", "injured"}
    return found


def drawn(book: Book, state: State, language: str = "en") -> Answer:
    return conversation.redraw(book, code.pack(book.dialogue, state, "", language, HOUR), "", NOON)


def said(book: Book, before: Answer, topics: str, language: str = "") -> Answer:
    """What is answered to words that were reduced to these topics."""
    return conversation.mean(book, before.code, Meaning(Event("topic", topics), None, language), "", NOON)


def pressed(book: Book, answer: Answer, name: str) -> Answer:
    button = next(one for one in answer.screen.buttons if one.id == name)
    assert len(button.code.encode()) <= code.MOST_BYTES
    return conversation.tap(book, button.code, "", NOON)


def ids(screen: Screen) -> list[str]:
    return [button.id for button in screen.buttons]


# ---- a crisis


def test_a_crisis_is_shown_at_once_and_a_wrong_guess_loses_nothing(book: Book, exploration: Exploration) -> None:
    looked = 0
    for state in friends(book, everywhere(book, exploration)):
        for crisis in crises(book):
            if heard(state) == crisis:
                continue
            about = ("report", "friend", "report,friend")[looked % 3]
            guessed = moved(book, state, "topic", f"{crisis},{about}")
            assert engine.shown(book.dialogue, guessed).id == book.dialogue.topics[crisis].go
            assert heard(guessed) == crisis
            # whoever says that it is not that is not asked about it once more, should the same guess lie beneath
            same = (HEARD + crisis, FOR + crisis)
            before = replace(state, under=tuple(one for one in state.under if not one.endswith(same)))
            assert moved(book, guessed, "about", "") == before == moved(book, guessed, "command", "back")
            right = moved(book, guessed, "about", crisis)
            assert engine.shown(book.dialogue, right).id == book.dialogue.topics[crisis].go and not heard(right)
            assert (right.step, right.page) == (state.step, state.page)
            assert {**dict(right.slots), "reader": ""} == {**dict(state.slots), "reader": ""}
            assert reader_of(book, right) == reader_of(book, guessed), "who confirms the card confirms its wording"
            looked += 1
    assert looked > 20_000


def test_the_card_survives_a_restart_with_all_that_lies_beneath(book: Book, exploration: Exploration) -> None:
    looked = 0
    for state in everywhere(book, exploration):
        guessed = moved(book, state, "topic", "danger")
        for move in ("", "?danger", "?", ".quiet", "!help", "!exit", "!menu", "!language"):
            packed = code.pack(book.dialogue, guessed, move, "kk", HOUR)
            decoded = code.unpack(book.dialogue, packed, HOUR)
            assert len(packed) <= code.MOST_BYTES and not decoded.renewed
            assert decoded.state == guessed, guessed
            looked += 1
    assert looked > 8 * len(exploration.states)


def test_the_guess_is_acknowledged_and_can_be_corrected_in_every_language(book: Book, exploration: Exploration) -> None:
    """Drawn: one kind line, numbers on the card, two answers first; "not it" is the screen of before, byte for byte."""
    kinds = {(state.step, state.over, state.under[:1], state.page): state for state in everywhere(book, exploration)}
    looked = 0
    for number, state in enumerate(friends(book, iter(kinds.values()))):
        language, crisis = book.languages[number % 3], crises(book)[number // 3 % 3]
        before = drawn(book, state, language)
        guessed = said(book, before, crisis)
        if crisis in lying(state):
            continue
        text, topic = guessed.screen.text, book.dialogue.topics[crisis]
        line = topic.heard[""]
        assert book.catalogues[language].get((f"heard.{crisis}", line), line) in text
        assert text.startswith(" · ".join(NUMBERS)) and ("112" in text.partition("\n")[2])
        assert ids(guessed.screen)[:2] == ["right", "wrong"]
        assert {"quiet", "next", "help", "exit"} <= set(ids(guessed.screen))
        assert guessed.screen.over == topic.go and len(guessed.screen.buttons) <= 10
        assert pressed(book, guessed, "wrong") == before
        right = pressed(book, guessed, "right").screen
        assert right.over == topic.go and not {"right", "wrong"} & set(ids(right))
        ordinary = engine.visible_choices(book.dialogue, replace(state, over=topic.go, under=()))
        assert [one.id for one in ordinary] == ids(right)[: len(ordinary)]
        looked += 1
    assert looked > 1_000


def lying(state: State) -> set[str]:
    """The crises heard in words that lie over the step, for whomever."""
    return {heard(State("", over=one)) for one in (state.over, *state.under)} - {""}


def reader_of(book: Book, state: State) -> str:
    return engine.reads_as(book.dialogue, state, "reader")


def test_a_card_that_was_asked_for_is_not_a_guess(book: Book) -> None:
    asked = drawn(book, State("start.danger"))
    for choice in ("danger", "hurt", "self_harm"):
        assert not {"right", "wrong"} & set(ids(pressed(book, asked, choice).screen))


def test_crises_may_pile_up_and_the_step_is_never_lost(book: Book) -> None:
    start = state = State("medical.clock", (("elapsed", "under_24h"), ("reader", "friend")))
    for topics in ("danger", "injured", "self-harm", "danger", "report", "injured", "", "self-harm") * 3:
        state = moved(book, state, "topic", topics)
        assert 1 + len(state.under) <= MOST and len({state.over, *state.under}) == 1 + len(state.under)
        assert (state.step, state.slots) == (start.step, start.slots)
    for _ in range(MOST):
        state = moved(book, state, "command", "back")
    assert state == start


# ---- nothing understood


def test_what_is_not_understood_twice_in_a_row_brings_the_card_and_a_person(
    book: Book, exploration: Exploration
) -> None:
    kinds = {(state.step, state.over): state for state in everywhere(book, exploration)}
    lost, again = book.dialogue.lost, book.dialogue.again
    looked = 0
    for number, state in enumerate(friends(book, iter(kinds.values()))):
        if state.over in (lost, again):
            continue
        before = drawn(book, state, book.languages[number % 3])
        once = said(book, before, "")
        assert once.screen.over == lost
        assert "112" in once.screen.text.partition("\n")[2] and "150" in once.screen.text.partition("\n")[2]
        twice = said(book, once, "")
        assert twice.screen.over == again
        told = twice.screen.text.partition("\n")[2]
        assert all(one in told for one in (*NUMBERS, book.called["helpline_whatsapp"]))
        assert said(book, twice, "").screen.over == again, "a third time finds the same"
        move = ("help", "back", "menu", "quiet", "next", "topics")[number % 6]
        if move in ids(once.screen):
            assert said(book, pressed(book, once, move), "").screen.over == lost, "any other move counts anew"
        looked += 1
    assert looked > 500


@pytest.mark.parametrize(
    "words",
    ["fuck you", "иди на хуй", "кет әй", "sexy?", "asdf qwer zxcv", "💔" * 50, "\u202e\u2066", "h" + "\u0336" * 99],
)
def test_insults_and_nonsense_meet_the_same_calm(book: Book, words: str) -> None:
    once = conversation.say(book, drawn(book, State(book.dialogue.menu)).code, words, "en", NOON).screen
    assert once.over in (book.dialogue.lost, book.dialogue.guess)
    assert not {"right", "wrong"} & set(ids(once))


# ---- the language of the words


@pytest.mark.long
def test_words_in_another_language_bring_an_offer_that_redraws_the_same_screen(
    book: Book, exploration: Exploration
) -> None:
    kinds = {(state.step, state.over): state for state in everywhere(book, exploration)}
    looked = 0
    for number, state in enumerate(friends(book, iter(kinds.values()))):
        topics = ("danger", "report,lawyer", "", "@aktau,report", "greeting", "injured")[number % 6]
        chat = book.languages[number % 3]
        before = drawn(book, state, chat)
        for spoken in book.languages:
            answer = said(book, before, topics, spoken)
            there = [one for one in ids(answer.screen) if one.startswith("language_")]
            if answer.screen.over == book.dialogue.language or answer.screen.over is None:
                continue  # a greeting, or the question itself
            assert there == ([f"language_{spoken}"] if spoken != chat else [])
            line = book.labels["switch"]
            told = book.catalogues[spoken].get(("words.switch", line), line)
            assert (told in answer.screen.text) == (spoken != chat)
            assert len(answer.screen.text) <= 1024
            if spoken != chat and topics != "greeting":
                assert conversation.redraw(book, answer.code, "", NOON) == answer, "a restart keeps the offer"
                switched = pressed(book, answer, f"language_{spoken}")
                assert switched.screen == said(book, drawn(book, state, spoken), topics).screen
                looked += 1
    assert looked > 1_000


def test_the_offer_is_gone_with_the_next_move(book: Book) -> None:
    answer = said(book, drawn(book, State(book.dialogue.menu)), "report", "ru")
    assert "language_ru" in ids(answer.screen)
    assert "language_ru" not in ids(pressed(book, answer, "back").screen)


SHORT = ["HIV", "Алматы", "ok", "адвокат", "спасибо", "112", "апельсин", "мен не хочу барғым"]


@pytest.mark.parametrize("words", SHORT)
def test_a_word_or_two_is_no_language(book: Book, words: str) -> None:
    assert conversation.meaning(book, words).language == ""


# ---- places


@pytest.mark.long
def test_a_town_named_anywhere_is_offered_and_taken_with_all_other_answers(
    book: Book, exploration: Exploration
) -> None:
    kinds = {(state.step, state.over): state for state in everywhere(book, exploration)}
    nearest, looked = book.dialogue.nearest, 0
    for number, state in enumerate(friends(book, iter(kinds.values()))):
        if engine.asks_place(book.dialogue, state):
            continue
        place = sorted(book.directory.places)[number % len(book.directory.places)]
        before = drawn(book, state, book.languages[number % 3])
        meant = Meaning(Event("topic", f"@{place},report"), Event("place", place))
        answer = conversation.mean(book, before.code, meant, "", NOON)
        assert answer.screen.over == book.dialogue.near and ids(answer.screen)[:2] == ["nearest", "report"]
        names = book.directory.places[place].names
        assert names[answer.screen.language] in answer.screen.text
        taken = code.unpack(book.dialogue, pressed(book, answer, "nearest").code, HOUR).state
        picked = moved(book, replace(engine.settle(book.dialogue, State(nearest, state.slots))), "place", place)
        assert taken == picked
        assert dict(taken.slots)["place"] == place
        kept = {name: value for name, value in state.slots if name in ("reader", "age", "elapsed")}
        assert kept.items() <= dict(taken.slots).items()
        looked += 1
    assert looked > 500


def test_a_name_that_several_bear_goes_to_the_question_which(book: Book) -> None:
    found = conversation.meaning(book, "Абай").event.value
    assert found.startswith("#which.")
    asked = pressed(book, said(book, drawn(book, State(book.dialogue.menu)), found), "nearest")
    state = code.unpack(book.dialogue, asked.code, HOUR).state
    assert (state.step, state.page) == (book.dialogue.nearest, found[1:])


PLACES = {
    "Шымкент": "@shymkent",
    "hiv medicine in Shymkent": "@shymkent,hiv-pep",
    "где в Актау помощь": "@aktau",
    "Ақтауда кімге барамын": "@aktau",
    "v karagande gde centr": "@karaganda",
    "я живу около Семея": "@semey",
    "он орал на меня при всех": "",
    "есік алдында тұр": "",
    "я в семье одна такая": "",
    "Оралда": "@uralsk",
    "есіктен": "",
}


@pytest.mark.parametrize("words", PLACES)
def test_a_town_is_heard_within_a_sentence_and_everyday_words_are_not_towns(book: Book, words: str) -> None:
    value = conversation.meaning(book, words).event.value
    assert value.startswith(PLACES[words]) if PLACES[words] else "@" not in value


# ---- bounded work


def test_a_megabyte_is_cut_before_anybody_works_on_it(book: Book) -> None:
    seen: list[int] = []

    def counting(words: str) -> Understood:
        seen.append(len(words))
        return Understood("", (), None, "")

    counted = replace(book, understand=counting)
    floods = ["a" * 10**6, "112 a " * 160_000, "в Алматы " * 10**5, "\u202e" * 10**6, "h" + "\u0301" * 10**6]
    for flood in floods:
        assert conversation.meaning(counted, flood).event.kind == "topic"
    assert seen and max(seen) <= conversation.MOST_CHARACTERS
    assert len(seen) == len(floods)
