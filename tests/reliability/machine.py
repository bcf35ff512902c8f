"""The process, its signals, its clocks."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.reliability.bench import Bench
from tests.reliability.case import Part
from tests.telegram_bot import screens

PART = Part("The process and its clocks")


@PART.case(
    "kill -9 in the middle of an exit",
    done="the exit was noted before the first deletion; the next start finishes it, before anything else",
    seen="the chat empties after the restart",
    kept="everything went",
    quick=True,
)
async def killed_exit(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    bench.server.fail("deleteMessages", "delay", seconds=5.0)
    await bench.person.send_text("/exit")
    await bench.until(lambda: bench.server._busy)
    await bench.life.dies()
    await bench.life.start()
    await bench.until(lambda: not bench.person.visible())
    return "0 messages left"


@PART.case(
    "SIGTERM while 15 people wait for answers that Telegram does not take yet",
    done="finishes what it can within three seconds, confirms that, keeps the rest for the next start",
    seen="the answer, or the answer after the restart",
    kept="everything",
)
async def terminated(bench: Bench) -> str:
    await bench.life.start()
    people = bench.people(30)
    await bench.opened(*people[:15])
    await bench.settled()
    bench.server.flood(5.0, "sendMessage")
    for person in people[15:]:
        await person.start()
    await bench.log_says("slowed")
    assert await bench.life.end(signal.SIGTERM) == 0
    before = sum(bool(screens(person)) for person in people)
    assert before < 30
    await bench.life.start()
    await bench.until(lambda: all(map(screens, people)))
    await bench.one_screen(*people)
    return f"{before} answered before, {30 - before} after the restart, 0 twice"


async def jumped(bench: Bench, clock: str, seconds: float) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    before = bench.person.live()
    bench.switch(clock, seconds)
    await bench.card()
    await bench.back()
    assert bench.person.live().id == before.id
    await bench.person.send_text("what can I do")
    await bench.one_screen()
    await bench.life.dies()
    await bench.life.start()
    await bench.card()
    await bench.one_screen()
    return "buttons and words answered, also after a restart"


for _fault, _seconds in (("forward", 86_400.0), ("back", -86_400.0)):
    PART.case(
        f"The clock jumps a day {_fault}",
        done="counts sessions by the time since the machine started, and waits by a clock that nothing moves",
        seen="nothing of it; hours that were told may be wrong by what the clock is",
        kept="everything",
        inside={},
    )(lambda bench, seconds=_seconds: jumped(bench, "wall", seconds))


@PART.case(
    "The machine sleeps for a day",
    done="that time counts: sessions have expired, and are gone before anybody taps",
    seen="whoever taps then meets the bot as a newcomer does; every button still works",
    kept="sessions are over, as promised",
    inside={},
)
async def slept(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    bench.switch("boot", 86_400.0)
    await bench.card()
    return "the old button brought the card"


def core_limits(pid: int) -> list[str]:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line.split()[4:6] for line in lines if line.startswith("Max core"))


@PART.case(
    "SIGABRT: the process dies in the middle",
    done="leaves no image of its memory; the next start goes on",
    seen="the answer after the restart",
    kept="everything",
)
async def aborted(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    pid = bench.life.process.pid if bench.life.process else 0
    assert core_limits(pid) == ["0", "0"]
    await bench.life.end(signal.SIGABRT)
    card = await bench.tap("help")
    await bench.life.start()
    await bench.shows(card)
    assert list(bench.here.rglob("core*")) == []
    return "0 core files; answered after the restart"


@PART.case(
    "A defect blocks the whole process",
    done="the system ends a process that has not breathed for a minute; whatever runs it starts it again",
    seen="the answer after the restart",
    kept="everything",
    inside={"bot.channels.telegram.alive:PATIENCE": 1.5, "bot.channels.telegram.alive:BREATH": 0.3},
)
async def blocked(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.settled()
    bench.switch("block")
    card = await bench.tap("help")
    assert await bench.life.end() == -signal.SIGALRM
    await bench.life.start()
    await bench.shows(card)
    await bench.one_screen()
    return "ended by SIGALRM; answered after the restart"


@PART.case(
    "Switches for debugging are on (asyncio, Python's development mode, log level)",
    done="the log stays a list of allowed events",
    seen="nothing of it",
    kept="nothing of a person in the output",
    PYTHONASYNCIODEBUG="1",
    PYTHONDEVMODE="1",
    LOGLEVEL="DEBUG",
    BOT_LOG_LEVEL="DEBUG",
)
async def debugging(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.person.send_text("canary words")
    await bench.card()
    bench.server.fail("*", "html", times=5, code=502)
    await bench.back()
    await bench.settled()
    return f"{bench.life.printed.count(chr(10))} lines, 0 with words, names, ids or the token"


@PART.case(
    "The token's file has a byte-order mark, blanks, line ends around it; or holds two lines",
    done="takes the token out of what editors add; refuses two lines in one line that does not show them",
    seen="nothing of it",
    kept="the token stays secret",
)
async def token_file(bench: Bench) -> str:
    token, file = bench.life.env.pop("TELEGRAM_BOT_TOKEN"), bench.here / "token"
    bench.life.env |= {"TELEGRAM_BOT_TOKEN_FILE": str(file)}
    file.write_bytes(f"{token}\n{token}\n".encode())
    await bench.life.start(answering=False)
    assert await bench.life.end() == 2
    assert bench.life.printed.count("\n") == 1
    file.write_bytes(f"\ufeff  {token} \r\n".encode())
    await bench.life.start()
    await bench.opened()
    return "refused once, taken once"
