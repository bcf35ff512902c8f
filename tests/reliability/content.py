"""Flows, translations and registries that somebody broke: refused before anybody meets them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.reliability.bench import ROOT, Bench
from tests.reliability.case import Part

PART = Part("Broken content")

Break = Callable[[str], str]
MATERIAL: tuple[tuple[str, str, Break], ...] = (
    ("a key stands twice", "start.yaml", lambda text: text + text),
    ("a tag that would run code", "start.yaml", lambda text: "x: !!python/object/apply:os.system [id]\n" + text),
    ("anchors that stand for a thousand million leaves", "start.yaml", lambda text: "x: &a [*a, *a]\n" + text),
    ("merge keys", "start.yaml", lambda text: "x: {<<: {y: z}}\n" + text),
    ("600 brackets within each other", "start.yaml", lambda text: "x: " + "[" * 600 + "]" * 600 + "\n" + text),
    ("more than 256 KB", "start.yaml", lambda text: text + "# x\n" * 70_000),
    ("a byte-order mark within, invisible letters", "start.yaml", lambda text: text.replace("e", "e\u200b", 40)),
    ("a target that is not there", "start.yaml", lambda text: text.replace("go: ", "go: no.such", 1)),
    ("an empty file", "start.yaml", lambda text: ""),
    ("random bytes", "start.yaml", lambda text: "\x00\x01\x02" * 50),
)


def copied(bench: Bench) -> Path:
    """A checkout of its own, whose flows may be broken."""
    root = bench.here / "checkout"
    for name in ("bot", "flows", "locales"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "main.py", root)
    return root


@PART.case(
    "A flow file with: " + "; ".join(name for name, _, _ in MATERIAL),
    done="refuses to start, in one line with file, line and column; what runs already goes on with what it has read",
    seen="nothing of it",
    kept="everything",
    BOT_LOG_LEVEL="CRITICAL",
)
async def flows(bench: Bench) -> str:
    root = copied(bench)
    bench.life.cwd = root
    for name, file, change in MATERIAL:
        path, before = root / "flows" / file, bench.life.printed
        plain = path.read_text("utf-8")
        path.write_text(change(plain), "utf-8")
        await bench.life.start(answering=False)
        assert await bench.life.end() == 2, name
        told = bench.life.printed[len(before) :]
        assert told.count("\n") == 1, told
        assert f"flows/{file}:" in told, told
        path.write_text(plain, "utf-8")
    return f"{len(MATERIAL)} starts, each refused in one line"


@PART.case(
    "Flows are broken while the bot runs",
    done="goes on with what it has read",
    seen="nothing of it",
    kept="everything",
)
async def broken_while_running(bench: Bench) -> str:
    bench.life.cwd = copied(bench)
    await bench.life.start()
    await bench.opened()
    shutil.rmtree(bench.life.cwd / "flows")
    shutil.rmtree(bench.life.cwd / "locales")
    await bench.card()
    await bench.person.send_text("I want to die")
    await bench.one_screen()
    return "a tap, words and a newcomer answered without the files"


BROKEN = "tests/test_authoring_broken.py"
REFUSED = {"done": "`check` refuses it, at its place, with a way out", "seen": "nothing of it", "kept": "everything"}
PART.shown_by(
    f"{BROKEN}::test_a_mistake_is_named_with_its_code_and_place_and_nothing_else",
    "Steps nobody reaches, dead ends, labels, texts and buttons that are too long, two steps of one name, numbers and "
    "addresses outside the registry, bidirectional and invisible marks, mixed alphabets; one example for each code",
    **REFUSED,
)
