"""Many people, and many kills: measured by tests of their own."""

from __future__ import annotations

from tests.reliability.bench import Bench
from tests.reliability.case import Part

PART = Part("Measured under load")
RUSH, FAULTS, OUTBOX = "tests/test_telegram_rush.py", "tests/test_telegram_faults.py", "tests/test_telegram_outbox.py"

PART.shown_by(
    f"{RUSH}::test_in_a_rush_of_2000_within_a_minute",
    "2,000 people within a minute, one move in twenty the red button or the exit (limits on, fake clock)",
    done="those first, then taps in the order of coming; of one person's screens only the newest leaves",
    seen="the emergency card within three seconds; any other answer within the 150 s a tap lives",
    kept="none lost, order kept",
)
PART.shown_by(
    f"{RUSH}::test_a_thousand_messages_of_one_delay_twenty_others_by_less_than_a_second",
    "1,000 messages of one sender before 20 others (limits on, fake clock)",
    done="of one person at most three moves wait",
    seen="the others are answered within a second",
    kept="the sender's newest is answered",
)
PART.shown_by(
    f"{FAULTS}::test_200_kills_under_load_lose_no_tap",
    "200 x kill -9 at random moments while 40 people tap (limits on)",
    done="what was received is in the inbox or still with Telegram; the next start goes on",
    seen="the right screen after each tap, once",
    kept="0 taps lost, 0 duplicates visible",
)
PART.shown_by(
    "tests/test_telegram_process.py::test_kill_9_at_200_moments_between_two_taps_loses_no_tap_and_no_button",
    "200 x kill -9 within moments of a tap; then the old button is tapped again",
    done="the next start answers the tap; a button holds all it needs",
    seen="the right screen, once",
    kept="0 taps lost, 0 buttons dead",
)
PART.shown_by(
    "tests/test_sessions.py::test_a_kill_at_any_moment_costs_no_session",
    "The store is killed while it writes",
    done="its journal brings back the last whole state",
    seen="nothing of it",
    kept="0 sessions lost",
)
PART.shown_by(
    "tests/test_sessions.py::test_above_the_cap_those_idle_for_longest_go",
    "More people than the store has room for",
    done="forgets those idle for longest; the file never grows beyond its size",
    seen="buttons as ever",
    kept="the sessions of those idle for longest are lost",
)
PART.shown_by(
    f"{OUTBOX}::test_a_deletion_gives_way_but_not_for_ever",
    "A rush that never ends, and typed words that wait to be deleted",
    done="after a minute a deletion no longer gives way to answers",
    seen="typed words go within minutes",
    kept="nothing comes near the 48 hours after which Telegram deletes no more",
)
PART.shown_by(
    "tests/test_telegram_intake.py::test_a_tap_behind_a_thousand_slow_answers_is_answered_and_nothing_is_lost",
    "A tap behind a thousand answers that take long",
    done="keeps what waits in the inbox, so that Telegram shows what is behind",
    seen="the answer at once",
    kept="everything",
)


@PART.case(
    "What a tap costs, fetching updates",
    done="answers the press and edits the screen; the poll that confirms one tap brings the next",
    seen="the screen",
    kept="-",
)
async def calls_of_a_tap(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    await bench.server.settle(30.0, quiet=1.0)  # the bot's presentation is set, the typed /start is gone
    before, taps = len(bench.server.calls), 10
    for turn in range(taps):
        await (bench.back() if turn % 2 else bench.card())
        await bench.settled()
    polls = sum(call.method == "getUpdates" for call in bench.server.calls[before:])
    made = [call.method for call in bench.server.calls[before:] if call.method != "getUpdates"]
    assert sorted(made) == ["answerCallbackQuery"] * taps + ["editMessageText"] * taps
    return f"{len(made)} calls for {taps} taps, beside {polls} polls for news"


PART.shown_by(
    "tests/test_telegram_webhook.py::test_a_tap_costs_one_outgoing_request_and_the_press_is_answered_in_the_response",
    "What a tap costs, with a webhook",
    done="edits the screen; the answer to the press rides in the response",
    seen="the screen",
    kept="-",
)
