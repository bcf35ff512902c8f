"""How the bot presents itself: name, descriptions and commands, each per language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from .rules import bad
from .world import World

PROFILE_LENGTHS = {"name": 64, "description": 512, "short_description": 120}
Params = dict[str, Any]


def language_of(params: Params) -> str:
    language = str(params.get("language_code", ""))
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad("invalid language code specified")
    return language


def scope_of(params: Params) -> str:
    scope = params.get("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True)


def setter(what: str) -> Callable[[World, Params], bool]:
    def set_it(world: World, params: Params) -> bool:
        value = params.get(what, "")
        if len(value) > PROFILE_LENGTHS[what]:
            raise bad(f"bot {what} is too long")  # the closed server's wording is not known
        world.profile[what, "", language_of(params)] = value
        return True

    return set_it


def getter(what: str) -> Callable[[World, Params], dict[str, str]]:
    def get_it(world: World, params: Params) -> dict[str, str]:
        default = world.profile.get((what, "", ""), world.me["first_name"] if what == "name" else "")
        return {what: world.profile.get((what, "", language_of(params))) or default}

    return get_it


def set_my_commands(world: World, params: Params) -> bool:
    commands = params["commands"]
    if len(commands) > 100:
        raise bad("too many bot commands specified")
    for command in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.profile["commands", scope_of(params), language_of(params)] = commands
    return True


def get_my_commands(world: World, params: Params) -> Any:
    return world.profile.get(("commands", scope_of(params), language_of(params)), [])
