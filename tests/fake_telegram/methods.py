"""The Bot API's methods over the world. Each takes checked parameters and returns the result or raises Refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .profile import get_my_commands, getter, set_my_commands, setter
from .rules import bad, check_markup, text_of
from .world import Message, World

DAY = 86_400
ANSWER_SECONDS = 15  # not documented; the shortest reported in the field
BATCH = 100
VCARD_BYTES = 2048
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
Params = dict[str, Any]


def send(world: World, params: Params, content: dict[str, Any]) -> dict[str, Any]:
    chat, markup = world.writable(params["chat_id"]), params.get("reply_markup")
    check_markup(markup)
    if markup and markup.get("inline_keyboard", True):
        content |= {"reply_markup": markup}
    return shown(world.add(chat, world.me, content, by_bot=True))


def shown(message: Message) -> dict[str, Any]:
    """Telegram tells of inline keyboards only; a reply keyboard is not part of the message that comes back."""
    markup = message.body.get("reply_markup", {})
    hidden = {"reply_markup"} if "inline_keyboard" not in markup else set()
    return {key: value for key, value in message.body.items() if key not in hidden}


def send_message(world: World, params: Params) -> Any:
    return send(world, params, text_of(params))


def place(params: Params) -> dict[str, float]:
    if not (-90 <= params["latitude"] <= 90 and -180 <= params["longitude"] <= 180):
        raise bad("wrong latitude or longitude specified")
    return {name: params[name] for name in ("latitude", "longitude")}


def send_location(world: World, params: Params) -> Any:
    return send(world, params, {"location": place(params)})


def send_venue(world: World, params: Params) -> Any:
    venue = {"location": place(params), "title": params["title"], "address": params["address"]}
    if not venue["title"] or not venue["address"]:
        raise bad("title and address must be non-empty")
    return send(world, params, {"venue": venue, "location": venue["location"]})


def send_contact(world: World, params: Params) -> Any:
    names = ("phone_number", "first_name", "last_name", "vcard")
    if not params["phone_number"] or not params["first_name"]:
        raise bad("phone number and first name must be non-empty")
    if len(params.get("vcard", "").encode()) > VCARD_BYTES:
        raise bad("contact's vCard is too long")
    return send(world, params, {"contact": {name: params[name] for name in names if name in params}})


def editable(world: World, params: Params) -> Message:
    if "chat_id" not in params or "message_id" not in params:
        raise bad("message identifier is not specified")
    chat = world.writable(params["chat_id"])
    message = world.find(chat.body["id"], params["message_id"])
    if message is None:
        raise bad("message to edit not found")
    markup = message.body.get("reply_markup", {"inline_keyboard": []})
    if not message.by_bot or "inline_keyboard" not in markup:
        raise bad("message can't be edited")
    return message


def rewrite(world: World, message: Message, params: Params, content: dict[str, Any], keys: set[str]) -> Any:
    """A keyboard that is not sent along is taken away: Telegram does the same."""
    check_markup(params.get("reply_markup"))
    if params.get("reply_markup", {}).get("inline_keyboard"):
        content |= {"reply_markup": params["reply_markup"]}
    if {key: value for key, value in message.body.items() if key in keys} == content:
        raise bad(NOT_MODIFIED)
    kept = {key: value for key, value in message.body.items() if key not in keys}
    message.body = kept | content | {"edit_date": int(world.clock.now)}
    return shown(message)


def edit_message_text(world: World, params: Params) -> Any:
    message, content = editable(world, params), text_of(params)
    if "text" not in message.body:
        raise bad("there is no text in the message to edit")
    return rewrite(world, message, params, content, {"text", "entities", "reply_markup"})


def edit_message_reply_markup(world: World, params: Params) -> Any:
    return rewrite(world, editable(world, params), params, {}, {"reply_markup"})


def check_deletable(world: World, message: Message) -> None:
    age = world.clock.now - message.body["date"]
    private = message.body["chat"]["type"] == "private"
    if not message.by_bot and not private:
        raise bad("message can't be deleted")
    if age >= 2 * DAY:
        raise bad("message can't be deleted for everyone")
    if "dice" in message.body and private and age < DAY:
        raise bad("message can't be deleted")


def delete_message(world: World, params: Params) -> bool:
    message = world.find(world.chat(params["chat_id"]).body["id"], params["message_id"])
    if message is None:
        raise bad("message to delete not found")
    check_deletable(world, message)
    message.deleted = True
    return True


def delete_messages(world: World, params: Params) -> bool:
    """Ids that are gone or belong to another chat are skipped; one message that is too old fails the whole batch."""
    ids, chat = params["message_ids"], world.chat(params["chat_id"])
    if not ids:
        raise bad("message identifiers are not specified")
    if len(ids) > BATCH:
        raise bad("too many message identifiers specified")
    found = [message for id_ in ids if (message := world.find(chat.body["id"], id_))]
    for message in found:
        check_deletable(world, message)
    for message in found:
        message.deleted = True
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    asked, chat_id = world.queries.get(params["callback_query_id"], (float("-inf"), 0))
    if world.clock.now - asked > ANSWER_SECONDS:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(params.get("text", "")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    if not params.get("url", "https://t.me/").startswith(("https://t.me/", "t.me/", "tg://")):
        raise bad("URL_INVALID")
    if params.get("text"):
        world.toasts.append((chat_id, params["text"], params.get("show_alert", False)))
    return True


def set_webhook(world: World, params: Params) -> bool:
    if params["url"] and not params["url"].startswith("https://"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch("[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")):
        raise bad("secret token contains unallowed characters")
    world.webhook = dict(params) if params["url"] else {}
    subscribe(world, params)
    forget_waiting(world, params)
    return True


def delete_webhook(world: World, params: Params) -> bool:
    world.webhook = {}
    forget_waiting(world, params)
    return True


def forget_waiting(world: World, params: Params) -> None:
    if params.get("drop_pending_updates"):
        world.dropped += [update.id for update in world.waiting]
        world.waiting = []


def subscribe(world: World, params: Params) -> None:
    """Without allowed_updates the last ones stay; an empty list means the default ones."""
    if "allowed_updates" in params:
        world.allowed = frozenset(params["allowed_updates"])


def get_webhook_info(world: World, _: Params) -> Any:
    info = {"url": world.webhook.get("url", ""), "has_custom_certificate": False}
    return info | {"pending_update_count": len(world.waiting)}


def leave_chat(world: World, params: Params) -> bool:
    chat = world.chat(params["chat_id"])
    if chat.body["type"] == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.left = True
    return True


def get_chat(world: World, params: Params) -> Any:
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    extra = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return world.chat(params["chat_id"]).body | extra


def get_me(world: World, _: Params) -> Any:
    return world.me


METHODS: dict[str, Callable[[World, Params], Any]] = {
    "getMe": get_me, "sendMessage": send_message, "sendContact": send_contact, "sendVenue": send_venue,
    "sendLocation": send_location, "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup, "answerCallbackQuery": answer_callback_query,
    "deleteMessage": delete_message, "deleteMessages": delete_messages, "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands, "setWebhook": set_webhook, "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info, "leaveChat": leave_chat, "getChat": get_chat,
    "setMyName": setter("name"), "getMyName": getter("name"), "setMyDescription": setter("description"),
    "getMyDescription": getter("description"), "setMyShortDescription": setter("short_description"),
    "getMyShortDescription": getter("short_description"),
}  # fmt: skip
