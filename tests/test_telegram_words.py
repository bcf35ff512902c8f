"""Typed words in Telegram: queued for deletion before anybody looks, deleted after their answer, kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot import conversation
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.letters import unmarked
from bot.channels.telegram.minimal import packed, reduced, unpacked
from bot.channels.telegram.turn import reply
from bot.channels.telegram.updates import Incoming
from bot.conversation import Book, Meaning
from bot.dialogue.model import Event, State
from bot.understanding import Understood
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram, Person
from tests.telegram_talk import opened, play
from tests.test_words import drawn

RUSSIAN = "мне очень нужен адвокат в суде"


def listening(book: Book, heard: Callable[[], None]) -> Book:
    """A book that notes when words are looked at."""
    understand = book.understand
    assert understand is not None

    def listen(words: str) -> Understood:
        heard()
        return understand(words)

    return replace(book, understand=listen)


def test_words_are_queued_before_they_are_read_and_deleted_after_their_answer(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    queue = Forgetting.queue

    def noted(forgetting: Forgetting, chat: int, message: int) -> None:
        order.append("queued")
        queue(forgetting, chat, message)

    monkeypatch.setattr(Forgetting, "queue", noted)

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        order.clear()
        answered = len(server.calls)
        await person.send_text("где найти адвоката для суда")
        await person.settle()
        methods = [call.method for call in server.calls[answered:] if call.method != "getUpdates"]
        assert [one for one in methods if one != "answerCallbackQuery"][:2] == ["sendMessage", "deleteMessages"]
        assert order == ["queued", "read"]
        assert len(person.visible()) == 1

    play(listening(book, lambda: order.append("read")), scene)


def test_an_answer_does_not_wait_for_a_deletion(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deletions that never end: words and taps are answered all the same."""

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        never = asyncio.Event()

        async def stuck(*_: object) -> None:
            await never.wait()

        with monkeypatch.context() as patch:
            patch.setattr(Forgetting, "_remove", stuck)
            for words in ("hello there", "где найти адвоката", "112"):
                before = len(server.called("sendMessage"))
                await person.send_text(words)
                for _ in range(400):
                    if len(server.called("sendMessage")) > before:
                        break
                    await asyncio.sleep(0.01)
                assert len(server.called("sendMessage")) == before + 1
            never.set()

    play(book, scene)


def test_what_was_typed_goes_also_when_its_turn_fails(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels.telegram.turn import Turns

    async def failing(*_: object) -> None:
        raise RuntimeError("a defect of ours")

    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        with monkeypatch.context() as patch:
            patch.setattr(Turns, "_replace", failing)
            await person.send_text("words that nobody answers")
            await person.settle()
        assert not [one for one in person.visible() if not one.by_bot]

    play(book, scene)


def test_the_language_of_words_survives_the_sealed_inbox_and_nothing_else_of_them(book: Book) -> None:
    before = drawn(book, State(book.dialogue.menu)).code
    typed = Incoming(1, "text", 2, 3, text=RUSSIAN, language="en")
    record = packed(reduced(book, typed))
    waited = unpacked(record)
    assert waited is not None and waited.meaning is not None and waited.meaning.language == "ru"
    assert not [word for word in RUSSIAN.split() if word.encode() in record or word in record.decode("unicode_escape")]
    assert reply(book, waited, before, NOON) == reply(book, typed, before, NOON)
    assert "language_ru" in [button.id for button in reply(book, waited, before, NOON).screen.buttons]


def test_records_of_before_without_a_language_are_still_read() -> None:
    plain = Incoming(1, "text", 2, 3, meaning=Meaning(Event("topic", "lawyer"), Event("place", "almaty")))
    spoken = replace(plain, meaning=Meaning(Event("topic", "lawyer"), None, "kk"))
    for incoming in (plain, spoken):
        assert unpacked(packed(incoming)) == incoming


def test_the_offer_stands_beside_the_line_on_words_that_vanished(book: Book) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        await person.send_text(RUSSIAN)
        await person.settle()
        text = person.live().text
        assert unmarked(conversation.neutral(book, "en", "vanished", NOON)) in text
        assert "Продолжить по-русски?" in text
        await person.tap("Русский")
        await person.settle()
        assert "Продолжить по-русски?" not in person.live().text

    play(book, scene)


@pytest.mark.parametrize("words", ["он ломится в дверь с ножом", "ол есікті сындырып жатыр, пышағы бар"])
def test_a_wrong_guess_of_a_crisis_leads_back_in_the_chat_too(book: Book, words: str) -> None:
    async def scene(server: FakeTelegram, person: Person) -> None:
        await opened(person)
        await person.tap("Yes, it's safe")
        await person.settle()
        before = person.live().text
        await person.send_text(words)
        await person.settle()
        assert book.dialogue.topics["danger"].heard[""] in person.live().text
        await person.tap("That's not it")
        await person.settle()
        assert person.live().text == before

    play(book, scene)
