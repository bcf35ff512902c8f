"""What weakens the promise is seen, told in one line each, and refused with --strict."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import hardening, logs
from bot.hardening import ALLOCATOR, CORE, DEBUG, SWAP, TOKEN
from tests.fake_telegram import FakeTelegram
from tests.telegram_bot import LONG, running, screens

ROOT = Path(__file__).parents[1]
AS_DEPLOYED = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
    "TELEGRAM_BOT_TOKEN_FILE": "token",
}
SECRET = "700000001:secret-part-of-the-token"
HEADING = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


def machine(root: Path, **files: str) -> Path:
    """A machine without swap, with these files on top (`__` for a slash)."""
    whole = {"proc__swaps": HEADING} | files
    for name, text in whole.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def run(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=kept | env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def protected(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process could leave no core."""
    monkeypatch.setattr(hardening, "_prctl", lambda what, value=0: 0)


@pytest.mark.usefixtures("protected")
def test_a_machine_as_deployed_has_no_weakness(tmp_path: Path) -> None:
    assert hardening.weaknesses(AS_DEPLOYED, machine(tmp_path)) == []


@pytest.mark.usefixtures("protected")
@pytest.mark.parametrize(
    ("env", "weakness"),
    [
        ({"TELEGRAM_BOT_TOKEN": SECRET}, TOKEN),
        ({"PYTHONMALLOC": ""}, ALLOCATOR),
        ({"PYTHONMALLOC": "pymalloc"}, ALLOCATOR),
        ({"GLIBC_TUNABLES": ""}, ALLOCATOR),
        ({"GLIBC_TUNABLES": "glibc.malloc.perturb=165"}, ALLOCATOR),
        ({"GLIBC_TUNABLES": "glibc.malloc.perturb=0:glibc.malloc.tcache_count=0"}, ALLOCATOR),
        ({"PYTHONASYNCIODEBUG": "1"}, DEBUG),
        ({"PYTHONDEVMODE": "1"}, DEBUG),
        ({"PYTHONFAULTHANDLER": "1"}, DEBUG),
        ({"PYTHONTRACEMALLOC": "5"}, DEBUG),
        ({"PYTHONINSPECT": "1"}, DEBUG),
        ({"BOT_LOG_LEVEL": "debug"}, DEBUG),
    ],
)
def test_each_setting_that_weakens_is_seen(tmp_path: Path, env: dict[str, str], weakness: object) -> None:
    assert hardening.weaknesses(AS_DEPLOYED | env, machine(tmp_path)) == [weakness]


@pytest.mark.usefixtures("protected")
@pytest.mark.parametrize(
    ("files", "swaps"),
    [
        ({"proc__swaps": HEADING + "/dev/dm-1 partition 8 0 -2\n"}, True),
        ({"proc__swaps": ""}, True),  # hidden: it can't be ruled out
        ({"proc__swaps": "", "proc__self__cgroup": "0::/a\n", "sys__fs__cgroup__a__memory.swap.max": "max\n"}, True),
        ({"proc__swaps": "", "proc__self__cgroup": "0::/a\n", "sys__fs__cgroup__a__memory.swap.max": "0\n"}, False),
        ({"proc__swaps": "", "proc__self__cgroup": "0::/a/b\n", "sys__fs__cgroup__a__memory.swap.max": "0\n"}, False),
        ({"proc__swaps": "", "proc__self__cgroup": "0::/\n", "sys__fs__cgroup__memory.swap.max": "0\n"}, False),
        ({"proc__swaps": "", "proc__self__cgroup": "0::/../x\n", "sys__fs__cgroup__memory.swap.max": "0\n"}, True),
    ],
)
def test_swap_is_ruled_out_only_where_that_can_be_seen(tmp_path: Path, files: dict[str, str], swaps: bool) -> None:
    assert (SWAP in hardening.weaknesses(AS_DEPLOYED, machine(tmp_path, **files))) == swaps


@pytest.mark.parametrize(
    ("dumpable", "limit", "pattern", "possible"),
    [
        (0, (-1, -1), "|/usr/lib/handler", False),
        (1, (0, 0), "core", False),
        (1, (0, 0), "|/usr/lib/handler", True),  # a handler takes cores whatever the limit
        (1, (0, -1), "core", True),
        (-1, (0, 0), "core", False),
        (-1, (-1, -1), "", True),
    ],
)
def test_cores_are_possible_unless_something_forbids_them(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dumpable: int,
    limit: tuple[int, int],
    pattern: str,
    possible: bool,
) -> None:
    monkeypatch.setattr(hardening, "_prctl", lambda what, value=0: dumpable)
    monkeypatch.setattr(hardening.resource, "getrlimit", lambda which: limit)
    where = machine(tmp_path, proc__sys__kernel__core_pattern=pattern)
    assert (CORE in hardening.weaknesses(AS_DEPLOYED, where)) == possible


ABORTS = "import ctypes, os, resource, sys; sys.path.insert(0, os.environ['BOT'])\n"
ABORTS += "resource.setrlimit(resource.RLIMIT_CORE, (2**20, 2**20))\n"
ABORTS += "from bot import hardening\n"
LOOK = "hardening.protect(); print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_after_protecting_itself_a_process_can_leave_no_core() -> None:
    assert run("-c", ABORTS + LOOK, BOT=str(ROOT)).stdout == "(0, 0) 0\n"


@pytest.mark.parametrize("switch", [["-X", "dev"], ["-X", "faulthandler"], ["-X", "tracemalloc=3"], []])
def test_a_debugging_switch_of_python_itself_is_seen(switch: list[str]) -> None:
    look = "from bot import hardening; print(hardening.DEBUG in hardening.weaknesses({}))"
    assert run(*switch, "-c", look, PYTHONPATH=str(ROOT)).stdout == f"{bool(switch)}\n"


def test_every_weakness_is_one_line_and_an_event_of_the_log() -> None:
    found = [value for value in vars(hardening).values() if isinstance(value, hardening.Weakness)]
    assert len(found) == 5
    assert [one.code for one in found if one.code not in logs.CODES or "\n" in one.line] == []


def test_strict_refuses_with_one_line_for_each_weakness_and_never_the_token() -> None:
    result = run("main.py", "telegram", "--strict", TELEGRAM_BOT_TOKEN=SECRET, TELEGRAM_API_URL="http://127.0.0.1:9")
    assert (result.returncode, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert {f"janymda: {TOKEN.line}", f"janymda: {ALLOCATOR.line}"} <= set(lines)
    assert all(line.startswith("janymda: ") for line in lines)
    assert "secret" not in result.stderr


def test_without_strict_each_weakness_is_one_line_of_the_log(tmp_path: Path) -> None:
    async def whole() -> str:
        async with FakeTelegram(SECRET) as server, running(server, tmp_path, BOT_LOG_LEVEL="INFO") as process:
            person = server.person(7)
            await person.start()
            await person.wait_for(lambda: screens(person), LONG)
            assert await process.end(signal.SIGTERM) == 0
            return process.output

    lines = asyncio.run(whole()).splitlines()
    assert [lines.count(f"WARNING {one.code}") for one in (TOKEN, ALLOCATOR)] == [1, 1]
    assert lines.index(f"WARNING {TOKEN.code}") < lines.index("INFO started")
    assert "secret" not in "".join(lines)


def test_stopping_for_good_hides_the_open_screens_first(tmp_path: Path) -> None:
    async def whole() -> list[str]:
        async with FakeTelegram() as server, running(server, tmp_path) as process:
            person = server.person(7)
            await person.start()
            await person.wait_for(lambda: screens(person), LONG)
            await person.tap("Yes, it's safe")
            await person.settle(LONG)
            assert await process.end(signal.SIGUSR1) == 0
            return screens(person)

    assert asyncio.run(whole()) == ["Useful numbers. Press Start."]
