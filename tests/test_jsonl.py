"""JSON lines: each line in gives exactly one line out, with exactly the promised keys."""

from __future__ import annotations

import io
import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot import conversation
from bot.channels import jsonl
from bot.conversation import Answer, Book
from bot.dialogue.model import COMMANDS
from bot.render import Screen, plain
from tests.conftest import NOON

LATER = NOON + timedelta(hours=2000)
KEYS = ["step", "text", "buttons", "overlay", "cards", "lang", "reader", "wiped"]
Out = dict[str, Any]


def talk(book: Book, *moves: object) -> list[Out]:
    """What a program reads after writing these lines; bytes are written as they are, anything else as JSON."""
    raw = b"".join((move if isinstance(move, bytes) else json.dumps(move).encode()) + b"\n" for move in moves)
    return written(book, raw)


def written(book: Book, raw: bytes) -> list[Out]:
    out = io.BytesIO()
    jsonl.run(book, "en", io.BytesIO(raw), out, lambda: NOON)
    lines = out.getvalue().decode("utf-8").split("\n")
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]


def ids(out: Out) -> list[str]:
    return [button["id"] for button in out["buttons"]]


def choices(out: Out) -> list[str]:
    return [name for name in ids(out) if name not in COMMANDS]


def test_a_fresh_person_meets_the_first_screen(book: Book) -> None:
    [out] = talk(book, {"new": {"lang": "en"}})
    screen = conversation.begin(book, "en", NOON).screen
    assert list(out) == KEYS
    assert out["step"] == screen.step == book.dialogue.first
    assert out["text"] == plain(screen.text)
    assert "**" not in out["text"]
    assert out["buttons"] == [{"id": button.id, "label": button.label} for button in screen.buttons]
    assert {"help", "exit"} <= set(ids(out))
    assert (out["overlay"], out["cards"], out["lang"], out["wiped"]) == (None, [], "en", False)


def test_a_person_begins_in_any_language_there_is(book: Book) -> None:
    answers = talk(book, *({"new": {"lang": language}} for language in book.languages), {"new": {}})
    assert [out["lang"] for out in answers] == [*book.languages, "en"]
    assert talk(book, {"new": {"lang": "xx"}})[0]["lang"] == "en"


def test_a_tap_is_the_id_or_the_label_of_a_button(book: Book) -> None:
    first, by_id = talk(book, {"new": {}}, {"tap": "yes"})
    label = next(button["label"] for button in first["buttons"] if button["id"] == "yes")
    assert talk(book, {"new": {}}, {"tap": label}) == [first, by_id]
    assert by_id["step"] != first["step"]


def test_taps_work_before_anything_was_asked_for(book: Book) -> None:
    assert talk(book, {"tap": "yes"}) == talk(book, {"new": {}}, {"tap": "yes"})[1:]


def test_the_emergency_card_lies_over_the_step(book: Book) -> None:
    _, before, card, after = talk(book, {"new": {}}, {"tap": "yes"}, {"tap": "help"}, {"tap": "back"})
    assert card["overlay"] == book.dialogue.help
    assert card["step"] == before["step"]
    assert after == before


def test_after_the_exit_nothing_is_left_until_somebody_starts_again(book: Book) -> None:
    _, _, left, later, refused, again = talk(
        book, {"new": {}}, {"tap": "yes"}, {"tap": "exit"}, {"pass": 5}, {"tap": "exit"}, {"start": ""}
    )
    assert (left["step"], left["reader"], left["text"], left["wiped"]) == (None, None, "", True)
    assert left["overlay"] is None
    assert later == left
    assert list(refused) == ["problem"]
    assert again == talk(book, {"new": {}})[0]


def test_a_screen_that_says_it_was_left_carries_nothing() -> None:
    out = jsonl.shown(Screen("medical.windows", None, "words", (), (), "en", "friend", left=True))
    assert (out["step"], out["text"], out["reader"], out["wiped"]) == (None, "", None, True)


def test_starting_again_keeps_the_language_of_the_screen(book: Book) -> None:
    for language in book.languages:
        assert talk(book, {"new": {"lang": language}}, {"start": "a-payload"})[1]["lang"] == language


def test_a_problem_leaves_the_person_where_they_are(book: Book) -> None:
    _, before, problem, after = talk(book, {"new": {}}, {"tap": "yes"}, {"tap": "no such thing"}, {"pass": 0})
    assert list(problem) == ["problem"]
    assert after == before


def test_words_and_places_are_answered_on_every_screen(book: Book) -> None:
    moves = [{"new": {}}, {"say": "qwertyuiop"}, {"place": [43.24, 76.9]}, {"tap": "help"}, {"place": [-90, 180]}]
    answers = talk(book, *moves)
    assert len(answers) == len(moves)
    for out in answers:
        assert list(out) == KEYS
        assert out["text"]
        assert {"help", "exit"} & set(ids(out))


def test_hours_pass_and_the_screen_is_drawn_as_of_then(book: Book) -> None:
    """From a fresh answer about the time, the promise of hours shrinks and then goes."""
    path = [{"new": {}}, *({"tap": name} for name in path_to_hours(book))]
    fresh, same, later, whole = talk(book, *path, {"pass": 0}, {"pass": 30.5}, {"pass": 2000})[len(path) - 1 :]
    assert same == fresh
    assert later["step"] == whole["step"] == fresh["step"]
    assert len({fresh["text"], later["text"], whole["text"]}) > 1


def path_to_hours(book: Book) -> list[str]:
    """The fewest taps to a screen that says something else when hours pass."""
    ways: list[tuple[list[str], Answer]] = [([], conversation.begin(book, "en", NOON))]
    seen = {book.dialogue.first}
    for way, answer in ways:  # grows while it is read
        if conversation.redraw(book, answer.code, "en", LATER).screen.text != answer.screen.text:
            return way
        for button in answer.screen.buttons:
            after = conversation.tap(book, button.code, "en", NOON)
            if after.screen.step and after.screen.step not in seen:
                seen.add(after.screen.step)
                ways.append(([*way, button.id], after))
    pytest.fail("no screen changes with the hours")


def test_the_clock_begins_at_the_real_time(book: Book) -> None:
    person = jsonl.newcomer(book, "en", lambda: datetime.now(UTC))
    before = person.now()
    jsonl.reply(person, b'{"pass": 1.5}')
    assert 1.5 * 3600 <= (person.now() - before).total_seconds() < 1.6 * 3600


UNREADABLE: list[bytes] = [
    b"",
    b"   ",
    b"words",
    b"{",
    b"null",
    b"[]",
    b'"tap"',
    b"{}",
    b"\xff\xfe{}",
    b'{"tap": "yes", "say": "x"}',
    b'{"tap": "yes", "tap": "yes"}',
    b'{"jump": "yes"}',
    b'{"tap": 1}',
    b'{"tap": null}',
    b'{"tap": ""}',
    b'{"tap": "no such button"}',
    b'{"tap": "back"}',
    b'{"say": ["x"]}',
    b'{"start": null}',
    b'{"new": null}',
    b'{"new": []}',
    b'{"new": {"lang": 5}}',
    b'{"new": {"lang": "en", "name": "x"}}',
    b'{"place": 5}',
    b'{"place": [1]}',
    b'{"place": [1, 2, 3]}',
    b'{"place": ["43", "76"]}',
    b'{"place": [true, false]}',
    b'{"place": [90.1, 0]}',
    b'{"place": [0, -180.1]}',
    b'{"place": [NaN, 0]}',
    b'{"place": [0, Infinity]}',
    b'{"place": [0, 1e999]}',
    b'{"place": [0, 1' + b"0" * 400 + b"]}",
    b'{"pass": -1}',
    b'{"pass": -1e-9}',
    b'{"pass": NaN}',
    b'{"pass": 1e9}',
    b'{"pass": 1e308}',
    b'{"pass": "1"}',
    b'{"pass": true}',
    b'{"pass": ' + b"9" * 5000 + b"}",
    b"[" * 60_000,
    b'{"say": "' + b"x" * jsonl.LONGEST_LINE + b'"}',
    b"x" * (3 * jsonl.LONGEST_LINE),
]


@pytest.mark.parametrize("line", UNREADABLE, ids=lambda line: repr(line[:30]))
def test_a_line_that_cant_be_read_is_one_problem_and_the_next_one_works(book: Book, line: bytes) -> None:
    first, problem, after = talk(book, {"new": {}}, line, {"new": {}})
    assert list(problem) == ["problem"]
    assert problem["problem"].isprintable()
    assert after == first


def test_what_stood_in_an_unreadable_line_is_not_repeated(book: Book) -> None:
    lines = [b'{"canary": 1}', b'{"tap": "canary"}', b'{"new": {"canary": 1}}', b"canary", b'{"place": "canary"}']
    problems = talk(book, *lines)
    assert len(problems) == len(lines)
    assert all("canary" not in one["problem"] for one in problems)


def test_passing_time_ends_somewhere(book: Book) -> None:
    half = {"pass": jsonl.FURTHEST / 2}
    assert ["problem" in out for out in talk(book, half, half, {"pass": 0}, {"pass": 1})] == [False, False, False, True]


def test_lines_may_end_as_on_any_system_and_the_last_one_not_at_all(book: Book) -> None:
    assert len(written(book, b'\xef\xbb\xbf{"new": {}}\r\n{"pass": 0}\r\n{"pass": 0}')) == 3
    assert all("problem" not in out for out in written(book, b'\xef\xbb\xbf{"new": {}}\r\n{"pass": 0}'))
    assert written(book, b"") == []


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"")),
            st.text(max_size=40).map(lambda words: {"say": words}),
            st.sampled_from([{"say": "\ud800"}, {"tap": "\ud83d"}, {"new": {"lang": "\udfff"}}, {"say": "\u2028\x00"}]),
            st.sampled_from(["yes", *COMMANDS]).map(lambda name: {"tap": name}),
            st.tuples(st.floats(), st.floats()).map(lambda pair: {"place": list(pair)}),
            st.floats(allow_nan=True).map(lambda hours: {"pass": hours}),
            st.just({"start": ""}),
        ),
        max_size=12,
    )
)
@examples(max_examples=60, deadline=None)
def test_whatever_is_written_each_line_gets_one_line_with_the_promised_keys(book: Book, moves: list[Any]) -> None:
    answers = talk(book, *moves)
    assert len(answers) == len(moves)
    for out in answers:
        assert list(out) in (KEYS, ["problem"])
        if out.get("wiped"):
            assert not out["text"]
            assert out["step"] is None
        elif "problem" not in out:
            assert {"help", "exit"} & set(ids(out))
            assert math.isfinite(len(out["text"]))


def test_each_line_is_answered_before_the_next_is_read(book: Book) -> None:
    """A program waits for the answer before it writes on; so nothing may be held back."""
    out = io.BytesIO()
    flushed: list[int] = []

    class Reader(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            flushed.append(out.getvalue().count(b"\n"))
            return super().readline(size)

    jsonl.run(book, "en", Reader(b'{"new": {}}\n' * 3), out, lambda: NOON)
    assert flushed == [0, 1, 2, 3]


def test_answers_are_utf_8_as_they_are_read(book: Book) -> None:
    out = io.BytesIO()
    for language in book.languages:
        jsonl.run(book, language, io.BytesIO(b'{"pass": 0}\n'), out, lambda: NOON)
    assert b"\\u" not in out.getvalue()
