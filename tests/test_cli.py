"""The commands as an operator meets them: real processes, bad input, one clear line and no traceback."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot import cli
from bot.channels.terminal import WIPE
from bot.sessions import folder
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
TOKEN = "1234567:AAcanary-canary_CANARY"
SETTINGS = ("TELEGRAM_", "BOT_", "STORE", "RUNTIME_DIRECTORY")
#: Seconds after which a process counts as hung; nothing is measured by it.
LONGEST = 60


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | more


def run(
    *words: str, typed: bytes = b"", root: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`main.py` with these words, in another folder than its own."""
    return subprocess.run(
        [sys.executable, str(root / "main.py"), *words],
        input=typed, capture_output=True, timeout=LONGEST, cwd="/", env=environment(**(env or {})), check=False,
    )  # fmt: skip


def run_code(code: str, *, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A program that has changed something about us before it calls `main`."""
    return subprocess.run(
        [sys.executable, "-c", code], input=typed, capture_output=True, timeout=LONGEST, cwd=ROOT, env=environment(),
        check=False,
    )  # fmt: skip


#: As in sysexits.h: what starts us again need not give up.
TRY_LATER = 75


def refused(done: subprocess.CompletedProcess[bytes], code: int = 2) -> str:
    """The one clear line of a command that can't work."""
    lines = done.stderr.decode().splitlines()
    assert done.returncode == code
    assert len(lines) == 1, lines
    assert lines[0].startswith("janymda: ")
    assert done.stdout == b""
    assert "canary" not in lines[0].lower()
    return lines[0]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program, without its flows and catalogues."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "bot", root / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "main.py", root)
    return root


@pytest.fixture
def checkout(copies: Path) -> Path:
    """The same with flows and catalogues that a test may break."""
    for name in ("flows", "locales"):
        shutil.rmtree(copies / name, ignore_errors=True)
        shutil.copytree(ROOT / name, copies / name)
    return copies


# ---- talking


def test_without_a_terminal_the_first_screen_is_printed_and_all_is_well() -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, b"")
    for number in (b"112", b"150"):
        assert number in done.stdout
    assert run("chat").stdout == done.stdout


def test_with_standard_input_closed_it_is_the_same() -> None:
    command = f'exec "{sys.executable}" main.py <&-'
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, timeout=LONGEST, cwd=ROOT, env=environment(), check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"112" in done.stdout


def test_what_is_typed_is_answered_until_the_end() -> None:
    done = run(typed=b"1\nh\nx\nnever read\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout) > len(run().stdout)


@pytest.mark.parametrize("env", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "latin-1"}])
def test_json_lines_are_utf_8_whatever_the_system_speaks(env: dict[str, str]) -> None:
    typed = '{"new": {"lang": "kk"}}\n{"say": "көмек"}\nnonsense\n{"tap": "exit"}\n'.encode()
    done = run("chat", "--jsonl", typed=typed, env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    first, said, problem, left = (json.loads(line.decode("utf-8")) for line in done.stdout.splitlines())
    assert first["buttons"]
    assert said["text"]
    assert list(problem) == ["problem"]
    assert left["wiped"] is True


@pytest.mark.parametrize("env", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "latin-1:strict"}])
def test_words_of_any_alphabet_and_of_none_are_answered(env: dict[str, str]) -> None:
    done = run(typed="көмек\n".encode() + b"\xff\xfe\x00\n1\n", env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == run(typed="көмек\n".encode() + b"\xff\xfe\x00\n1\n").stdout
    done.stdout.decode("utf-8")


def test_the_chat_does_not_load_what_only_the_messenger_needs() -> None:
    done = run_code(
        "import sys; from bot.cli import main; main(['chat', '--jsonl']);"
        "print([name for name in ('telegram', 'aiohttp', 'httpx', 'rich', 'aiosqlite') if name in sys.modules])"
    )
    assert done.stdout.decode().splitlines() == ["[]"]


def test_a_language_that_is_not_complete_is_said_and_english_spoken() -> None:
    done = run("chat", "--jsonl", "--lang", "xx", typed=b'{"pass": 0}\n')
    assert done.returncode == 0
    assert json.loads(done.stdout)["lang"] == "en"
    assert len(done.stderr.splitlines()) == 1


def test_nobody_reading_any_more_is_no_complaint() -> None:
    started = subprocess.Popen(
        [sys.executable, "main.py", "chat", "--jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment(),
    )  # fmt: skip
    assert started.stdout
    assert started.stderr
    started.stdout.close()
    assert started.stdin
    started.stdin.write(b'{"pass": 0}\n' * 3)
    started.stdin.close()
    assert (started.wait(LONGEST), started.stderr.read()) == (0, b"")
    started.stderr.close()


def test_ctrl_c_ends_json_lines_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "main.py", "chat", "--jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment(),
    ) as started:  # fmt: skip
        assert started.stdin
        assert started.stdout
        assert started.stderr
        started.stdin.write(b'{"pass": 0}\n')
        started.stdin.flush()
        assert json.loads(started.stdout.readline())
        started.send_signal(signal.SIGINT)
        assert (started.wait(LONGEST), started.stderr.read()) == (130, b"")


def in_a_terminal(keys: Sequence[bytes], words: Sequence[str] = ()) -> tuple[int, bytes]:
    """Press `keys`, each when the prompt stands there; the exit code and everything that was drawn."""
    end, theirs = pty.openpty()
    take = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    started = subprocess.Popen(
        [sys.executable, "-c", take, sys.executable, "main.py", *words],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, cwd=ROOT,
        env=environment(TERM="xterm", COLUMNS="80"),
    )  # fmt: skip
    os.close(theirs)
    drawn, left = b"", list(keys)
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and select.select([end], [], [], LONGEST)[0]:
        try:
            piece = os.read(end, 65_536)
        except OSError:  # Linux says so when the other end has gone
            break
        drawn += piece
        if not piece:
            break
        if left and drawn.endswith(b"\n> "):
            os.write(end, left.pop(0))
    os.close(end)
    return started.wait(LONGEST), drawn


@pytest.mark.parametrize("last", [b"x\r", b"\x03", b"\x04"], ids=["leave", "ctrl-c", "ctrl-d"])
def test_in_a_terminal_every_way_to_leave_wipes_the_window(last: bytes) -> None:
    code, drawn = in_a_terminal([b"1\r", last])
    assert code == 0
    assert drawn.count(b"> ") == 2
    assert drawn.endswith(WIPE.encode())
    assert b"Traceback" not in drawn


# ---- what can't work


def test_an_invalid_token_is_one_line() -> None:
    for words in ((), ("telegram",)):
        assert "TELEGRAM_BOT_TOKEN" in refused(run(*words, env={"TELEGRAM_BOT_TOKEN": "canary"}))


def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "token"
    assert str(file) in refused(run(env={"TELEGRAM_BOT_TOKEN_FILE": str(file)}))
    file.write_text(f"{TOKEN}\n{TOKEN}\n")
    assert str(file) in refused(run(env={"TELEGRAM_BOT_TOKEN_FILE": str(file)}))


def test_telegram_without_a_token_says_what_to_set() -> None:
    assert "TELEGRAM_BOT_TOKEN" in refused(run("telegram"))


def test_a_token_typed_as_a_command_is_not_repeated() -> None:
    for words in ((TOKEN,), ("telegram", TOKEN), ("chat", f"--token={TOKEN}"), ("chat", "--lang", TOKEN)):
        assert "--help" in refused(run(*words))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://canary.invalid"])
def test_no_network_is_one_line(url: str) -> None:
    env = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url, "STORE": "memory", "BOT_LOG_LEVEL": "CRITICAL"}
    assert "network" in refused(run(env=env), TRY_LATER)


def test_no_network_at_the_lowest_log_level_shows_no_token() -> None:
    done = run(env={"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": "http://127.0.0.1:1", "BOT_LOG_LEVEL": "DEBUG"})
    assert done.returncode == TRY_LATER
    assert b"canary" not in (done.stdout + done.stderr).lower()
    assert b"Traceback" not in done.stderr


def test_a_data_folder_that_cant_be_used_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path in (file, file / "below", tmp_path / "none" / "there", Path("/proc/none")):
        for env in ({}, {"TELEGRAM_BOT_TOKEN": TOKEN}):
            assert str(path) in refused(run(env=env | {"BOT_DATA_DIR": str(path)}))


def test_a_store_that_is_not_there_is_one_line() -> None:
    env = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": "http://127.0.0.1:1", "BOT_LOG_LEVEL": "CRITICAL"}
    # Without Redis it answers; without Telegram it can't.
    refused(run(env=env | {"STORE": "redis://:canary@127.0.0.1:1/0"}), TRY_LATER)


def test_sessions_never_lie_on_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Settings(TOKEN, data_dir=tmp_path)
    monkeypatch.setattr(folder, "is_memory", lambda path: path == tmp_path)
    assert cli._with_memory(chosen) == chosen
    monkeypatch.setattr(folder, "is_memory", lambda path: False)
    for other in (chosen, replace(chosen, data_dir=None)):
        assert cli._with_memory(other) == replace(chosen, data_dir=None, store="memory")


BREAKS = {
    "not YAML": b"steps: [",
    "an unknown key": b"flow: start\nabout: x\ncanary: yes\n",
    "not text": b"\xff\xfe\x00canary",
    "nothing": b"",
}


#: One of them each time, since each starts four processes; the others by .ci/run.
BROKEN = ["not YAML", *(pytest.param(name, marks=pytest.mark.long) for name in BREAKS if name != "not YAML")]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_flow_file_is_one_line_and_the_checker_says_all(checkout: Path, name: str) -> None:
    (checkout / "flows" / "start.yaml").write_bytes(BREAKS[name])
    for words in ((), ("chat", "--jsonl"), ("export",)):
        line = refused_with_words(run(*words, root=checkout))
        assert "flows/start.yaml:" in line
    checked = run("check", root=checkout)
    assert checked.returncode == 1
    assert b"flows/start.yaml:" in checked.stdout + checked.stderr
    assert b"Traceback" not in checked.stderr


def refused_with_words(done: subprocess.CompletedProcess[bytes]) -> str:
    """As `refused`, for lines that may name what stands in a file."""
    done.stderr = done.stderr.replace(b"canary", b"word")
    return refused(done)


def test_flows_that_are_not_there_are_one_line(copies: Path) -> None:
    for name in ("flows", "locales"):
        shutil.rmtree(copies / name, ignore_errors=True)
    refused(run(root=copies))
    assert run("check", root=copies).returncode == 1


def test_a_defect_of_ours_shows_where_and_not_with_which_words() -> None:
    done = run_code(
        "import sys; from bot import cli; from bot.channels import jsonl\n"
        "def reply(*_): raise RuntimeError('canary')\n"
        "jsonl.reply = reply; sys.exit(cli.main(['chat', '--jsonl']))",
        typed=b'{"say": "canary"}\n',
    )
    assert done.returncode == 2
    first, second = done.stderr.decode().splitlines()
    assert first.startswith("ERROR unexpected error=RuntimeError at=bot/channels/jsonl.py:")
    assert second.startswith("janymda: ")
    assert b"canary" not in done.stdout + done.stderr


def test_a_missing_package_is_named() -> None:
    done = run_code("import sys; sys.modules['rich.console'] = None; from bot import cli; sys.exit(cli.main(['chat']))")
    assert "rich" in refused(done)


# ---- the other commands


def test_the_flows_are_well_and_what_was_checked_is_counted() -> None:
    done = run("check")
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    for word in (b"flows", b"steps", b"states", b"edges", b"texts", b"sources"):
        assert word in done.stdout


def test_the_dialogue_is_exported_as_one_json_object() -> None:
    done = run("export")
    assert (done.returncode, done.stderr) == (0, b"")
    exported = json.loads(done.stdout.decode("utf-8"))
    assert list(exported) == ["languages", "states", "steps", "centres"]
    assert exported["steps"]
    assert exported["centres"]


def understanding(body: str, typed: bytes) -> subprocess.CompletedProcess[bytes]:
    return run_code(
        f"import sys, types; room = types.ModuleType('bot.understanding'); {body}\n"
        "sys.modules['bot.understanding'] = room\n"
        "from bot import cli; sys.exit(cli.main(['understand']))",
        typed=typed,
    )


def test_words_are_understood_line_by_line() -> None:
    answered = "room.understand = lambda words: types.SimpleNamespace(language='', topics=(), crisis=None, why='')"
    done = understanding(answered, "one\r\nкөмек\n\nlast".encode())
    assert (done.returncode, done.stderr) == (0, b"")
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["one", "көмек", "", "last"]
    assert all(list(line) == ["text", "language", "topics", "crisis", "why"] for line in lines)


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in (b"chat", b"telegram", b"check", b"export", b"understand"):
        assert command in done.stdout
