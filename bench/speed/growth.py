"""How `check` grows with the flows: made-up flows around the smallest whole book of the tests.

    python -m bench.speed.growth FOLDER STEPS

makes them in a folder, checks them, and prints seconds of CPU and what was counted.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.speed.bots import ROOT
from bot.authoring.report import report
from bot.dialogue.code import short

SIZES = (100, 1_000, 10_000)
#: Steps of a flow. One in ten asks something that the next step tells apart.
IN_A_FLOW, ASKING = 40, 10

_LETTERS = "abcdefghij"
_STEP = """  {step}:
    parent: start.menu
    say:
      - text: This is what screen {name} says, in words enough for one of them. Nothing has to be decided today.
        claim: no
{more}    choices:
{choices}"""
_CHOICE = "      {id}:\n        label: {label}\n        {sets}go: {to}\n"
_APART = """      - when: {{known: [yes]}}
        text: You said yes on the screen before {name}, so this is the place for it.
        readers: both
        claim: no
      - text: You left it open on the screen before {name}.
        readers: both
        when: {{known: [unset]}}
        claim: no
"""


def make(folder: Path, steps: int) -> None:
    """A chain of flows: each step leads to the next, mostly also to the one after it, and back to the menu."""
    shutil.copytree(ROOT / "tests/broken/whole", folder)
    flows = list(_named(steps))
    for flow, names in enumerate(flows):
        after = f"f{flow + 1}.{flows[flow + 1][0]}" if flow + 1 < len(flows) else "menu"
        head = f"flow: f{flow}\nlocal:\n  known:\n    values: [unset, yes]\n    unset: unset\nsteps:\n"
        (folder / f"f{flow}.yaml").write_text(head + "".join(_steps(flow, names, after)), encoding="utf-8")
    first = folder / "extra.yaml"
    first.write_text(first.read_text("utf-8").replace("go: menu", f"go: f0.{flows[0][0]}"), encoding="utf-8")


def _named(steps: int) -> Iterator[list[str]]:
    """Names of the steps of each flow. Of ten thousand a few would share a short code, which `check` refuses."""
    taken: set[str] = set()
    for flow in range(-(-steps // IN_A_FLOW)):
        names = []
        for n in range(min(IN_A_FLOW, steps - flow * IN_A_FLOW)):
            name = next(one for mark in "stuvw" if short(f"f{flow}.{(one := f'{mark}{n}')}", 4) not in taken)
            taken.add(short(f"f{flow}.{name}", 4))
            names.append(name)
        yield names


def _steps(flow: int, names: list[str], after: str) -> Iterator[str]:
    for n, (step, onward) in enumerate(zip(names, [*names[1:], after], strict=True)):
        asks = n % ASKING == 0 and n + 1 < len(names)
        kept = "set: {{known: {}}}\n        "
        choices = [_CHOICE.format(id="next", label="Go on", to=onward, sets=kept.format("unset") if asks else "")]
        if asks:
            choices.append(_CHOICE.format(id="yes", label="Yes", to=onward, sets=kept.format("yes")))
        if n + 2 < len(names) and (n + 1) % ASKING:
            choices.append(_CHOICE.format(id="skip", label="Skip this", to=names[n + 2], sets=""))
        name = "".join(_LETTERS[int(digit)] for digit in str(flow * IN_A_FLOW + n))  # a number would need its source
        more = _APART.format(name=name) if n % ASKING == 1 else ""
        yield _STEP.format(step=step, name=name, more=more, choices="".join(choices))


async def measure(folder: Path) -> list[str]:
    lines = ["| steps | CPU, s | a step, ms | counted |", "| ---: | ---: | ---: | --- |"]
    for steps in SIZES:
        command = (sys.executable, "-m", "bench.speed.growth", str(folder / f"flows-{steps}"), str(steps))
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        told, _ = await asyncio.wait_for(process.communicate(), 300)
        seconds, _, counted = told.decode().strip().partition(" ")
        lines.append(f"| {steps:,} | {float(seconds):.2f} | {float(seconds) / steps * 1e3:.2f} | {counted} |")
    return lines


if __name__ == "__main__":
    where, size = Path(sys.argv[1]), int(sys.argv[2])
    make(where, size)
    began = time.process_time()
    found, _ = report(where, where / "no-catalogues")
    sys.stdout.write(f"{time.process_time() - began:.3f} {found[-1]}\n")
