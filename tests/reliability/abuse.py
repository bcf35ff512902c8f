"""People who ask too much, too fast, or about others."""

from __future__ import annotations

import asyncio

from tests.reliability.bench import Bench, all_of
from tests.reliability.case import Part
from tests.telegram_bot import screens

PART = Part("Too much, too fast, or about others")


@PART.case(
    "One person sends 1,000 messages while 20 others come (Telegram's limits on)",
    done="of one person three moves wait at most: the newest, and what calls for help or leaves; the others only go",
    seen="the others are answered as ever; the sender gets a few answers",
    kept="the newest is answered; older ones of the sender are not",
    BOT_RATE="25",
    BOT_CHAT_RATE="1",
)
async def flood(bench: Bench) -> str:
    bench.server.troubles.limits = True
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    for number in range(1000):
        await bench.person.send_text(f"words {number}")
    others = bench.people(20)
    begun = bench.server.clock.now
    for person in others:
        await person.start()
    await bench.until(lambda: all(map(screens, others)))
    chats = {person.chat_id for person in others}
    sent = [call for call in bench.server.called("sendMessage") if call.status == 200]
    waits = sorted(call.at - begun for call in sent if call.params["chat_id"] in chats)
    await bench.until(lambda: len(bench.person.visible()) == 1)
    answers = sum(call.params["chat_id"] == bench.person.chat_id for call in bench.server.called("sendMessage"))
    assert answers < 60
    return f"20 others waited {waits[18]:.2f} s (p95), {waits[-1]:.2f} s at most; the sender got {answers} answers"


@PART.case(
    "Somebody asks about another person, by name, number or @name",
    done="answers as to any words; nobody is known by a name",
    seen="the same screen, whether or not that person uses the bot",
    kept="nothing of the words",
)
async def stalker(bench: Bench) -> str:
    await bench.life.start()
    before, after, other = bench.people(3)
    questions = (f"did @{other.user['username']} write to you?", f"{other.chat_id}", "+7 701 000 00 00")
    answers = []
    for asking in (before, after):
        await bench.opened(asking)
        for words in questions:
            await asking.send_text(words)
            await bench.one_screen(asking)
            answers.append(asking.live().text)
        await bench.opened(other)
    assert answers[:3] == answers[3:]
    return "3 questions, before that person came and after, the same answers"


@PART.case(
    "Somebody tries commands of an operator: /admin, /stats, /broadcast, /users, /debug",
    done="knows none: no message can do what an operator does",
    seen="the answer to any unknown words",
    kept="nothing",
)
async def commands(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    (other,) = bench.people(1)
    await bench.opened(other)
    await bench.server.settle(30.0, quiet=1.0)
    before, theirs = len(bench.server.calls), screens(other)
    for command in ("/admin", "/stats", "/broadcast hello", "/users", "/debug", "/token"):
        await bench.person.send_text(command)
        await bench.one_screen()
        assert bench.book.labels["help"] in bench.person.live().labels
    made = [call for call in bench.server.calls[before:] if call.method != "getUpdates"]
    assert {call.method for call in made} <= {"sendMessage", "deleteMessage", "deleteMessages"}
    assert {call.params["chat_id"] for call in made} == {bench.person.chat_id}
    assert screens(other) == theirs
    return "6 commands: 6 screens for whoever wrote, nothing else"


@PART.case(
    "The exit is pressed three times, in a flood, while an answer is under way",
    done="leaves once; what arrives late is deleted too",
    seen="an empty chat",
    kept="nothing",
)
async def many_exits(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    bench.server.fail("sendMessage", "delay", seconds=0.5)
    await bench.person.send_text("what can I do")
    await asyncio.sleep(0.1)
    for _ in range(3):
        await bench.person.send_text("/exit")
    await bench.until(lambda: not bench.person.visible())
    await bench.settled()
    assert bench.person.visible() == []
    return "0 messages left"


@PART.case(
    "200 people come at once, and 20 tap the red button behind them (Telegram's limits on)",
    done="lets the red button pass; the others in the order of coming",
    seen="the emergency card at once; the others wait for Telegram's rate",
    kept="everything",
    BOT_RATE="25",
    BOT_CHAT_RATE="1",
)
async def crowd(bench: Bench) -> str:
    bench.server.troubles.limits = True
    await bench.life.start()
    urgent = bench.people(20)
    await bench.opened(*urgent)
    await bench.settled()
    people = bench.people(200)
    for person in people:
        await person.start()
    await bench.until(lambda: any(map(screens, people)))
    before = sum(bool(screens(person)) for person in people)
    await all_of(bench.card(person) for person in urgent)
    passed = sum(bool(screens(person)) for person in people) - before
    await bench.until(lambda: all(map(screens, people)))
    assert passed < 100
    return f"20 cards stood when {passed} of those before them had been answered; all 200 answered"
