"""Updates without sense, in the wrong order, twice; buttons nobody drew."""

from __future__ import annotations

from typing import Any

from bot.dialogue.code import MOST_BYTES
from tests.reliability.bench import Bench
from tests.reliability.case import Part
from tests.telegram_bot import screens

PART = Part("Odd updates and forged buttons")

JUNK: tuple[dict[str, Any], ...] = (
    {}, {"message": None}, {"message": {}}, {"message": []}, {"message": "x"}, {"callback_query": {}}, {"unknown": {}},
    {"message": {"message_id": "1", "date": "yesterday", "chat": {"id": "1", "type": 2}}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": 2**70, "type": "private"}, "text": "x"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": ["x"]}},
    {"callback_query": {"id": 7, "from": {"id": 5}, "data": "x"}}, {"callback_query": {"id": "7", "data": "x"}},
    {"my_chat_member": {"chat": {"id": 5, "type": "private"}, "new_chat_member": "gone"}},
    {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel"}, "text": "x"}},
    {"inline_query": {"id": "1", "from": {"id": 5}, "query": "x"}}, {"chosen_inline_result": {"result_id": "x"}},
    {"message_reaction": {"chat": {"id": 5}}}, {"chat_boost": {"chat": {"id": 5}}}, {"poll": {"id": "1"}},
    {"business_connection": {"id": "1", "user": {"id": 5}}}, {"business_message": {"text": "x"}},
)  # fmt: skip


@PART.case(
    "Updates without sense, of unknown kinds, with wrong types: 21 among 99 of people",
    done="passes over each by itself and confirms it",
    seen="the 99 are answered",
    kept="everything",
    quick=True,
)
async def junk(bench: Bench) -> str:
    people = bench.people(99)
    for at, person in enumerate(people):
        await person.start()
        if at < len(JUNK):
            await person.raw_update(dict(JUNK[at]))
    await bench.life.start()
    await bench.until(lambda: all(map(screens, people)))
    await bench.settled()
    assert bench.logged("update-unreadable") == len(JUNK)
    return f"{len(JUNK)} passed over, {sum(bool(screens(one)) for one in people)} of 99 answered"


@PART.case(
    "The same update comes five times",
    done="answers it once",
    seen="one screen",
    kept="everything",
)
async def duplicates(bench: Bench) -> str:
    await bench.life.start()
    sent = await bench.person.start()
    await bench.one_screen()
    body = {"message_id": 1, "date": 1, "chat": bench.person.chat_body, "from": bench.person.user, "text": "/start"}
    for _ in range(4):
        await bench.person.raw_update({"update_id": sent.update_id, "message": body})
    await bench.card()
    assert len(bench.server.called("sendMessage")) == 1
    return "1 message sent"


@PART.case(
    "Updates of a batch come in the wrong order",
    done="sorts them by their numbers",
    seen="the screen of their last tap",
    kept="everything",
)
async def reordered(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    await bench.life.dies()
    await bench.tap("help")
    first = bench.text_after(bench.person.live().buttons[0].data)
    await bench.person.press(bench.person.live(), bench.person.live().buttons[0])
    bench.server.world.waiting.reverse()
    await bench.life.start()
    await bench.shows(first)
    await bench.one_screen()
    return "2 taps, the later one's screen stands there"


@PART.case(
    "After a quiet day Telegram numbers its updates anew, far below",
    done="asks from the beginning again when nothing came for a day",
    seen="the answer",
    kept="everything",
    inside={"bot.channels.telegram.receive:QUIET": 0.5, "bot.channels.telegram.receive:LONG": 1},
)
async def renumbered(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    polls = len(bench.server.called("getUpdates"))
    await bench.until(lambda: len(bench.server.called("getUpdates")) > polls + 1)
    bench.server.world.next_update = 17
    await bench.card()
    return "answered an update numbered 17 after one numbered 700,000,001"


FORGED = ("", "x", "0", "!admin", "!exit!", "#1", "@nowhere", "~xx", "^^", "A" * 64, "z" * 3000, "\x00\x01", "1enAAAAA",
          "../../etc", "\U0001f600", "=remove", "!help" * 3)  # fmt: skip


@PART.case(
    "Forged, cut, outdated buttons; a button of another version",
    done="checks every code; what does not hold leads to the menu",
    seen="a screen with the red button; the button stops spinning",
    kept="nobody's place is changed by it",
)
async def forged(bench: Bench) -> str:
    await bench.life.start()
    for person, data in zip(bench.people(len(FORGED)), FORGED, strict=True):
        await bench.opened(person)
        await bench.settled()
        sent = await person.tap_message(person.live().id, data)
        await bench.settled()
        assert sent.query_id in [call.params.get("callback_query_id") for call in bench.server.calls]
        labels = {bench.book.labels[name] for name in ("help", "back")} & {*person.live().labels}
        assert labels
    assert len(FORGED[9]) == MOST_BYTES
    return f"{len(FORGED)} forgeries, each answered"


@PART.case(
    "A tap on a message that is gone, too old to be shown, or not named at all",
    done="sends the screen anew",
    seen="one screen",
    kept="everything",
)
async def inaccessible(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    data = bench.person.live().buttons[0].data
    wanted = bench.text_after(data)
    await bench.person.tap_message(5, data)
    await bench.shows(wanted)
    query = {"id": "99", "from": bench.person.user, "chat_instance": "1", "data": data}
    for more in ({}, {"inline_message_id": "x"}):
        await bench.person.raw_update({"callback_query": query | more})
        await bench.settled()
    await bench.one_screen()
    assert screens(bench.person) == [wanted]
    return "3 taps, one screen"


@PART.case(
    "Two taps within a moment; taps on an old screen and on the newest at once",
    done="answers in order; a screen that is about to go is not drawn on",
    seen="one screen, that of the last tap",
    kept="everything",
)
async def double_taps(bench: Bench) -> str:
    await bench.life.start()
    for person in bench.people(5):
        await bench.opened(person)
        old = person.live()
        await person.send_text("what can I do")
        await person.press(old, old.buttons[0])
        await person.press(old, old.buttons[0])
        await bench.shows(bench.text_after(old.buttons[0].data), person)
        await bench.one_screen(person)
    return "5 people, 1 screen each, the right one"
