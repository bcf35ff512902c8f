"""Cuts the published description of the Bot API down to what this bot may use: names and types only.

    python -m tests.fake_telegram.cut api.json

rewrites spec_cut.json from the file of PaulSonOfLars/telegram-bot-api-spec (MIT).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .check import CUT

SOURCE = "https://github.com/PaulSonOfLars/telegram-bot-api-spec, api.json, reduced to names and types"
METHODS = [
    "getMe", "getUpdates", "sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery",
    "deleteMessage", "deleteMessages", "sendContact", "sendVenue", "sendLocation", "setMyName", "setMyDescription",
    "setMyShortDescription", "setMyCommands", "getMyName", "getMyDescription", "getMyShortDescription", "getMyCommands",
    "setWebhook", "deleteWebhook", "getWebhookInfo", "leaveChat", "getChat",
]  # fmt: skip
LICENCE = """MIT License

Copyright (c) 2020 Paul Larsen

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated \
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the \
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit \
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the \
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE \
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR \
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR \
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def shape(entry: dict[str, Any]) -> dict[str, Any]:
    if "subtypes" in entry:
        return {"one_of": entry["subtypes"]}
    fields = entry.get("fields", [])
    return {
        "required": {field["name"]: field["types"] for field in fields if field["required"]},
        "optional": {field["name"]: field["types"] for field in fields if not field["required"]},
    }


def mentioned(entry: dict[str, Any]) -> set[str]:
    kinds = [*entry.get("one_of", ())]
    for fields in (entry.get("required", {}), entry.get("optional", {})):
        kinds += [kind for types in fields.values() for kind in types]
    return {kind.rpartition(" of ")[2] for kind in kinds}


def cut(spec: dict[str, Any]) -> dict[str, Any]:
    methods = {name: shape(spec["methods"][name]) for name in METHODS}
    types: dict[str, Any] = {}
    wanted = set().union(*map(mentioned, methods.values()))
    while wanted := {name for name in wanted if name in spec["types"] and name not in types}:
        types |= {name: shape(spec["types"][name]) for name in wanted}
        wanted = set().union(*(mentioned(types[name]) for name in wanted))
    return {"source": SOURCE, "licence": LICENCE, "version": spec["version"], "methods": methods, "types": types}


def written(value: dict[str, Any]) -> str:
    """One line for each method and type, so that a change of the API reads well in a diff."""
    parts = []
    for key, part in value.items():
        if isinstance(part, dict):
            lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(part[name])}" for name in sorted(part))
            parts.append(f"  {json.dumps(key)}: {{\n{lines}\n  }}")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(part)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    CUT.write_text(written(cut(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))), encoding="utf-8")
