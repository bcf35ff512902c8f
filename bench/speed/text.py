"""The page around the tables."""

from __future__ import annotations

from collections.abc import Sequence

_PAGE = """# What a tap costs

Made by `make bench`; the numbers below are those of one run. Machine: {machine}.

## A tap

Each bot is a process of its own on one core and talks over HTTP with the same Bot API server on the other. A tap is an
update with its message, as Telegram sends it, and two requests: the press is answered, the message is edited. All bots
run by turns in every round ({rounds}), and a ratio is the median of the
ratios within the rounds, because other programs ran on the same cores: CPU and ratios can be trusted, waits and taps a
second only as orders of magnitude. Ours answers with the real flows in all languages, on a random way through them by
{people:,} people; (b) and (c) show twelve made-up screens of the same size, (a) always the same one. Telegram's limits
are lifted.

"Saturation": 64 taps are open at any moment. CPU is that of all threads of the bot.

{taps}

The store adds {store} of (a)'s tap. Answers to presses are counted as requests here, but not against Telegram's 25 a
second: they put nothing into a chat (`bot/channels/telegram/pace.py`).

What makes the difference to (a): requests go over aiohttp and not through the library's default client; updates are
read raw; answers are not made into objects; common screens are worded once and kept ready (`conversation.MOST_READY`),
their keyboards and HTML too; a session is opened once and written a moment later, many at a time.

## From the start of the process to the first answer

A `/start` is waiting already; by turns.

{start}

## Memory of conversations that nobody continues

Everybody says `/start` once. Resident memory of the process alone; the store is a file of its own in memory, and holds
8,192 rows at the most. The first thousands fill what is kept ready.

{memory}

## `check` of made-up flows

Everything that `make check` looks at, every reachable state included; English only, one language's catalogue being
linear in its texts.

{growth}

## Tried

- Python's garbage collection: what was loaded is no longer looked through (`gc.freeze`), and new objects every 20,000
  instead of every 700: 0.81 x and 0.78 x the CPU of a tap in two runs of ten rounds (then with 50,000). Kept.
- aiohttp's `trust_env` looks for proxies and stored logins in two threads before every request. Only where a proxy is
  set it is switched on now; that alone took about a third off a tap.
- SQLite in a thread (aiosqlite): 0.66 ms a tap, since each statement is handed over and back. The file lies in memory,
  where a statement takes a hundredth of a millisecond: on the loop it is.
- uvloop: 0.95 x and 0.94 x the CPU of a tap, in the same two runs. Left out: not worth one more compiled package.
"""


def page(**parts: str | Sequence[str]) -> str:
    from bench.speed.taps import PEOPLE

    whole = {name: part if isinstance(part, str) else "\n".join(part) for name, part in parts.items()}
    return _PAGE.format(people=PEOPLE, **whole)
