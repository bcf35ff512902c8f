"""The examples of deploy/ hold what docs/deploy.md says of them, and what they name is there."""

from __future__ import annotations

import asyncio
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot import hardening
from tests.fake_telegram import FakeTelegram
from tests.telegram_bot import LONG, screens

ROOT = Path(__file__).parents[1]
UNIT, IMAGE, POD = (ROOT / "deploy" / name for name in ("janymda.service", "Containerfile", "janymda.container"))
#: Exposure by systemd's own scale from 0 (locked in) to 10, times ten; a bare unit has 96.
MOST_EXPOSED = 15

SWITCHES = """
    DynamicUser NoNewPrivileges ProtectHome PrivateTmp PrivateDevices PrivateUsers PrivateIPC ProtectKernelTunables
    ProtectKernelModules ProtectKernelLogs ProtectControlGroups ProtectClock ProtectHostname RestrictNamespaces
    RestrictRealtime RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute
""".split()
VALUES = {
    "ProtectSystem": ["strict"],
    "CapabilityBoundingSet": [""],
    "RuntimeDirectory": ["janymda"],
    "RuntimeDirectoryMode": ["0700"],
    "RuntimeDirectoryPreserve": ["restart"],
    "UMask": ["0077"],
    "LimitCORE": ["0"],
    "MemorySwapMax": ["0"],
    "RestrictAddressFamilies": ["AF_INET AF_INET6"],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
    "IPAddressDeny": ["any"],
    "LoadCredential": ["token:/etc/janymda/token"],
}


def settings(path: Path) -> dict[str, list[str]]:
    """Key -> its values, of all sections: no key of ours stands in two."""
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if re.match(r"[A-Za-z]", line):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def unit_environment() -> dict[str, str]:
    words = [word for line in settings(UNIT)["Environment"] for word in line.split()]
    return dict(word.partition("=")[::2] for word in words)


def image_lines() -> list[tuple[str, str]]:
    """(instruction, rest), continued lines joined, comments left out."""
    text = "\n".join(line for line in IMAGE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return [line.partition(" ")[::2] for line in text.replace("\\\n", " ").splitlines() if line.strip()]  # type: ignore[misc]


def image_environment() -> dict[str, str]:
    return dict(pair.partition("=")[::2] for name, rest in image_lines() if name == "ENV" for pair in rest.split())


# ---- the unit


def test_the_unit_locks_the_bot_in() -> None:
    found = settings(UNIT)
    assert SWITCHES
    assert [name for name in SWITCHES if found.get(name) != ["yes"]] == []
    assert {name: found.get(name) for name in VALUES} == VALUES


@pytest.mark.parametrize("environment", [unit_environment, image_environment], ids=["unit", "image"])
def test_the_deployed_environment_wipes_memory_and_holds_no_token(environment: object) -> None:
    given = environment()  # type: ignore[operator]
    assert given["TELEGRAM_BOT_TOKEN_FILE"]
    known = (hardening.TOKEN, hardening.ALLOCATOR, hardening.DEBUG)
    assert [weakness for weakness in hardening.weaknesses(given) if weakness in known] == []


def test_what_the_unit_starts_is_a_command_that_refuses_weak_machines() -> None:
    (start,) = settings(UNIT)["ExecStart"]
    (folder,) = settings(UNIT)["WorkingDirectory"]
    assert start == f"{folder}/.venv/bin/python main.py telegram --strict"
    command = [sys.executable, *start.split()[1:], "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0
    assert "--strict" in result.stdout


def systemd(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, timeout=60, check=False)


def too_old() -> bool:
    """`--offline` and what the unit uses came with systemd 250 to 252."""
    if shutil.which("systemd-analyze") is None:
        return True
    version = re.search(r"systemd (\d+)", systemd("--version").stdout)
    return version is None or int(version[1]) < 252


needs_systemd = pytest.mark.skipif(too_old(), reason="no systemd-analyze of systemd 252 or newer on this machine")


@needs_systemd
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    """With a program that exists here in place of the one that is installed there."""
    copy = tmp_path / UNIT.name
    text, changes = re.subn(r"(?m)^ExecStart=\S+", f"ExecStart={shutil.which('true')}", UNIT.read_text("utf-8"))
    assert changes == 1
    copy.write_text(text, "utf-8")
    result = systemd("verify", str(copy))
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@needs_systemd
def test_systemd_itself_calls_the_unit_little_exposed() -> None:
    result = systemd("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", str(UNIT))
    assert result.returncode == 0, result.stdout.splitlines()[-1:]


@needs_systemd
def test_the_measure_of_exposure_can_fail(tmp_path: Path) -> None:
    bare = tmp_path / UNIT.name
    bare.write_text("[Service]\nExecStart=/bin/true\n", "utf-8")
    assert systemd("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(bare)).returncode != 0


# ---- the image


def test_the_image_is_built_from_pins_and_runs_as_nobody() -> None:
    lines = image_lines()
    run = [rest for name, rest in lines if name == "RUN"]
    assert len(run) == 1
    assert all(word in run[0] for word in ("--require-hashes", "--only-binary :all:", "-r requirements/run.txt"))
    last = max(at for at, (name, _) in enumerate(lines) if name == "FROM")
    assert ("USER", "65532:65532") in lines[last:]
    assert not [rest for name, rest in lines[last:] if name in ("RUN", "ADD", "VOLUME", "EXPOSE")]


def test_the_image_needs_glibc() -> None:
    bases = [rest for name, rest in image_lines() if name == "ARG"]
    assert bases
    assert not [base for base in bases if "alpine" in base]
    assert [base for base in bases if re.fullmatch(r"BASE=docker\.io/library/python:3\.1[123]-slim-[a-z]+", base)]


def copied() -> list[str]:
    """What of the checkout gets into the image that runs."""
    return [rest.split()[0] for name, rest in image_lines() if name == "COPY" and not rest.startswith("--from")]


def test_the_image_holds_all_the_bot_needs_and_no_tests(tmp_path: Path) -> None:
    for name in copied():
        source = ROOT / name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    assert not (tmp_path / "tests").exists()
    environment = image_environment() | {"TELEGRAM_BOT_TOKEN_FILE": "", "XDG_RUNTIME_DIR": ""}
    (entry,) = [json.loads(rest) for name, rest in image_lines() if name == "ENTRYPOINT"]
    assert entry == [".venv/bin/python", "main.py", "telegram", "--strict"]
    for words, code, told in ((["check"], 0, ""), (entry[1:][1:], 2, "TELEGRAM_BOT_TOKEN_FILE")):
        result = subprocess.run(
            [sys.executable, "main.py", *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert (result.returncode, told in result.stderr) == (code, True), result.stdout + result.stderr


@pytest.mark.skipif(
    not (shutil.which("podman") or shutil.which("buildah")), reason="neither podman nor buildah on this machine"
)
def test_the_engine_reads_the_containerfile() -> None:
    """Only its syntax: building would fetch the base image."""
    tool = shutil.which("podman") or shutil.which("buildah")
    command = [str(tool), "build", "--pull=never", "--build-arg", "BASE=localhost/nothing-of-this-name"]
    result = subprocess.run(
        [*command, "-f", str(IMAGE), str(ROOT)], capture_output=True, text=True, timeout=120, check=False
    )
    assert "nothing-of-this-name" in result.stderr


def test_the_container_is_read_only_and_has_its_folder_in_memory() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(POD.read_text("utf-8"))
    pod = dict(parser["Container"])
    assert pod["ReadOnly"] == pod["NoNewPrivileges"] == "true"
    assert pod["ReadOnlyTmpfs"] == "false"
    assert (pod["DropCapability"], pod["LogDriver"], pod["Ulimit"]) == ("all", "none", "core=0:0")
    where, _, options = pod["Tmpfs"].partition(":")
    assert where == image_environment()["XDG_RUNTIME_DIR"]
    assert {"noexec", "nosuid", "nodev"} <= set(options.split(","))
    assert image_environment()["TELEGRAM_BOT_TOKEN_FILE"] == f"/run/secrets/{pod['Secret'].partition(',')[0]}"
    memory = dict(word.lstrip("-").partition("=")[::2] for word in pod["PodmanArgs"].split())
    assert memory["memory"] == memory["memory-swap"], "equal means: no swap"


#: What an engine does with the options of the example: one folder in memory ("$1", with its options "$2"), all else
#: read-only (or it ends with 9), no capabilities, no new ones, no core; then the program.
CONTAINED = """
mount -t tmpfs -o "$2" none "$1" || exit 77
while read -r _ where _; do
    [ "$where" = "$1" ] || mount -o remount,bind,ro "$where" 2>/dev/null || :
done </proc/self/mounts
cd "$3" && ! touch "$3/main.py" "$4" 2>/dev/null || exit 9
shift 4
exec prlimit --core=0:0 setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""


def can_contain() -> bool:
    tools = all(map(shutil.which, ("unshare", "setpriv", "prlimit")))
    if not tools or os.geteuid() != 0:
        return False
    probe = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(probe, capture_output=True, timeout=20, check=False).returncode == 0


@pytest.mark.skipif(bool(hardening._swaps(Path("/"))), reason="this machine has swap")
@pytest.mark.skipif(not can_contain(), reason="nothing can be mounted here")
def test_with_nothing_writable_but_its_folder_in_memory_the_bot_answers(tmp_path: Path) -> None:
    """The program in the container's environment and under its restrictions, without the engine."""
    options = settings(POD)["Tmpfs"][0].partition(":")[2]
    memory, token = tmp_path / "memory", tmp_path / "token"
    memory.mkdir()

    async def whole() -> tuple[list[str], int | None, str]:
        async with FakeTelegram() as server:
            token.write_text(server.token)
            given = {"TELEGRAM_BOT_TOKEN_FILE": str(token), "XDG_RUNTIME_DIR": str(memory)}
            own = given | {"TELEGRAM_API_URL": server.url}
            places = (str(memory), options, str(ROOT), str(tmp_path / "elsewhere"))
            process = await asyncio.create_subprocess_exec(
                "unshare", "--mount", "sh", "-c", CONTAINED, "sh", *places,
                sys.executable, "main.py", "telegram", "--strict",
                env={"PATH": os.environ["PATH"]} | image_environment() | own,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            try:
                person = server.person(7)
                await person.start()
                with suppress(TimeoutError):
                    await person.wait_for(lambda: screens(person), LONG)
                seen = screens(person)
            finally:
                if process.returncode is None:
                    process.terminate()
                printed, _ = await asyncio.wait_for(process.communicate(), LONG)
            return seen, process.returncode, printed.decode()

    seen, code, printed = asyncio.run(whole())
    assert (len(seen), code) == (1, 0), printed
    assert printed.splitlines() == ["INFO started", "INFO stopping", "INFO stopped"]


def test_the_page_on_deploying_names_every_example() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    assert [path.name for path in (UNIT, IMAGE, POD) if f"deploy/{path.name}" not in page] == []
