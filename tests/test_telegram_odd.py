"""What else may come: things we can't read, groups, nonsense, forged buttons, floods, the same again."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.keyboard import REMOVE
from bot.conversation import Book
from tests.fake_telegram import FakeTelegram, Person
from tests.telegram_bot import new_store, screens
from tests.telegram_talk import line, opened, play


@pytest.mark.parametrize("what", ["photo", "voice", "sticker", "document", "contact", "dice"])
def test_what_we_cannot_read_is_answered_calmly_and_never_fetched(book: Book, what: str) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        await getattr(person, f"send_{what}")()
        await person.settle()
        assert line(book, "media") in person.live().text
        assert server.called("getFile") == []
        left = [message for message in person.visible() if not message.by_bot]
        assert len(left) == (what == "dice"), "Telegram lets nobody delete a fresh dice"

    play(book, scene)


def test_groups_get_silence(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        group = person.in_group()
        await group.send_text("/start")
        await server.wait_for(lambda: server.called("leaveChat"))
        await server.settle()
        assert server.called("sendMessage") == []

    play(book, scene)


def test_edited_words_are_left_alone(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        sent = await person.send_text("hello")
        await person.settle()
        before = len(server.called("sendMessage"))
        await person.send_edited(sent.message_id, "hello again")
        await person.raw_update({"edited_message": {"message_id": 5, "text": "hello"}})
        await person.settle()
        assert len(server.called("sendMessage")) == before

    play(book, scene)


def test_who_blocks_the_bot_is_forgotten(book: Book) -> None:
    store = new_store()

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        assert len(store.rows) == 1
        await person.block()
        await person.settle()
        assert store.rows == {}

    play(book, scene, store=store)


def test_an_update_that_makes_no_sense_stops_nobody(book: Book) -> None:
    junk: list[dict[str, Any]] = [
        {},
        {"message": {"date": "yesterday"}},
        {"message": [], "callback_query": 5},
        {"callback_query": {"id": 5, "data": None}},
        {"poll_from_the_future": {"deep": [[[[]]]]}},
    ]

    async def scene(server: FakeTelegram, person: Person) -> None:
        others = [server.person(number) for number in range(101, 106)]
        for update, other in zip(junk, others, strict=True):
            await person.raw_update(update)
            await other.start()
        await server.settle()
        assert [len(screens(other)) for other in others] == [1] * len(others)
        assert server.world.waiting == [], "and it was confirmed"

    play(book, scene)


def test_a_button_of_a_message_that_is_gone_brings_a_new_one(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        old = person.live()
        await person.send_text("hello")
        await person.settle()
        await person.tap_message(old.id, old.buttons[0].data)
        await person.settle()
        assert len(person.visible()) == 1

    play(book, scene)


def test_a_message_that_telegram_calls_inaccessible_is_replaced(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        old = person.live()
        shown = {"message_id": old.id, "chat": person.chat_body, "date": 0}
        query = {"id": "1", "from": person.user, "message": shown, "chat_instance": "1", "data": old.buttons[0].data}
        person.push("callback_query", query)
        await person.settle()
        assert len(person.visible()) == 1
        assert person.live().id != old.id

    play(book, scene)


def test_forged_buttons_lead_to_a_screen_with_help(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        for data in ("", "x", REMOVE, "1en" + "A" * 60, "../../etc/passwd", "' OR 1=1", "\u202e" * 20):
            await person.tap_message(person.live().id, data)
            await person.settle()
            assert len(person.visible()) == 1
            assert line(book, "help") in person.live().labels

    play(book, scene)


def test_a_double_tap_has_one_visible_result(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        label = person.live().labels[0]
        message, data = person.live(), person.live().buttons[0].data
        await person.tap(label)
        await person.tap_message(message.id, data)
        await person.settle()
        assert len(person.visible()) == 1

    play(book, scene)


def test_one_person_whom_telegram_slows_holds_nobody_else_back(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        server.flood(3600.0, chat_id=person.chat_id)
        await person.start()
        other = server.person(7)
        await other.start()
        await server.wait_for(lambda: screens(other))
        assert screens(person) == []
        assert server.troubles.too_early == [], "who is told to wait, waits"

    play(book, scene)


def test_a_flood_of_words_goes_from_the_chat_and_delays_nobody(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        server.fail("sendMessage", "delay", times=1, seconds=0.2)
        for number in range(60):
            await person.send_text(f"words {number}")
        other = server.person(7)
        await other.start()
        await server.settle(10.0)
        assert len(screens(other)) == 1
        assert len(person.visible()) == 1
        assert person.live().by_bot
        assert len(server.called("sendMessage")) < 10, "the newest are answered, not all"
        assert len(server.called("deleteMessage") + server.called("deleteMessages")) < 20, "and they go together"

    play(book, scene)


def test_an_update_that_comes_again_and_again_is_answered_once(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        sent = await person.start()
        await person.settle()
        content = {"message_id": 1, "date": 1, "chat": person.chat_body, "from": person.user, "text": "/start"}
        await person.raw_update({"update_id": sent.update_id, "message": content})
        other = server.person(7)
        await other.start()
        await server.wait_for(lambda: screens(other))
        assert len(server.called("sendMessage")) == 2

    play(book, scene)
