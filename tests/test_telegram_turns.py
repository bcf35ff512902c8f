"""What a person sees in Telegram: one living message, nothing of theirs beside it, an exit that empties the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot import conversation
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.keyboard import REMOVE
from bot.channels.telegram.letters import unmarked
from bot.channels.telegram.people import People
from bot.channels.telegram.send import Sender
from bot.channels.telegram.transport import Api, Transport
from bot.conversation import Book
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram, Person
from tests.telegram_bot import answering, new_store, screens, serving

Scene = Callable[[FakeTelegram, Person], Awaitable[None]]


def play(book: Book, scene: Scene, **how: Any) -> None:
    """One person and the bot."""

    async def whole() -> None:
        async with answering(book, **how) as server:
            await scene(server, server.person(4_200_000_042))

    asyncio.run(whole())


def line(book: Book, name: str) -> str:
    return conversation.neutral(book, "en", name, NOON)


def first_text(book: Book) -> str:
    return unmarked(conversation.begin(book, "en", NOON).screen.text)


async def opened(person: Person) -> None:
    """/start, and the answer is there."""
    await person.start()
    await person.settle()
    assert len(person.visible()) == 1


async def press(person: Person, book: Book, name: str) -> None:
    await person.tap(line(book, name))
    await person.settle()


def test_start_brings_one_silent_message_and_the_command_goes(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        assert screens(person) == [first_text(book)]
        (sent,) = server.called("sendMessage")
        assert sent.params["disable_notification"] is True
        assert sent.params["link_preview_options"] == {"is_disabled": True}

    play(book, scene)


def test_a_tap_rewrites_the_message_and_adds_none(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        before = person.live()
        await press(person, book, "help")
        assert len(person.visible()) == 1
        assert person.live().id == before.id
        assert person.live().text != first_text(book)
        assert len(server.called("sendMessage")) == 1
        assert [call.status for call in server.called("answerCallbackQuery")] == [200]

    play(book, scene)


def test_typed_words_vanish_and_the_reason_is_told_once(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        told = []
        for words in ("hello there", "hello again"):
            await person.send_text(words)
            await person.settle()
            assert len(person.visible()) == 1
            assert person.live().by_bot
            told.append(line(book, "vanished") in person.live().text)
        assert told == [True, False]

    play(book, scene)


def test_a_new_message_comes_after_typed_words_for_somebody_who_cleared_the_chat(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        person.clear()
        await person.send_text("hello")
        await person.settle()
        assert len(screens(person)) == 1

    play(book, scene)


@pytest.mark.parametrize("how", ["tap", "/exit", "typed"])
def test_the_exit_leaves_nothing_visible_and_nothing_remembered(book: Book, how: str) -> None:
    store = new_store()

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        await person.send_text("hello")
        await person.settle()
        sent = len(server.called("sendMessage"))
        if how == "tap":
            await press(person, book, "exit")
        else:
            await person.send_text("/exit" if how == "/exit" else line(book, "exit"))
            await person.settle()
        assert person.visible() == []
        assert len(server.called("sendMessage")) == sent, "nothing new is sent"
        assert store.rows == {}
        await opened(person)
        assert screens(person) == [first_text(book)], "whoever comes back is a stranger"

    play(book, scene, store=store)


def test_what_is_too_old_to_delete_is_overwritten_with_the_neutral_line(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        server.clock.forward(hours=49)
        await press(person, book, "exit")
        assert screens(person) == [line(book, "hidden")]
        assert person.live().labels == [line(book, "start")]
        await press(person, book, "start")
        assert screens(person) == [first_text(book)]

    play(book, scene)


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


def test_a_kept_card_stays_beside_the_screen_until_it_is_removed_or_the_exit(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"remove": "Remove"} | dict(book.labels)
    worded, plain_tap = replace(book, labels=words), conversation.tap

    def tap(*what: Any) -> conversation.Answer:
        answer = plain_tap(*what)
        return answer if answer.screen.left else replace(answer, screen=replace(answer.screen, cards=("A card.",)))

    monkeypatch.setattr(conversation, "tap", tap)

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        await press(person, worded, "help")
        screen, card = screens(person)
        assert card.startswith(line(worded, "head"))
        assert "A card." in card
        await press(person, worded, "remove")
        assert screens(person) == [screen]
        await press(person, worded, "back")
        assert len(screens(person)) == 2
        await press(person, worded, "exit")
        assert person.visible() == []

    play(worded, scene)


def test_emergency_numbers_come_with_nothing_before_them(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        await person.send_text("112")
        await person.settle()
        assert line(book, "vanished") not in person.live().text
        assert all(number in person.live().text for number in ("112", "103", "102", "150"))

    play(book, scene)


def test_after_silence_the_screen_becomes_a_strangers(book: Book) -> None:
    store = new_store()

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        await press(person, book, "help")
        before = len(server.called("sendMessage"))
        await _hide(server, book, store)
        assert screens(person) == [line(book, "hidden")]
        assert person.live().labels == [line(book, "start")]
        assert len(server.called("sendMessage")) == before, "hiding edits, it never sends"
        edits = len(server.called("editMessageText"))
        await _hide(server, book, store)
        assert len(server.called("editMessageText")) == edits, "and only once"
        await press(person, book, "start")
        assert screens(person) == [first_text(book)]

    play(book, scene, store=store)


async def _hide(server: FakeTelegram, book: Book, store: Any) -> None:
    transport = Transport()
    await transport.initialize()
    api = Api(server.token, base_url=f"{server.url}/bot", request=transport, get_updates_request=transport)
    await Forgetting(book, People(store), Sender(api), lambda: NOON).hide(0.0)
    await transport.shutdown()


def test_stopping_hides_the_screens_that_nothing_would_remember(book: Book) -> None:
    async def whole() -> None:
        async with answering(book, store_setting="memory") as server:
            person = server.person(7)
            await opened(person)
        assert screens(person) == [line(book, "hidden")]

    asyncio.run(whole())


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


def test_name_and_commands_are_set_in_each_language_and_only_when_they_differ(book: Book) -> None:
    setters = ("setMyName", "setMyDescription", "setMyShortDescription", "setMyCommands")

    async def started(server: FakeTelegram) -> int:
        """One life of the bot; how often it set anything so far."""
        wanted = len(server.called("getMyCommands")) + len(book.languages)
        async with serving(server, book):
            await server.wait_for(lambda: len(server.called("getMyCommands")) == wanted)
            await server.settle()
        return sum(len(server.called(method)) for method in setters)

    async def whole() -> tuple[int, int]:
        async with FakeTelegram() as server:
            counts = await started(server), await started(server)
            commands = server.world.profile["commands", '{"type": "default"}', ""]
            assert [one["command"] for one in commands] == ["start", "help", "exit", "menu"]
            assert server.world.profile["description", "", ""] == line(book, "bot_description")
        return counts

    first, second = asyncio.run(whole())
    assert 0 < first == second
