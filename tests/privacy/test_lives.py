"""What holds over the lives of the real process: its start as deployed, a restart after a silence, and no store."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import conversation, hardening
from bot.authoring.neutral import telling
from bot.conversation import Book
from bot.sessions.none import NoStore
from tests.conftest import NOON
from tests.fake_telegram import FakeTelegram
from tests.privacy.subject import LONG, ROOT, Subject
from tests.privacy.test_canaries import memory, needs_memory
from tests.telegram_bot import answering, screens

__all__ = ["memory"]

Scene = Callable[[FakeTelegram, Subject], Awaitable[None]]
QUIET = {"CANARY_FAULTS": "no", "BOT_LOG_LEVEL": "INFO"}


def play(memory: Path, disk: Path, scene: Scene) -> None:
    async def whole() -> None:
        async with FakeTelegram() as server:
            subject = Subject(server, memory, disk, **QUIET)
            try:
                await scene(server, subject)
            finally:
                if subject.process is not None:
                    await subject.end(signal.SIGKILL)
                subject.token.unlink()
            assert server.violations == []

    asyncio.run(whole())


def weak_here() -> list[str]:
    """What of this machine, not of how the tests run, weakens the promise."""
    ours = (hardening.TOKEN, hardening.ALLOCATOR, hardening.DEBUG, hardening.CORE)
    found = [one.code for one in hardening.weaknesses(os.environ) if one not in ours]
    return found + ([] if hardening._glibc() else ["no glibc"])


@needs_memory
@pytest.mark.skipif(bool(weak_here()), reason="this machine has swap, or no glibc")
def test_as_deployed_the_real_process_finds_no_weakness_and_starts(memory: Path, tmp_path: Path) -> None:
    async def scene(server: FakeTelegram, subject: Subject) -> None:
        await subject.start(sys.executable, str(ROOT / "main.py"), "telegram", "--strict")
        person = server.person(7)
        await person.start()
        await person.wait_for(lambda: screens(person), LONG)
        assert await subject.end(signal.SIGTERM) == 0
        assert subject.printed().splitlines() == ["INFO started", "INFO stopping", "INFO stopped"]

    play(memory, tmp_path, scene)


@needs_memory
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_silence_that_a_restart_interrupts_still_ends_in_the_neutral_line(
    book: Book, memory: Path, tmp_path: Path, how: signal.Signals
) -> None:
    hidden = conversation.neutral(book, "en", "hidden", NOON)

    async def scene(server: FakeTelegram, subject: Subject) -> None:
        await subject.start()
        gone, here = server.person(7), server.person(8)
        for person in (gone, here):
            await person.start()
            await person.wait_for(lambda: screens(person), LONG)  # noqa: B023
            await person.tap("Yes, it's safe")
            await person.wait_for(lambda: telling("".join(screens(person))), LONG)  # noqa: B023
            await person.settle(LONG)
        await subject.end(how)
        sent = len(server.called("sendMessage"))
        subject.forward(hours=31 / 60)
        await subject.start()
        await server.wait_for(lambda: screens(gone) == screens(here) == [hidden], LONG)
        assert len(server.called("sendMessage")) == sent, "it is rewritten, nothing is sent"

    play(memory, tmp_path, scene)


def test_without_a_store_everybody_is_answered_and_the_exit_still_empties_the_chat(book: Book) -> None:
    async def whole() -> list[Any]:
        async with answering(book, NoStore(), "none") as server:
            person = server.person(7)
            await person.start()
            await person.settle(LONG)
            await person.tap("Yes, it's safe")
            await person.settle(LONG)
            assert telling(*screens(person))
            for words in ("I was raped", "/help"):
                await person.send_text(words)
                await person.settle(LONG)
                mine = [message.text for message in person.visible() if not message.by_bot]
                assert mine == [], "typed words go all the same"
                assert "112" in screens(person)[-1]
            await person.send_text("/exit")
            await person.settle(LONG)
            return person.visible()

    assert asyncio.run(whole()) == []
