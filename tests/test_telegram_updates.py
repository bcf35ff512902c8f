"""One raw update at a time: nothing in it breaks us, and of a person only the few fields we need enter."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.letters import MOST_LETTERS, cleaned, marked_up, unmarked
from bot.channels.telegram.updates import Incoming, parse
from tests.fake_telegram.rules import parse_html

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
#: Objects shaped like Telegram's, each field now and then of another type.
SENDER = st.fixed_dictionaries({}, optional={"id": JSON, "is_bot": JSON, "language_code": JSON, "first_name": JSON})
CHAT = st.fixed_dictionaries({}, optional={"id": JSON | st.integers(1, 9), "type": JSON | st.just("private")})
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "message_id": JSON | st.integers(1, 9), "from": SENDER | JSON, "chat": CHAT | JSON, "date": JSON,
        "text": JSON, "location": JSON | st.dictionaries(st.sampled_from(["latitude", "longitude"]), JSON),
        "photo": JSON, "pinned_message": JSON,
    },
)  # fmt: skip
PRESS = st.fixed_dictionaries({}, optional={"id": JSON, "from": SENDER | JSON, "message": MESSAGE | JSON, "data": JSON})
MEMBER = st.fixed_dictionaries({}, optional={"chat": CHAT | JSON, "new_chat_member": JSON})
UPDATE = st.fixed_dictionaries(
    {"update_id": st.integers(0, 9) | JSON},
    optional={"message": MESSAGE | JSON, "callback_query": PRESS | JSON, "my_chat_member": MEMBER | JSON},
)

CHAT_7 = {"id": 7, "type": "private", "first_name": "Canary"}
SENDER_7 = {"id": 7, "is_bot": False, "first_name": "Canary", "username": "canary", "language_code": "ru"}


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 5, "date": 1, "chat": CHAT_7, "from": SENDER_7} | content}


def press(**changes: Any) -> dict[str, Any]:
    shown = {"message_id": 5, "date": 1, "chat": CHAT_7}
    return {"update_id": 1, "callback_query": {"id": "q", "from": SENDER_7, "message": shown, "data": "d"} | changes}


@given(UPDATE | JSON)
@settings(max_examples=500, deadline=None)
def test_no_update_whatsoever_raises(raw: object) -> None:
    found = parse(raw)
    assert found is None or isinstance(found, Incoming)
    if found is not None:
        found.text.encode()
        assert "\0" not in found.text
        assert len(found.text) <= MOST_LETTERS
        assert abs(found.chat) < 2**63


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (message(text="hello"), "text"),
        (message(text="hello", forward_origin={"type": "user", "sender_user": SENDER_7}), "text"),
        (message(location={"latitude": 43.2, "longitude": 76.9}), "place"),
        (message(photo=[{"file_id": "canary"}], caption="canary"), "media"),
        (message(contact={"phone_number": "+7canary", "first_name": "Canary"}), "media"),
        (message(something_from_the_future={}), "media"),
        (message(pinned_message={"text": "canary"}), "service"),
        (press(), "tap"),
        (press(message=None), "tap"),
        ({"update_id": 1, "my_chat_member": {"chat": CHAT_7, "new_chat_member": {"status": "kicked"}}}, "left"),
        (message(chat={"id": -7, "type": "supergroup"}, text="hello"), "group"),
    ],
)
def test_each_kind_is_told_apart(raw: dict[str, Any], kind: str) -> None:
    found = parse(raw)
    assert found is not None
    assert found.kind == kind
    assert abs(found.chat) == 7


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": 1},
        {"update_id": "1"},
        {"update_id": True},
        message(text=5),
        message(chat={"id": "7", "type": "private"}),
        message(message_id=None, text="hello"),
        message(text="hello", **{"from": SENDER_7 | {"is_bot": True}}),
        message(text="hello", **{"from": {"id": 777000, "is_bot": False}}),
        message(location={"latitude": 91, "longitude": 0}),
        message(location={"latitude": float("nan"), "longitude": 0}),
        press(data=None),
        {"update_id": 1, "edited_message": message(text="hello")["message"]},
        {"update_id": 1, "inline_query": {"id": "1", "query": "canary"}},
        {"update_id": 1, "my_chat_member": {"chat": CHAT_7, "new_chat_member": {"status": "member"}}},
    ],
)
def test_what_is_broken_or_not_for_us_is_skipped(raw: dict[str, Any]) -> None:
    assert parse(raw) is None


def test_nothing_of_a_person_enters_but_the_fields_we_name() -> None:
    raw = message(text="hello", forward_origin={"type": "hidden_user", "sender_user_name": "Canary"})
    raw["message"]["reply_to_message"] = {"text": "canary"}
    found = parse(raw)
    assert found is not None
    held = [getattr(found, one.name) for one in fields(found)]
    assert held
    assert "canary" not in repr(held).lower()


def test_neither_words_nor_places_nor_chats_stand_in_a_representation() -> None:
    found = Incoming(1, "place", 555111, 555222, False, "555333", "555444", (55.5, 55.5), "kk")
    assert "55" not in repr(found)


@pytest.mark.parametrize("code", ["x" * 500, "", "kk\n", 5, None, "<b>"])
def test_an_odd_language_is_no_hint(code: object) -> None:
    found = parse(message(text="hello", **{"from": SENDER_7 | {"language_code": code}}))
    assert found is not None
    assert found.language == ""


def test_a_press_on_a_message_that_is_out_of_reach_says_so() -> None:
    gone = parse(press(message={"message_id": 5, "date": 0, "chat": CHAT_7}))
    assert gone is not None
    assert gone.stale
    assert gone.message == 5


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=5000))
@settings(deadline=None)
def test_words_are_cut_and_can_be_encoded(text: str) -> None:
    assert len(cleaned(text)) <= MOST_LETTERS
    assert "\0" not in cleaned(text)
    cleaned(text).encode()


@given(st.text(alphabet="ab*-<>&\"'\n ;#", max_size=60))
@settings(deadline=None)
def test_no_text_of_ours_can_break_telegrams_html(text: str) -> None:
    told, _ = parse_html(marked_up(text))
    assert told == unmarked(text)
