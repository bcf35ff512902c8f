"""What a person sees in Telegram: one living message, nothing of theirs beside it, an exit that empties the chat."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot import conversation
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.letters import unmarked
from bot.channels.telegram.people import People
from bot.channels.telegram.send import Sender
from bot.channels.telegram.transport import Api, Transport
from bot.conversation import Book
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram, Person
from tests.telegram_bot import answering, new_store, screens, serving
from tests.telegram_talk import first_text, line, opened, play, press


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


def test_a_button_of_a_screen_that_is_about_to_go_is_not_drawn_on(book: Book) -> None:
    """Else the deletion, already on its way, would take the new screen along and leave an empty chat."""

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        old = person.live()
        server.fail("deleteMessages", "delay", seconds=0.3)
        await person.send_text("what can I do")
        await server.wait_for(lambda: len(screens(person)) == 2)
        button = next(one for one in old.buttons if one.data)
        await person.press(old, button)
        await server.settle()
        await person.wait_for(lambda: len(person.visible()) == 1)
        wanted = unmarked(conversation.tap(book, button.data, "en", NOON).screen.text).rstrip()
        assert screens(person) == [wanted]

    play(book, scene)


def test_an_answer_of_which_nobody_knows_whether_it_arrived_goes_with_the_next(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        server.fail("sendMessage", "truncated", applied=True)
        await person.send_text("what can I do")
        await server.settle()
        assert len(screens(person)) == 2, "the old one, and one that arrived without our knowing"
        await person.send_text("and then")
        await server.settle()
        await person.wait_for(lambda: len(person.visible()) == 1)

    play(book, scene)
