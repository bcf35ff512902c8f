"""One turn in Telegram: what somebody did, the conversation's answer, the screen, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot import conversation
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.keyboard import REMOVE, keyboard, remove_key
from bot.channels.telegram.people import People
from bot.channels.telegram.send import Blocked, Sender
from bot.channels.telegram.updates import Incoming
from bot.conversation import Answer, Book
from bot.logs import event
from bot.render import Screen
from bot.sessions.model import Session

_COMMANDS = ("help", "exit", "menu")


class Turns:
    """`answer` and `drop` are what the receive loop calls. Raises `send.Unreachable`: try the same update later."""

    def __init__(
        self, book: Book, people: People, sender: Sender, forgetting: Forgetting, clock: Callable[[], datetime]
    ) -> None:
        self._book, self._people, self._sender = book, people, sender
        self._forgetting, self._clock = forgetting, clock

    async def answer(self, incoming: Incoming) -> None:
        if incoming.press:
            self._sender.acknowledge(incoming.press)
        if incoming.kind == "group":
            return await self._sender.leave(incoming.chat)
        async with self._people.lock(incoming.chat):
            try:
                await self._answer(incoming)
            except Blocked:
                await self._people.forget(incoming.chat)

    def drop(self, incoming: Incoming) -> None:
        """An update that is left unanswered: the button stops spinning, and what was typed still goes."""
        if incoming.press:
            self._sender.acknowledge(incoming.press)
        elif incoming.message:
            self._forgetting.soon(incoming.chat, [incoming.message])

    # ---- inside

    async def _answer(self, incoming: Incoming) -> None:
        if incoming.kind == "left":
            return await self._people.forget(incoming.chat)
        if incoming.kind == "service":
            return self._forgetting.soon(incoming.chat, [incoming.message])
        session = await self._people.load(incoming.chat)
        if incoming.kind == "tap" and incoming.text == REMOVE and incoming.message != session.live:
            return await self._forgetting.card(session, incoming.message)
        answer = self._reply(incoming, session)
        if answer.screen.left:
            known = replace(session, messages=(*session.messages, incoming.message))
            return await self._forgetting.everything(known, answer.screen.language)
        if incoming.kind == "tap":
            await self._rewrite(incoming, session, answer)
        else:
            await self._replace(incoming, session, answer)
        event("answered")

    def _reply(self, incoming: Incoming, session: Session) -> Answer:
        """The conversation's answer; should it fail, the menu: nobody waits for us to mend a defect."""
        now = self._clock()
        try:
            return reply(self._book, incoming, session.code, now)
        except Exception as error:
            event("turn-failed", error=error)
            return conversation.tap(self._book, "", incoming.language, now)

    async def _rewrite(self, incoming: Incoming, session: Session, answer: Answer) -> None:
        """After a tap: the message that was tapped becomes the living one, wherever it stands."""
        chat, tapped = incoming.chat, incoming.message
        text, rows = answer.screen.text, keyboard(answer.screen)
        edited = not incoming.stale and await self._sender.edit(chat, tapped, text, rows)
        live = tapped if edited else await self._sender.send(chat, text, rows)
        old = {session.live, tapped} - {live, 0} if live else set()
        # Remembered before it is deleted: a crash in between leaves an id too many, not a message too many.
        known = (*session.messages, *old, *await self._cards(chat, answer.screen))
        await self._people.save(replace(session, live=live or session.live, code=answer.code, messages=known))
        if old:
            self._forgetting.soon(chat, old)

    async def _replace(self, incoming: Incoming, session: Session, answer: Answer) -> None:
        """After words: a new message, since an edit is not seen by somebody who cleared the chat on their side."""
        chat, typed = incoming.chat, incoming.message
        told = session.told or not self._explains(incoming, answer.screen)
        if not told:
            answer = conversation.notice(self._book, answer.code, "vanished", incoming.language, self._clock())
        live = await self._sender.send(chat, answer.screen.text, keyboard(answer.screen))
        old = [typed, session.live] if live else [typed]
        explained = session.told or not told
        messages = (*session.messages, *old)
        await self._people.save(Session(chat, live or session.live, answer.code, messages, explained))
        self._forgetting.soon(chat, old)

    async def _cards(self, chat: int, screen: Screen) -> list[int]:
        """Messages a person asked to keep, each with its own button to remove it; they leave with the exit."""
        if not screen.cards:
            return []
        named = "remove" in self._book.labels
        rows = remove_key(conversation.neutral(self._book, screen.language, "remove", self._clock())) if named else []
        return [await self._sender.send(chat, text, rows) for text in screen.cards]

    def _explains(self, incoming: Incoming, screen: Screen) -> bool:
        """Words that vanish are explained once, but not to a newcomer's /start, and not before emergency numbers."""
        written = incoming.kind == "place" or (incoming.kind == "text" and not incoming.text.startswith("/"))
        dialogue = self._book.dialogue
        urgent = {dialogue.help, *(topic.go for topic in dialogue.topics.values() if topic.crisis)}
        return written and screen.over not in urgent


def reply(book: Book, incoming: Incoming, remembered: str, now: datetime) -> Answer:
    """What the conversation answers. Commands are ours to recognise: their spelling is Telegram's."""
    hint = incoming.language
    if incoming.kind == "tap":
        return conversation.tap(book, incoming.text, hint, now)
    if incoming.kind == "place" and incoming.place is not None:
        return conversation.share(book, remembered, *incoming.place, hint, now)
    if incoming.kind == "media":
        return conversation.notice(book, remembered, "media", hint, now)
    name = incoming.text.split(maxsplit=1)[0].partition("@")[0].lower() if incoming.text.startswith("/") else ""
    if name == "/start":
        return conversation.begin(book, hint, now)
    if name[1:] in _COMMANDS:
        return conversation.command(book, remembered, name[1:], hint, now)
    return conversation.say(book, remembered, incoming.text, hint, now)
