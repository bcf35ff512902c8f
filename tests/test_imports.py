"""The rooms of the house: imports go down only, never to a neighbour (docs/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: room -> floor
FLOORS = {
    "bot.dialogue": 0,
    "bot.logs": 1,
    "bot.hardening": 1,
    "bot.sessions": 1,
    "bot.render": 1,
    "bot.care": 1,
    "bot.understanding": 1,
    "bot.conversation": 2,
    "bot.channels": 3,
    "bot.authoring": 3,
    "bot.settings": 4,
    "bot.cli": 4,
    "main": 4,
}
ATTIC = 4  #: settings, cli and main wire the rooms together, so here neighbours may meet

#: All that the dialogue room may use: no clock, no chance, no I/O. A list of what is allowed cannot be outdated.
PURE = {
    *("__future__", "collections", "dataclasses", "enum", "functools", "itertools", "operator", "types", "typing"),
    *("base64", "binascii", "bisect", "graphlib", "hashlib", "heapq", "hmac", "math", "re", "string", "struct", "zlib"),
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__"}

#: library -> rooms that may use it; a person's words and authors' words each enter by one door.
DOORS = {
    "yaml": {"bot.authoring"},
    "phonenumbers": {"bot.authoring"},
    "telegram": {"bot.channels"},
    "aiohttp": {"bot.channels"},
    "httpx": {"bot.channels"},
    "sqlite3": {"bot.sessions"},
    "redis": {"bot.sessions"},
    "cryptography": {"bot.sessions"},
}
#: Below the channels the time is an argument. Sessions expire, so they alone look at a clock.
CLOCKLESS = {"bot.dialogue", "bot.render", "bot.care", "bot.understanding", "bot.conversation"}
CLOCKS = {"time", "random", "secrets"}
CLOCK_CALLS = {"now", "today", "utcnow"}


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def room(module: str) -> str | None:
    return next((name for name in FLOORS if within(module, name)), None)


def channel(module: str) -> str:
    """`telegram`, `terminal` …: each channel is a room of its own, so that one can be taken out."""
    return module.split(".")[2] if within(module, "bot.channels") and module.count(".") > 1 else ""


def imports(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every import of a file, absolute, as (line, module or module.name): also those within functions or for types."""
    module = module_name(path)
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def own_complaint(module: str, target: str) -> str | None:
    here, there = room(module), room(target)
    if here is None or there is None:
        return f"{target} stands on no floor"
    at_home = (there, channel(target)) == (here, channel(module)) or FLOORS[there] == FLOORS[here] == ATTIC
    if FLOORS[there] < FLOORS[here] or at_home:
        return None
    return f"{module} (floor {FLOORS[here]}) imports {target} (floor {FLOORS[there]})"


def library_complaint(here: str, target: str) -> str | None:
    library = target.partition(".")[0]
    if here == "bot.dialogue" and library not in PURE:
        return f"the dialogue room imports {target}"
    elif here in CLOCKLESS and library in CLOCKS:
        return f"{here} imports {target}: the time is an argument, chance is nowhere"
    elif library in DOORS and here not in DOORS[library]:
        return f"{here} imports {target}, which belongs to {', '.join(sorted(DOORS[library]))}"
    return None


def call_complaint(here: str, node: ast.Call) -> str | None:
    match node.func:
        case ast.Name(id=name) if here == "bot.dialogue" and name in IMPURE_CALLS:
            return f"the dialogue room calls {name}()"
        case ast.Attribute(attr=name) if here in CLOCKLESS and name in CLOCK_CALLS:
            return f"{here} looks at the clock: .{name}()"
    return None


def complaints(path: Path, source: str) -> list[str]:
    """What is wrong with a file at `path` (relative to the checkout) that holds `source`."""
    module, tree = module_name(path), ast.parse(source)
    here = room(module)
    found = list(imports(path, tree))
    if here is None:
        return [f"{path}: stands on no floor"] if path != Path("bot/__init__.py") or found else []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    ours = [(line, target) for line, target in found if within(target, "bot") or within(target, "main")]
    wrong = [(line, own_complaint(module, target)) for line, target in ours]
    wrong += [(line, library_complaint(here, target)) for line, target in found if (line, target) not in ours]
    wrong += [(node.lineno, call_complaint(here, node)) for node in calls]
    return [f"{path}:{line}: {what}" for line, what in wrong if what]


def test_every_file_keeps_to_its_floor() -> None:
    files = sorted(p.relative_to(ROOT) for p in [*ROOT.glob("bot/**/*.py"), ROOT / "main.py"])
    rooms = {room(module_name(path)) for path in files}
    assert {"bot.dialogue", "bot.conversation", "bot.channels", "bot.authoring", "main"} <= rooms
    assert [line for path in files for line in complaints(path, (ROOT / path).read_text("utf-8"))] == []


def test_the_walk_sees_the_imports_that_are_there() -> None:
    path = Path("bot/conversation/turns.py")
    seen = [target for _, target in imports(path, ast.parse((ROOT / path).read_text("utf-8")))]
    assert any(target.startswith("bot.dialogue.") for target in seen)


WRONG = [
    ("bot/dialogue/engine.py", "import bot.render"),
    ("bot/dialogue/engine.py", "from bot import conversation"),
    ("bot/dialogue/engine.py", "from ..care import hours"),
    ("bot/dialogue/engine.py", "import yaml"),
    ("bot/dialogue/engine.py", "import os.path"),
    ("bot/dialogue/engine.py", "from datetime import datetime"),
    ("bot/dialogue/engine.py", "def f():\n    import random"),
    ("bot/dialogue/engine.py", "open('x')"),
    ("bot/dialogue/__init__.py", "from .. import render"),
    ("bot/care/hours.py", "from bot.sessions import model"),
    ("bot/care/hours.py", "import datetime\ndatetime.datetime.now()"),
    ("bot/render.py", "from bot.care.centres import Centre"),
    ("bot/render.py", "import time"),
    ("bot/conversation/turns.py", "from bot.authoring.load import load"),
    ("bot/conversation/turns.py", "import telegram"),
    ("bot/channels/telegram.py", "import bot.authoring.load"),
    ("bot/channels/terminal.py", "from bot.channels.telegram.keyboard import rows"),
    ("bot/channels/telegram/keyboard.py", "from bot.channels import terminal"),
    ("bot/channels/terminal.py", "import yaml"),
    ("bot/channels/terminal.py", "from bot import settings"),
    ("bot/authoring/load.py", "from bot.channels import terminal"),
    ("bot/authoring/load.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import main"),
    ("bot/settings.py", "import aiohttp"),
    ("bot/cli.py", "import bot.cellar"),
    ("bot/cellar.py", ""),
    ("bot/__init__.py", "import bot.cli"),
]


@pytest.mark.parametrize(("path", "source"), WRONG)
def test_a_wrong_import_is_caught(path: str, source: str) -> None:
    assert len(complaints(Path(path), source)) == 1


RIGHT = [
    ("bot/dialogue/engine.py", "from __future__ import annotations\nimport collections.abc\nfrom .model import Step"),
    ("bot/care/hours.py", "from datetime import timedelta\nfrom bot.dialogue.model import Slot"),
    ("bot/conversation/turns.py", "from bot import render\nfrom bot.dialogue import engine\nimport bot.care.hours"),
    ("bot/channels/telegram/keyboard.py", "from bot.channels.telegram.letters import html\nfrom bot import logs"),
    ("bot/channels/telegram.py", "import telegram\nimport aiohttp\nfrom bot.sessions.model import Store"),
    ("bot/authoring/load.py", "import yaml\nfrom bot.conversation import Book"),
    ("bot/cli.py", "from bot import settings\nfrom bot.channels import terminal\nfrom bot.authoring.load import load"),
    ("bot/__init__.py", ""),
]


@pytest.mark.parametrize(("path", "source"), RIGHT)
def test_a_right_import_is_not_blamed(path: str, source: str) -> None:
    assert complaints(Path(path), source) == []
