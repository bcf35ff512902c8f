"""What Telegram refuses in a text and in a keyboard. Numbers from the Bot API's documentation unless said."""

from __future__ import annotations

import re
from typing import Any

TEXT_POINTS = 4096  # Unicode code points, after the marks were parsed
DATA_BYTES = 64
BUTTONS, ROW_BUTTONS = 100, 8  # not documented: what the server is seen to take
COPY_UNITS = 256
TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler", "tg-spoiler": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[a-zA-Z0-9-]*)(?P<rest>[^<>]*)(?P<close>>?)|&(?P<name>lt|gt|amp|quot|#\d+);")
WEB = re.compile(r"(https?://[^/\s]+\.[^/\s]+|tg:|ton:|tonsite:)", re.IGNORECASE)


class Refused(Exception):
    """The Bot API's answer to a request it will not do."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Text without tags, and its entities (offsets in UTF-16 units); raises Refused as Telegram does."""
    out, last = "", 0
    entities: list[dict[str, Any] | None] = []
    stack: list[tuple[str, int, str]] = []
    for token in TOKEN.finditer(text):
        out, last = out + text[last : token.start()], token.end()
        if name := token["name"]:
            out += ENTITIES.get(name) or chr(int(name[1:]))
            continue
        tag, at = token["tag"].lower(), len(text[: token.start()].encode())
        if token["end"] and token["close"]:
            entities.append(closed(stack, tag, at, units(out)))
        elif not token["close"] or tag not in TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {at}')
        else:
            stack.append((tag, units(out), token["rest"]))
    if stack:
        raise bad(f'can\'t parse entities: Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return out + text[last:], [entity for entity in entities if entity and entity["length"]]


def closed(stack: list[tuple[str, int, str]], tag: str, at: int, end: int) -> dict[str, Any] | None:
    if not stack:
        raise bad(f"can't parse entities: Unexpected end tag at byte offset {at}")
    opened, start, rest = stack.pop()
    if tag not in ("", opened):
        found = f'expected "</{opened}>", found "</{tag}>"'
        raise bad(f"can't parse entities: Unmatched end tag at byte offset {at}, {found}")
    entity = {"type": TAGS[opened], "offset": start, "length": end - start}
    if opened != "a":
        return entity
    link = re.search(r"""href\s*=\s*["']?([^"'\s]+)""", rest)
    # A link Telegram does not know, tel: for one, is dropped in silence: the words stay, the link does not.
    return entity | {"url": link[1]} if link and WEB.match(link[1]) else None


def text_of(params: dict[str, Any]) -> dict[str, Any]:
    """The part of a message that holds its words: text and entities."""
    text, entities = params.get("text", ""), params.get("entities", [])
    mode = params.get("parse_mode", "")
    if mode.lower() not in ("", "html"):
        raise bad(f"the fake reads HTML only, not {mode}")
    if mode:
        text, entities = parse_html(text)
    text = text.rstrip()
    if not text.strip():
        raise bad("message text is empty")
    if len(text) > TEXT_POINTS:
        raise bad("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def check_button(button: dict[str, Any]) -> None:
    actions = set(button) - {"text", "style", "icon_custom_emoji_id"}
    if not button["text"].strip():
        raise bad("can't parse inline keyboard button: Button text must be non-empty")
    if len(actions) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if button.get("style", "danger") not in ("danger", "success", "primary"):
        raise bad("can't parse inline keyboard button: Invalid button style specified")
    if not 1 <= len(button.get("callback_data", "-").encode()) <= DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if not 1 <= units(button.get("copy_text", {"text": "-"})["text"]) <= COPY_UNITS:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if "url" in button and not WEB.match(button["url"]):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def check_markup(markup: dict[str, Any] | None) -> None:
    rows = (markup or {}).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        check_button(button)
    if sum(map(len, rows)) > BUTTONS or any(len(row) > ROW_BUTTONS for row in rows):
        raise bad("reply markup is too long")
