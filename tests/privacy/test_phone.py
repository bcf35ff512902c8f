"""What somebody who picks up the phone finds: a list of numbers, and nothing of who was here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from bot import conversation
from bot.authoring.neutral import OPEN, first_line, telling
from bot.authoring.reach import reach
from bot.conversation import Book
from bot.dialogue import code
from bot.dialogue.model import State
from bot.render import Screen
from tests.conftest import NOON
from tests.fake_telegram import Person, methods
from tests.privacy.phone import HOUR, LONG, Phone, play
from tests.telegram_bot import screens

SENSITIVE = "medical.hiv"
#: Lines that may be said before a screen.
NOTES = ("renewed", "media", "vanished", "hello")


def line(book: Book, name: str, language: str = "en") -> str:
    return conversation.neutral(book, language, name, NOON)


# ---- the first line


def every_screen(book: Book, language: str) -> Iterator[Screen]:
    """Every step in every combination of answers it reads."""
    reached = reach(book.dialogue)
    for step in book.dialogue.steps:
        for state in reached.screens(book.dialogue, step):
            yield conversation.redraw(book, code.pack(book.dialogue, state, "", language, HOUR), language, NOON).screen


def test_the_first_line_of_every_screen_is_neutral_in_every_language(book: Book) -> None:
    looked = [(language, screen) for language in book.languages for screen in every_screen(book, language)]
    assert len(looked) > 200
    found = {(one.step, language, telling(first_line(one.text))) for language, one in looked}
    assert {(step, language, word) for step, language, word in found if word} == set()
    assert sum(bool(telling(one.text)) for _, one in looked) > len(looked) // 2, "the list of words finds the subject"


def test_what_stands_beside_and_in_place_of_screens_is_neutral(book: Book) -> None:
    lines = [(name, language) for name in OPEN for language in book.languages if name in book.labels]
    assert len(lines) > 10
    assert [(name, language) for name, language in lines if telling(line(book, name, language))] == []


def test_a_line_said_before_a_screen_does_not_come_first(book: Book) -> None:
    first = conversation.begin(book, "en", NOON)
    there = conversation.tap(book, code.pack(book.dialogue, State(SENSITIVE), "", "en", HOUR), "en", NOON)
    assert there.code != first.code
    for name, language in product(NOTES, book.languages):
        noted = conversation.notice(book, there.code, name, language, NOON).screen
        assert line(book, name, noted.language) in noted.text
        assert first_line(noted.text) == line(book, "head", noted.language)


# ---- what can't be cleared is said, once, before anything else that is sensitive

#: English beginnings of what must be named there.
LIMITS = ("list of chats", "screenshots", "other devices", "delete this chat", "Only this chat", "keep messages")


def says_limits(screen: Screen) -> bool:
    return all(words in screen.text for words in LIMITS)


def test_whoever_goes_on_is_told_first_what_cannot_be_cleared(book: Book) -> None:
    first = conversation.begin(book, "en", NOON).screen
    assert telling(first.text) == ""
    (onward,) = [button for button in first.buttons if button.id == "yes"]
    second = conversation.tap(book, onward.code, "en", NOON).screen
    assert says_limits(second), second.text
    others = [screen.step for screen in every_screen(book, "en") if says_limits(screen)]
    assert {*others} == {second.step}, "and it is said once"


def test_whoever_types_first_is_told_what_cannot_be_cleared_with_the_first_answer(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        await phone.start()
        for number in range(2):
            await phone.person.send_text("I was raped")
            await phone.person.settle(LONG)
            (text,) = screens(phone.person)
            assert (line(book, "vanished") in text) == (number == 0)
            assert all(words in line(book, "vanished") for words in LIMITS[:3])

    play(book, scene)


# ---- leaving


def test_leaving_removes_also_what_nobody_remembers(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        before = phone.orphan("an old screen on HIV")
        await phone.start()
        await phone.go(SENSITIVE)
        after = phone.orphan("a newer screen on HIV")
        assert {before, after} <= {message.id for message in phone.person.visible()}
        await phone.leave()
        assert phone.person.visible() == []

    play(book, scene)


def test_an_answer_that_a_crash_made_stand_twice_goes_with_the_second(book: Book) -> None:
    """Telegram hands the words out again, and the first answer is remembered by nobody."""

    async def scene(phone: Phone) -> None:
        world, person = phone.server.world, phone.person
        words = world.add(world.chats[person.chat_id], person.user, {"text": "zzz"}, by_bot=False)
        phone.orphan("the first answer, on HIV")
        world.next_message += 150  # others were answered meanwhile
        person.push("message", words.body)
        await phone.server.wait_for(lambda: len(screens(person)) == 2, LONG)
        await phone.server.wait_for(lambda: len(person.visible()) == 1, LONG)
        assert not telling(first_line(screens(person)[0]))
        assert "on HIV" not in screens(person)[0]

    play(book, scene)


def test_leaving_touches_no_other_chat(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        other = phone.server.person(77)
        await phone.start()
        await phone.start(other)
        await phone.go(SENSITIVE, other)
        seen = screens(other)
        await phone.leave()
        assert phone.person.visible() == []
        assert screens(other) == seen

    play(book, scene)


@pytest.mark.parametrize("lies", [1, 99])
def test_deleted_is_believed_only_when_looked_at(book: Book, lies: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """When Telegram can't look messages up, it deletes none of them and says `true`."""
    plain, told = methods.METHODS["deleteMessages"], []

    def lie(world: Any, params: Any) -> Any:
        told.append(params)
        return True if len(told) <= lies else plain(world, params)

    async def scene(phone: Phone) -> None:
        await phone.start()
        await phone.person.send_text("words that stay")
        await phone.person.settle(LONG)
        monkeypatch.setitem(methods.METHODS, "deleteMessages", lie)
        await phone.leave()
        assert told
        assert phone.person.visible() == []

    play(book, scene)


def test_one_message_that_cannot_go_holds_back_no_other(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        await phone.start()
        dice = await phone.person.send_dice()
        await phone.person.settle(LONG)
        await phone.person.send_text("words")
        await phone.person.settle(LONG)
        await phone.leave()
        assert [message.id for message in phone.person.visible()] == [dice.message_id], "nobody can delete a fresh dice"

    play(book, scene)


def test_two_days_later_ours_read_neutral_and_nothing_is_sent(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        await phone.start()
        await phone.go(SENSITIVE)
        phone.server.clock.forward(hours=49)
        sent = len(phone.server.called("sendMessage"))
        await phone.leave()
        ours = [message for message in phone.person.visible() if message.by_bot]
        assert [message.text for message in ours] == [line(book, "hidden")]
        assert [message.labels for message in ours] == [[line(book, "start")]]
        assert len(phone.server.called("sendMessage")) == sent

    play(book, scene)


def test_an_exit_that_telegram_interrupts_is_finished_without_being_asked_again(book: Book) -> None:
    """Telegram hands out a tap for 150 seconds only; what is left of the exit is remembered until it is done."""

    async def scene(phone: Phone) -> None:
        await phone.start()
        await phone.go(SENSITIVE)
        phone.server.fail("deleteMessages", times=9)
        await phone.person.send_text("/exit")
        await phone.server.wait_for(lambda: phone.server.called("deleteMessages"), LONG)
        phone.server.world.waiting.clear()
        await phone.server.wait_for(lambda: phone.person.visible() == [], LONG)
        await phone.server.wait_for(lambda: phone.store.rows == {}, LONG)

    play(book, scene)


def test_words_go_right_after_their_answer_and_never_before(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        await phone.start()
        for number in range(3):
            before = len(phone.server.calls)
            words = await phone.person.send_text(f"words {number}")
            await phone.person.settle(LONG)
            order = [call for call in phone.server.calls[before:] if call.method != "getUpdates"]
            assert order[0].method == "sendMessage"
            next_one = order[1].params
            gone = next_one.get("message_ids", [next_one.get("message_id")])
            assert words.message_id in gone, "the next call removes the words"

    play(book, scene)


# ---- silence


async def hidden(phone: Phone) -> None:
    """The line is there, and what follows from it is done."""
    await phone.server.wait_for(lambda: line(phone.book, "hidden") in screens(phone.person), LONG)
    await phone.server.settle(LONG)


def test_after_thirty_minutes_no_sensitive_word_is_visible(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        await phone.start()
        await phone.go(SENSITIVE)
        phone.orphan("a screen on HIV that nobody remembers")
        assert any(telling(text) for text in screens(phone.person))
        sent = len(phone.server.called("sendMessage"))
        phone.pass_time(minutes=31)
        await hidden(phone)
        await phone.server.wait_for(lambda: len(phone.person.visible()) == 1, LONG)
        assert screens(phone.person) == [line(book, "hidden")]
        assert phone.person.live().labels == [line(book, "start")]
        assert len(phone.server.called("sendMessage")) == sent, "nothing is ever sent to somebody silent"

    play(book, scene)


def test_the_time_until_hiding_can_be_chosen_in_the_chat(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        slow = phone.server.person(99)
        for who, choice in ((phone.person, "minutes_5"), (slow, "minutes_120")):
            await phone.start(who)
            await phone.go("privacy.hide", who)
            assert "30 minutes" in who.live().text
            await phone.press(choice, "privacy.hide", who)
        assert "5 minutes" in phone.person.live().text
        await phone.go("privacy.first")
        assert "5 minutes" in phone.person.live().text, "and it is what the bot says from then on"
        phone.pass_time(minutes=6)
        await hidden(phone)
        phone.pass_time(minutes=60)
        await phone.start()
        await phone.go("privacy.first")
        assert "30 minutes" in phone.person.live().text, "the choice went with the rest"
        assert "120 minutes" in screens(slow)[0]

    play(book, scene)


async def keep_card(phone: Phone) -> str:
    """Ask for the first card there is; its text."""
    steps = phone.book.dialogue.steps.values()
    step, choice = next((step.id, one.id) for step in steps for one in step.choices if one.keep)
    await phone.go(step)
    await phone.press(choice, step)
    (card,) = [text for text in screens(phone.person) if line(phone.book, "kept") in text]
    assert first_line(card) == line(phone.book, "head"), "a lock screen shows nothing of it"
    return card


def test_a_kept_card_outlives_hiding_and_leaves_some_hours_later(book: Book) -> None:
    async def scene(phone: Phone) -> None:
        await phone.start()
        card = await keep_card(phone)
        phone.pass_time(minutes=31)
        await hidden(phone)
        assert sorted(screens(phone.person)) == sorted([card, line(book, "hidden")])
        phone.pass_time(hours=3.1)
        await phone.server.wait_for(lambda: screens(phone.person) == [line(book, "hidden")], LONG)
        await phone.server.wait_for(lambda: phone.store.rows == {}, LONG)

    play(book, scene)


def test_a_card_that_telegram_only_says_it_deleted_is_asked_for_again(book: Book, monkeypatch: Any) -> None:
    plain = methods.METHODS["deleteMessages"]

    async def scene(phone: Phone) -> None:
        await phone.start()
        await keep_card(phone)
        session = await phone.store.load(f"telegram:{phone.person.chat_id}")
        assert session is not None
        two = replace(session, cards=(*session.cards, phone.orphan("a card on HIV")))
        await phone.store.save(f"telegram:{session.chat}", two)
        phone.pass_time(minutes=31)
        await hidden(phone)
        assert len(screens(phone.person)) == 3
        monkeypatch.setitem(methods.METHODS, "deleteMessages", lambda world, params: True)
        phone.pass_time(hours=3.1)
        await phone.server.wait_for(lambda: screens(phone.person) == [line(book, "hidden")], LONG)
        monkeypatch.setitem(methods.METHODS, "deleteMessages", plain)

    play(book, scene)


@pytest.mark.parametrize("how", ["exit", "hidden and exit"])
def test_a_kept_card_leaves_with_the_exit(book: Book, how: str) -> None:
    async def scene(phone: Phone) -> None:
        await phone.start()
        await keep_card(phone)
        phone.server.world.next_message += 5_000  # others write a lot: no id near the exit finds the card
        await phone.start()
        if how != "exit":
            phone.pass_time(minutes=31)
            await hidden(phone)
        await phone.leave()
        assert phone.person.visible() == []

    play(book, scene)


# ---- a stranger's bot


async def expired(phone: Phone) -> None:
    phone.now += 20 * 3600


async def silent(phone: Phone) -> None:
    phone.pass_time(minutes=31)
    await hidden(phone)


async def left(phone: Phone) -> None:
    await phone.leave()


async def talked(phone: Phone) -> None:
    """Everything a person may leave behind: a language, a reader, an hour, a place, a time to hide, words explained."""
    others = [language for language in phone.book.languages if language != phone.person.user["language_code"]]
    await phone.start()
    if others:
        data = code.pack(phone.book.dialogue, State("start.first"), f"~{others[0]}", "en", HOUR)
        await phone.person.tap_message(phone.person.live().id, data)
        await phone.person.settle(LONG)
    await phone.press("minutes_5", "privacy.hide")
    await phone.press("friend", "start.who")
    await phone.press("under_24h", "medical.when")
    await phone.person.send_text("zzz")
    await phone.person.settle(LONG)
    session = await phone.store.load(f"telegram:{phone.person.chat_id}")
    assert session is not None
    assert session.told and session.hide and session.code, "there is something to be forgotten"


async def story(phone: Phone, person: Person, steps: list[str]) -> list[tuple[str, list[Any]]]:
    """What the bot answers: texts and whole keyboards."""
    heard = []
    for deed in ("words", "start", *steps, "words", "media", "place"):
        if deed == "start":
            await person.start()
        elif deed == "words":
            await person.send_text("zzz")
        elif deed == "media":
            await person.send_voice()
        elif deed == "place":
            await person.send_location(43.25, 76.9)
        else:
            data = code.pack(phone.book.dialogue, State(deed), "", person.user["language_code"], HOUR)
            await person.tap_message(person.live().id, data)
        await phone.server.settle(LONG, quiet=0.02)
        heard.append((person.live().text, list(person.live().buttons)))
    return heard


def _stories(book: Book, language: str, after: Any, steps: list[str]) -> None:
    async def scene(phone: Phone) -> None:
        await talked(phone)
        await after(phone)
        newcomer = phone.server.person(5_100_000_051, language)
        ours, theirs = await story(phone, phone.person, steps), await story(phone, newcomer, steps)
        assert len(ours) > 20
        assert ours == theirs

    play(book, scene, language=language)


def _one_of_each_flow(book: Book) -> list[str]:
    return list({step.flow: step.id for step in book.dialogue.steps.values() if not step.overlay}.values())


def test_after_the_exit_every_flow_answers_as_it_answers_a_newcomer(book: Book) -> None:
    """In one language each time; all of them, and the other two ways, by .ci/run."""
    _stories(book, book.languages[-1], left, _one_of_each_flow(book))


@pytest.mark.long
@pytest.mark.parametrize("after", [left, expired, silent])
def test_afterwards_every_flow_answers_as_it_answers_a_newcomer(book: Book, after: Any) -> None:
    for language in book.languages:
        _stories(book, language, after, _one_of_each_flow(book))


@pytest.mark.deep
@pytest.mark.parametrize("after", [left, expired, silent])
def test_afterwards_every_step_answers_as_it_answers_a_newcomer(book: Book, after: Any) -> None:
    steps = [step.id for step in book.dialogue.steps.values() if not step.overlay]
    for language in book.languages:
        _stories(book, language, after, steps)
