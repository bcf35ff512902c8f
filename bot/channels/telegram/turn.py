"""One turn in Telegram: what somebody did, the conversation's answer, the screen, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot import conversation
from bot.channels.telegram.doubles import Doubles
from bot.channels.telegram.forget import Forgetting
from bot.channels.telegram.keyboard import REMOVE, keyboard, remove_key
from bot.channels.telegram.leave import Leaving, language_of
from bot.channels.telegram.line import Lane
from bot.channels.telegram.minimal import command
from bot.channels.telegram.people import People
from bot.channels.telegram.send import Blocked, Replaced, Sender, Unreachable
from bot.channels.telegram.updates import Incoming
from bot.conversation import Answer, Book
from bot.logs import event
from bot.render import Screen
from bot.sessions.model import Session

#: What stands in the chat by the person's own hand.
_WRITTEN = ("text", "place", "media", "service")


class Turns:
    """`answer` and `drop` are what the receive loop calls. Raises `send.Unreachable`: try the same update later."""

    def __init__(
        self,
        book: Book,
        people: People,
        sender: Sender,
        forgetting: Forgetting,
        leaving: Leaving,
        clock: Callable[[], datetime],
    ) -> None:
        self._book, self._people, self._sender = book, people, sender
        self._forgetting, self._leaving, self._clock = forgetting, leaving, clock
        self._doubles = Doubles()
        self._books: dict[int, Book] = {}  # minutes until hiding -> the book that says so
        crisis = (topic.go for topic in book.dialogue.topics.values() if topic.crisis)
        self._urgent = frozenset((book.dialogue.help, *crisis))  # overlays with emergency numbers

    def arrived(self, incoming: Incoming) -> None:
        """What somebody wrote is queued for deletion before anybody looks at it, and deleted after its answer."""
        if incoming.kind in _WRITTEN and incoming.message:
            self._forgetting.queue(incoming.chat, incoming.message)

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
            except Unreachable:  # it comes once more, by us or by the messenger, and what was typed is still queued
                raise
            except Exception:
                self._forgetting.unqueue(incoming.chat, incoming.message, delete=True)
                raise
            self._forgetting.unqueue(incoming.chat, incoming.message, delete=False)  # it is gone, or on its way

    def drop(self, incoming: Incoming) -> None:
        """An update that is left unanswered: the button stops spinning, and what was typed still goes."""
        if incoming.press:
            self._sender.acknowledge(incoming.press)
        elif incoming.message:
            self._forgetting.soon(incoming.chat, [incoming.message])

    # ---- inside

    async def _answer(self, incoming: Incoming) -> None:
        if incoming.kind == "left":
            self._doubles.forget(incoming.chat)
            return await self._people.forget(incoming.chat)
        if incoming.kind == "service":
            return self._forgetting.soon(incoming.chat, [incoming.message])
        session = await self._people.load(incoming.chat)
        if session.leaving:  # interrupted: it comes first, and whoever did this is a stranger
            await self._leaving.everything(session, language_of(self._book, session))
            session = await self._people.load(incoming.chat)
        if incoming.kind == "tap" and incoming.text == REMOVE and incoming.message != session.live:
            return await self._forgetting.card(session, incoming.message)
        answer = self._reply(incoming, session)
        if answer.screen.left:
            self._doubles.forget(incoming.chat)
            known = replace(session, messages=(*session.messages, incoming.message))
            return await self._leaving.everything(known, answer.screen.language)
        session = replace(session, hide=answer.hide or session.hide)
        if incoming.kind == "tap":
            await self._rewrite(incoming, session, answer)
        else:
            await self._replace(incoming, session, answer)
        event("answered")

    def _reply(self, incoming: Incoming, session: Session) -> Answer:
        """The conversation's answer; should it fail, the menu: nobody waits for us to mend a defect."""
        now = self._clock()
        try:
            return reply(self._book_of(session), incoming, session.code, now)
        except Exception as error:
            event("turn-failed", error=error)
            return conversation.tap(self._book, "", incoming.language, now)

    def _book_of(self, session: Session) -> Book:
        """The book that names the time after which this person's screen is hidden."""
        if not session.hide:
            return self._book
        return self._books.setdefault(session.hide, replace(self._book, hide_minutes=session.hide))

    async def _rewrite(self, incoming: Incoming, session: Session, answer: Answer) -> None:
        """After a tap: the message that was tapped becomes the living one, wherever it stands."""
        chat, tapped = incoming.chat, incoming.message
        text, rows, lane = answer.screen.text, keyboard(answer.screen), self._lane(incoming, answer.screen)
        gone = incoming.stale or self._forgetting.is_going(session, tapped)
        try:
            edited = not gone and await self._sender.edit(chat, tapped, text, rows, lane, screen=True)
            live = tapped if edited else await self._sender.send(chat, text, rows, lane, screen=True)
        except Replaced:
            return await self._pass_over(incoming, session, answer)
        old = {session.live, tapped} - {live, 0} if live else set()
        fresh = [live] if live != tapped else []
        # Remembered before it is deleted: a crash in between leaves an id too many, not a message too many.
        sent = await self._cards(chat, answer.screen)
        known, cards = (*session.messages, *old), (*session.cards, *sent)
        kept = replace(session, live=live or session.live, code=answer.code, messages=known, cards=cards)
        await self._people.save(kept)
        doubles = self._doubles.of(chat, (*fresh, *sent)) - {live, *cards}
        if old or doubles:
            self._forgetting.soon(chat, old, doubles)
        if not live:
            self._doubles.lost(chat, tapped)

    async def _replace(self, incoming: Incoming, session: Session, answer: Answer) -> None:
        """After words: a new message, since an edit is not seen by somebody who cleared the chat on their side."""
        chat, typed = incoming.chat, incoming.message
        told = session.told or not self._explains(incoming, answer.screen)
        if not told:
            answer = conversation.notice(self._book, answer.code, "vanished", incoming.language, self._clock())
        text, rows, lane = answer.screen.text, keyboard(answer.screen), self._lane(incoming, answer.screen)
        try:
            live = await self._sender.send(chat, text, rows, lane, screen=True)
        except Replaced as passed:
            if passed.tried:
                self._doubles.lost(chat, typed)
            await self._pass_over(incoming, session, answer)
            return self._forgetting.soon(chat, [typed])
        old = [typed, session.live] if live else [typed]
        explained = session.told or not told
        known = (*session.messages, *old)
        kept = replace(session, live=live or session.live, code=answer.code, messages=known, told=explained)
        await self._people.save(kept)
        self._forgetting.soon(chat, old, self._doubles.of(chat, [live], typed) - {live, *session.cards})
        if not live:
            self._doubles.lost(chat, typed)

    async def _pass_over(self, incoming: Incoming, session: Session, answer: Answer) -> None:
        """Their next move is here already and brings its own screen; what this one changed stays known."""
        known = (*session.messages, incoming.message)
        await self._people.save(replace(session, code=answer.code, messages=known))

    def _lane(self, incoming: Incoming, screen: Screen) -> Lane:
        if screen.over in self._urgent:
            return Lane.EMERGENCY
        return Lane.TAP if incoming.kind == "tap" else Lane.REST

    async def _cards(self, chat: int, screen: Screen) -> list[int]:
        """Messages a person asked to keep, each with its own button to remove it; they leave with the exit."""
        if not screen.cards:
            return []
        names = [name for name in ("head", "kept", "remove") if name in self._book.labels]
        words = {name: conversation.neutral(self._book, screen.language, name, self._clock()) for name in names}
        rows = remove_key(words["remove"]) if "remove" in words else []
        texts = ["\n\n".join(filter(None, (words.get("head"), card, words.get("kept")))) for card in screen.cards]
        return [await self._sender.send(chat, text, rows) for text in texts]

    def _explains(self, incoming: Incoming, screen: Screen) -> bool:
        """Words that vanish are explained once, but not to a newcomer's /start, and not before emergency numbers."""
        written = incoming.kind == "place" or (incoming.kind == "text" and not incoming.text.startswith("/"))
        return written and not incoming.late and screen.over not in self._urgent


def reply(book: Book, incoming: Incoming, remembered: str, now: datetime) -> Answer:
    """What the conversation answers. Commands are ours to recognise: their spelling is Telegram's."""
    hint, name = incoming.language, command(incoming.text)
    if incoming.kind == "tap":
        return conversation.tap(book, incoming.text, hint, now)
    if incoming.late or name == "start":  # whoever wrote hours ago may have given the phone to somebody else
        return conversation.begin(book, hint, now)
    if incoming.meaning is not None:
        return conversation.mean(book, remembered, incoming.meaning, hint, now)
    if incoming.kind == "place" and incoming.place is not None:
        return conversation.share(book, remembered, *incoming.place, hint, now)
    if incoming.kind == "media":
        return conversation.notice(book, remembered, "media", hint, now)
    if name:
        return conversation.command(book, remembered, name, hint, now)
    return conversation.say(book, remembered, incoming.text, hint, now)
