"""The fake Telegram refuses what Telegram refuses; a fake that takes everything would let every other test pass."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from tests.fake_telegram import FakeTelegram, Person, in_thread
from tests.fake_telegram.check import spec
from tests.fake_telegram.methods import METHODS

CHAT, OTHER = 4242, 5151


class Caller:
    """A bot in its plainest form: one call, one JSON answer."""

    def __init__(self, server: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self.server, self.session = server, session

    async def __call__(self, method: str, **params: Any) -> tuple[int, Any]:
        async with self.session.post(f"{self.server.url}/bot{self.server.token}/{method}", json=params) as response:
            body = await response.json()
        return response.status, body["result"] if body["ok"] else body["description"]

    async def ok(self, method: str, **params: Any) -> Any:
        status, result = await self(method, **params)
        assert status == 200, result
        return result

    async def said(self, text: str = "hello", chat: int = CHAT, **more: Any) -> int:
        return int((await self.ok("sendMessage", chat_id=chat, text=text, **more))["message_id"])


Scene = Callable[[FakeTelegram, Caller, Person], Awaitable[None]]


def play(scene: Scene, **options: Any) -> FakeTelegram:
    async def run() -> FakeTelegram:
        async with FakeTelegram(**options) as server, aiohttp.ClientSession() as session:
            person = server.person(CHAT)
            server.person(OTHER)
            async with asyncio.timeout(10):
                await scene(server, Caller(server, session), person)
        return server

    return asyncio.run(run())


def keyboard(*labels: str, **more: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": label, **more} for label in labels]]}


def one(**action: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "label", **action}]]}


def rows(count: int, width: int) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * width] * count}


# -- what a request may hold

MALFORMED: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"chat_id": CHAT}),
    ("sendMessage", {"chat_id": CHAT, "text": "a", "txet": "b"}),
    ("sendMessage", {"chat_id": CHAT, "text": 5}),
    ("sendMessage", {"chat_id": [CHAT], "text": "a"}),
    ("sendMessage", {"chat_id": CHAT, "text": "a", "disable_notification": "perhaps"}),
    ("sendMessage", {"chat_id": CHAT, "text": "a", "reply_markup": {"inline_keyboard": [{"text": "no row"}]}}),
    ("sendMessage", {"chat_id": CHAT, "text": "a", "reply_markup": one(callback="x")}),
    ("sendMessage", {"chat_id": CHAT, "text": "a", "reply_markup": "{not json"}),
    ("deleteMessages", {"chat_id": CHAT, "message_ids": ["a"]}),
    ("getUpdates", {"offset": 1.5}),
    ("setMyCommands", {"commands": [{"command": "help"}]}),
]


def test_what_the_api_does_not_describe_is_refused_and_recorded() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        for method, params in MALFORMED:
            before = len(server.violations)
            status, _ = await call(method, **params)
            assert (status, len(server.violations)) == (400, before + 1), (method, params)
        assert (await call("sendRainbow", chat_id=CHAT))[0] == 404
        assert person.visible() == []

    server = play(scene)
    assert len(server.violations) == len(MALFORMED) + 1
    assert [call.status for call in server.calls] == [400] * len(MALFORMED) + [404]


def test_every_method_of_the_cut_is_played_and_the_cut_names_its_licence() -> None:
    assert set(METHODS) | {"getUpdates"} == set(spec()["methods"])
    assert "Copyright (c) 2020 Paul Larsen" in spec()["licence"]
    assert spec()["version"] == "Bot API 10.1"


def test_json_forms_and_multipart_say_the_same() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        url = f"{server.url}/bot{server.token}/sendMessage"
        markup = json.dumps(keyboard("a"))
        params = {"chat_id": str(CHAT), "text": "5", "protect_content": "true", "reply_markup": markup}
        multipart = aiohttp.FormData(params, default_to_multipart=True)
        for body in ({"json": params}, {"data": params}, {"data": multipart}):
            async with call.session.post(url, **body) as response:
                assert response.status == 200, await response.text()
        assert [(m.text, m.labels) for m in person.visible()] == [("5", ["a"])] * 3
        assert [c.params["chat_id"] for c in server.calls] == [CHAT] * 3

    assert play(scene).violations == []


def test_another_bots_token_is_unauthorised() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        async with call.session.post(f"{server.url}/bot1:other/getMe") as response:
            assert response.status == 401

    assert play(scene).calls[0].status == 401


# -- texts and keyboards

TAKEN: list[dict[str, Any]] = [
    {"text": "Ж" * 4096},
    {"text": "<b>" + "\N{GRINNING FACE}" * 4096 + "</b>", "parse_mode": "HTML"},
    {"text": "a &lt;b&gt; <b>x <i>y</i></b> <a href='https://who.int'>z</a>", "parse_mode": "HTML"},
    {"text": "<not a tag", "reply_markup": one(callback_data="Ж" * 32)},
    {"text": "a", "reply_markup": rows(25, 4)},
    {"text": "a", "reply_markup": rows(1, 8)},
    {"text": "a", "reply_markup": one(copy_text={"text": "+77010000000"}, style="danger")},
    {"text": "a", "reply_markup": one(url="https://who.int/x")},
]
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"text": "a" * 4097}, "message is too long"),
    ({"text": " \n"}, "message text is empty"),
    ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
    ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "a</b>", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "<b><i>a</b></i>", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "1 < 2", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "<h1>a</h1>", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "a", "reply_markup": one(callback_data="a" * 65)}, "BUTTON_DATA_INVALID"),
    ({"text": "a", "reply_markup": one(callback_data="Ж" * 33)}, "BUTTON_DATA_INVALID"),
    ({"text": "a", "reply_markup": one(callback_data="")}, "BUTTON_DATA_INVALID"),
    ({"text": "a", "reply_markup": one()}, "Text buttons are unallowed"),
    ({"text": "a", "reply_markup": one(callback_data="a", url="https://who.int")}, "Text buttons are unallowed"),
    ({"text": "a", "reply_markup": one(callback_data="a", style="red")}, "style"),
    ({"text": "a", "reply_markup": one(copy_text={"text": ""})}, "BUTTON_COPY_TEXT_INVALID"),
    ({"text": "a", "reply_markup": one(copy_text={"text": "1" * 257})}, "BUTTON_COPY_TEXT_INVALID"),
    ({"text": "a", "reply_markup": one(url="tel:+77010000000")}, "Wrong HTTP URL"),
    ({"text": "a", "reply_markup": rows(101, 1)}, "reply markup is too long"),
    ({"text": "a", "reply_markup": rows(1, 9)}, "reply markup is too long"),
]


def test_texts_and_keyboards_are_held_to_their_limits_in_sends_and_edits() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        for params in TAKEN:
            await call.ok("sendMessage", chat_id=CHAT, **params)
        at = await call.said()
        for params, why in REFUSED:
            for method, more in (("sendMessage", {}), ("editMessageText", {"message_id": at})):
                status, description = await call(method, chat_id=CHAT, **more, **params)
                assert status == 400, params
                assert why in description, params
        assert len(person.visible()) == len(TAKEN) + 1
        assert person.live().text == "hello"

    server = play(scene)
    assert server.violations == []
    assert len(server.called("editMessageText")) == len(REFUSED) > 0


def test_entities_count_utf16_units_and_a_tel_link_is_dropped_in_silence() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        text = "\N{GRINNING FACE}<b>a&amp;b</b> <a href='tel:112'>112</a>"
        await call.said(text, parse_mode="HTML")
        assert person.live().text == "\N{GRINNING FACE}a&b 112"
        assert person.live().body["entities"] == [{"type": "bold", "offset": 2, "length": 3}]

    play(scene)


# -- editing and deleting


def test_edits_fail_as_telegrams_do() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        async def edit(message_id: int, text: str = "new", **more: Any) -> str:
            return str((await call("editMessageText", chat_id=CHAT, message_id=message_id, text=text, **more))[1])

        at = await call.said(reply_markup=keyboard("a"))
        same = {"reply_markup": keyboard("a")}
        assert "message is not modified" in await edit(at, "hello", **same)
        assert "message is not modified" in await edit(at, "<b></b>hello", parse_mode="HTML", **same)
        await edit(at, "hello")
        assert person.live().buttons == [], "an edit without a keyboard takes it away"
        assert "message to edit not found" in await edit(at + 99)
        assert "message to edit not found" in await edit(await call.said(chat=OTHER))
        assert "message can't be edited" in await edit((await person.send_text("mine")).message_id)
        reply = {"keyboard": [[{"text": "where", "request_location": True}]]}
        assert "message can't be edited" in await edit(await call.said(reply_markup=reply))
        contact = await call.ok("sendContact", chat_id=CHAT, phone_number="112", first_name="Rescue")
        assert "there is no text" in await edit(contact["message_id"])
        server.clock.forward(hours=24 * 365)
        await edit(at, "neutral")
        assert server.world.messages[at].text == "neutral", "a bot's own message can be edited at any age"

    play(scene)


def test_messages_older_than_two_days_stay_and_fail_their_whole_batch() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        old = await call.said("old")
        server.clock.forward(hours=47)
        young, theirs = await call.said("young"), (await person.send_text("theirs")).message_id
        server.clock.forward(hours=2)
        assert "can't be deleted" in (await call("deleteMessage", chat_id=CHAT, message_id=old))[1]
        assert (await call("deleteMessages", chat_id=CHAT, message_ids=[young, old, theirs]))[0] == 400
        assert [m.text for m in person.visible()] == ["old", "young", "theirs"]
        await call.ok("deleteMessages", chat_id=CHAT, message_ids=[young, theirs])
        assert [m.text for m in person.visible()] == ["old"]
        assert "message to delete not found" in (await call("deleteMessage", chat_id=CHAT, message_id=young))[1]

    play(scene)


def test_deletion_skips_ids_of_other_chats_and_takes_at_most_a_hundred() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        mine, others = await call.said(), await call.said(chat=OTHER)
        assert others == mine + 1, "one counter for all chats"
        assert (await call("deleteMessages", chat_id=CHAT, message_ids=list(range(101))))[0] == 400
        assert (await call("deleteMessages", chat_id=CHAT, message_ids=[]))[0] == 400
        await call.ok("deleteMessages", chat_id=CHAT, message_ids=[mine, others, 999_999])
        assert [m.chat_id for m in server.world.messages.values() if not m.deleted] == [OTHER]

    play(scene)


def test_a_dice_can_be_deleted_only_after_a_day() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        dice = (await person.send_dice()).message_id
        assert (await call("deleteMessage", chat_id=CHAT, message_id=dice))[0] == 400
        server.clock.forward(hours=25)
        await call.ok("deleteMessage", chat_id=CHAT, message_id=dice)

    play(scene)


def test_callback_queries_are_answered_soon_or_not_at_all() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        await call.said(reply_markup=keyboard("go"))
        first, second = await person.tap("go"), await person.tap("go")
        assert first is not None
        assert second is not None
        long = await call("answerCallbackQuery", callback_query_id=first.query_id, text="a" * 201)
        assert long == (400, "Bad Request: MESSAGE_TOO_LONG")
        await call.ok("answerCallbackQuery", callback_query_id=first.query_id, text="a" * 200)
        assert person.toasts() == ["a" * 200]
        server.clock.forward(seconds=16)
        for query in (second.query_id, "123"):
            assert "query is too old" in (await call("answerCallbackQuery", callback_query_id=query))[1]

    play(scene)


def test_who_blocked_the_bot_or_never_wrote_gets_nothing() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        assert await call("sendMessage", chat_id=1, text="a") == (400, "Bad Request: chat not found")
        await person.block()
        assert (await call("sendMessage", chat_id=CHAT, text="a"))[0] == 403
        await person.block(False)
        await call.said()
        kinds = [u["my_chat_member"]["new_chat_member"]["status"] for u in await call.ok("getUpdates")]
        assert kinds == ["kicked", "member"]

    play(scene)


PRESENTATION = [
    ("Name", "name", 64),
    ("Description", "description", 512),
    ("ShortDescription", "short_description", 120),
]


def test_the_bots_presentation_has_lengths_and_languages() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        for method, field, most in PRESENTATION:
            await call.ok(f"setMy{method}", **{field: "Ж" * most}, language_code="ru")
            assert (await call(f"setMy{method}", **{field: "a" * (most + 1)}))[0] == 400
            assert (await call(f"setMy{method}", **{field: "a"}, language_code="rus"))[0] == 400
            assert await call.ok(f"getMy{method}", language_code="ru") == {field: "Ж" * most}
            assert (await call.ok(f"getMy{method}"))[field] in ("", "Info")
        for command in ({"command": "Help", "description": "a"}, {"command": "help", "description": ""}):
            assert (await call("setMyCommands", commands=[command]))[0] == 400
        await call.ok("setMyCommands", commands=[{"command": "help", "description": "Numbers"}], language_code="kk")
        assert len(await call.ok("getMyCommands", language_code="kk")) == 1
        assert await call.ok("getMyCommands") == []

    assert play(scene).violations == []


# -- updates


def test_only_a_higher_offset_confirms_an_update() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        first, second, third = [(await person.send_text(word)).update_id for word in ("a", "b", "c")]

        async def polled(**params: Any) -> list[int]:
            return [update["update_id"] for update in await call.ok("getUpdates", **params)]

        assert await polled() == [first, second, third]
        assert await polled(limit=2) == [first, second]
        assert await polled(offset=first) == [first, second, third]
        assert not server.is_confirmed(first)
        assert await polled(offset=second) == [second, third]
        assert server.is_confirmed(first)
        assert await polled(offset=-1) == [third]
        assert server.is_confirmed(second)
        assert await polled(offset=third + 1) == []

    assert play(scene).world.waiting == []


def test_a_long_poll_ends_with_an_update_or_with_its_time() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        poll = asyncio.create_task(call("getUpdates", timeout=40))
        await server.wait_for(lambda: server.polls)
        sent = await person.send_text("a")
        status, updates = await poll
        assert (status, [u["update_id"] for u in updates]) == (200, [sent.update_id])
        assert await call.ok("getUpdates", offset=sent.update_id + 1, timeout=1) == []

    play(scene)


def test_taps_wait_150_seconds_and_messages_a_day() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        await call.said(reply_markup=keyboard("go"))
        tapped, typed = await person.tap("go"), await person.send_text("words")
        assert tapped is not None
        server.clock.forward(seconds=149)
        assert len(await call.ok("getUpdates")) == 2
        server.clock.forward(seconds=2)
        assert [u["update_id"] for u in await call.ok("getUpdates")] == [typed.update_id]
        server.clock.forward(hours=24)
        assert await call.ok("getUpdates") == []
        assert server.world.dropped == [tapped.update_id, typed.update_id]

    play(scene)


def test_allowed_updates_filter_what_comes_later_and_stay() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        sent = await person.send_text("a")
        await call.ok("getUpdates", allowed_updates=["callback_query"])
        await person.send_edited(sent.message_id, "b")
        await person.send_text("c")
        await person.raw_update({"junk": [None, {}]})
        updates = await call.ok("getUpdates")
        assert [sorted(update) for update in updates] == [["message", "update_id"], ["junk", "update_id"]]

    play(scene)


def test_a_second_poller_ends_the_first_and_a_webhook_forbids_both() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        first = asyncio.create_task(call("getUpdates", timeout=40))
        await server.wait_for(lambda: server.polls)
        assert await call("getUpdates") == (200, [])
        assert (await first)[0] == 409
        assert server.conflicts == 1
        assert (await call("setWebhook", url="http://bot.example"))[0] == 400
        await call.ok("setWebhook", url="https://bot.example", secret_token="s")
        assert (await call("getUpdates"))[0] == 409
        await call.ok("deleteWebhook")
        assert (await call("getUpdates"))[0] == 200

    play(scene)


def test_updates_carry_everything_a_bot_must_not_keep() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        at = await call.said("question", reply_markup=keyboard("yes", "no"))
        await person.tap("yes")
        query = (await call.ok("getUpdates"))[0]["callback_query"]
        assert query["data"] == "yes"
        assert query["from"]["username"] == f"canary_user_{CHAT}"
        assert query["message"]["chat"]["first_name"] == f"CanaryFirst{CHAT}"
        assert (query["message"]["text"], query["message"]["reply_markup"]) == ("question", keyboard("yes", "no"))
        await call.ok("deleteMessage", chat_id=CHAT, message_id=at)
        await person.tap_message(at, "forged")
        query = (await call.ok("getUpdates", offset=-1))[0]["callback_query"]
        assert query["message"]["date"] == 0, "a deleted message is inaccessible"

    play(scene)


# -- what goes wrong on the way


def test_failures_come_as_often_as_they_were_ordered() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        server.fail("sendMessage", times=2)
        assert [(await call("sendMessage", chat_id=CHAT, text="a"))[0] for _ in range(3)] == [500, 500, 200]
        assert len(person.visible()) == 1
        server.fail("sendMessage", "html", code=502)
        with pytest.raises(aiohttp.ContentTypeError):
            await call.said()
        server.fail("sendMessage", "truncated", applied=True)
        with pytest.raises(json.JSONDecodeError):
            await call.said()
        server.fail("*", "delay", seconds=0.01)
        await call.said()
        assert len(person.visible()) == 3

    play(scene)


@pytest.mark.parametrize("applied", [False, True])
def test_a_dropped_connection_leaves_open_whether_the_send_arrived(applied: bool) -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        server.fail("sendMessage", "drop", applied=applied)
        with pytest.raises(aiohttp.ClientConnectionError):
            await call.said()
        await server.wait_for(lambda: server.calls)
        assert len(person.visible()) == int(applied)

    assert play(scene).calls[0].status == 0


def test_flood_control_names_its_seconds_and_sees_who_does_not_wait() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        server.clock.stop()
        server.flood(7, "sendMessage", CHAT)
        assert await call("sendMessage", chat_id=CHAT, text="a") == (429, "Too Many Requests: retry after 7")
        await call.said(chat=OTHER)
        assert server.troubles.too_early == []
        server.clock.forward(seconds=6.5)
        assert await call("sendMessage", chat_id=CHAT, text="a") == (429, "Too Many Requests: retry after 1")
        assert server.troubles.too_early == [("sendMessage", CHAT)]
        server.clock.forward(seconds=0.5)
        await call.said()

    play(scene)


def test_telegrams_own_limits_can_be_switched_on() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        server.clock.stop()
        chats = [server.person(9000 + n).chat_id for n in range(31)]
        assert [(await call("sendMessage", chat_id=chat, text="a"))[0] for chat in chats] == [200] * 30 + [429]
        server.clock.forward(seconds=1)
        assert [(await call("sendMessage", chat_id=CHAT, text="a"))[0] for _ in range(2)] == [200, 429]

    play(scene, limits=True)


# -- people


def test_people_see_what_is_left_and_tap_what_they_see() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        with pytest.raises(LookupError):
            person.live()
        await person.send_text("/start")
        copy = {"text": "copy", "copy_text": {"text": "112"}}
        at = await call.said("one", reply_markup={"inline_keyboard": [[copy]]})
        assert await person.tap("copy") is None
        assert person.clipboard == "112"
        with pytest.raises(LookupError, match="copy"):
            await person.tap("gone")
        person.clear()
        await call.ok("editMessageText", chat_id=CHAT, message_id=at, text="unseen")
        assert person.visible() == []
        group = person.in_group()
        await group.send_text("hi")
        update = (await call.ok("getUpdates", offset=-1))[0]["message"]
        assert (update["chat"]["type"], update["from"]["id"]) == ("supergroup", CHAT)
        await call.ok("leaveChat", chat_id=group.chat_id)
        assert (await call("sendMessage", chat_id=group.chat_id, text="a"))[0] == 403

    play(scene)


def test_every_kind_of_message_reaches_the_bot() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        await person.start("payload")
        await person.send_photo("caption")
        await person.send_voice()
        await person.send_sticker()
        await person.send_document()
        await person.send_contact()
        await person.send_location(43.2, 76.9)
        await person.send_dice()
        messages = [update["message"] for update in await call.ok("getUpdates")]
        kinds = ("text", "photo", "voice", "sticker", "document", "contact", "location", "dice")
        assert [kind for kind, message in zip(kinds, messages, strict=True) if kind in message] == list(kinds)
        assert messages[0]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]

    play(scene)


def test_settling_waits_for_the_bots_answers() -> None:
    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        await person.send_text("a")
        with pytest.raises(TimeoutError):
            await person.settle(timeout=0.3)

        async def bot() -> None:
            update = (await call.ok("getUpdates"))[0]
            await call.said("answer")
            await call.ok("getUpdates", offset=update["update_id"] + 1)

        running = asyncio.create_task(bot())
        await person.settle()
        assert (await person.wait_text("answer")).by_bot
        await running

    play(scene)


# -- python-telegram-bot


def test_python_telegram_bot_works_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else the library warns of a coming change when it meets a 429

    async def scene(server: FakeTelegram, call: Caller, person: Person) -> None:
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go", style="danger")]])
        async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
            assert bot.username == "fake_bot"
            message = await bot.send_message(CHAT, "<b>hello</b>", parse_mode="HTML", reply_markup=markup)
            assert message.text_html == "<b>hello</b>"
            await person.tap("Go")
            (update,) = await bot.get_updates(timeout=1, allowed_updates=["message", "callback_query"])
            assert update.callback_query is not None
            assert await update.callback_query.answer()
            edited = await bot.edit_message_text("bye", CHAT, message.message_id)
            assert isinstance(edited, type(message))
            with pytest.raises(BadRequest, match="not modified"):
                await bot.edit_message_text("bye", CHAT, message.message_id)
            venue = await bot.send_venue(CHAT, 43.2, 76.9, "title", "address")
            contact = await bot.send_contact(CHAT, "+77010000000", "name")
            assert await bot.delete_messages(CHAT, [message.message_id, venue.message_id, contact.message_id])
            assert (await bot.get_chat(CHAT)).id == CHAT
            assert await bot.set_my_commands([("help", "Numbers")], language_code="kk")
            assert person.visible() == []
            server.flood(3, "sendMessage")
            with pytest.raises(RetryAfter):
                await bot.send_message(CHAT, "a")
            server.clock.forward(seconds=3)
            await person.block()
            with pytest.raises(Forbidden):
                await bot.send_message(CHAT, "a")
        stranger = Bot("1:other", base_url=f"{server.url}/bot")
        with pytest.raises(InvalidToken):
            await stranger.initialize()
        await stranger.request.shutdown()  # a bot that failed to start does not close its connections

    assert play(scene).violations == []


def test_it_serves_from_a_thread_too() -> None:
    async def say(server: FakeTelegram) -> None:
        async with aiohttp.ClientSession() as session:
            await Caller(server, session).said("from afar")

    with in_thread() as (server, run):
        person = server.person(CHAT)
        asyncio.run(say(server))
        run(person.wait_text("from afar"))
    assert [call.method for call in server.calls] == ["sendMessage"]
