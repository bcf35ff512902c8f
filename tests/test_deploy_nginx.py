"""The reverse-proxy example: nothing of a person is written down, and only Telegram's updates pass."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.channels.telegram import webhook
from bot.settings import WEBHOOK_LISTEN

ROOT = Path(__file__).parents[1]
LINES = [line.split("#")[0].strip() for line in (ROOT / "deploy/nginx.conf").read_text("utf-8").splitlines()]
DIRECTIVES = [tuple(line.rstrip(";").split()) for line in LINES if line.endswith(";")]


def values(name: str) -> list[tuple[str, ...]]:
    return [rest for head, *rest in DIRECTIVES if head == name]  # type: ignore[misc]


def test_nothing_is_logged_or_put_into_a_file() -> None:
    assert values("access_log") == [["off"]]
    assert values("error_log") == [["/dev/null", "emerg"]]
    assert values("client_body_in_file_only") == [["off"]]
    assert values("proxy_max_temp_file_size") == [["0"]]
    assert values("client_max_body_size") == values("client_body_buffer_size") == [["1m"]]
    assert webhook.MOST_BYTES == 2**20


def test_only_updates_pass_and_nobody_is_named_to_the_bot() -> None:
    assert [line for line in LINES if line.startswith("location")] == ["location = /updates {", "location / {"]
    assert values("return") == [["404"]]
    assert values("deny")[-1] == ["all"]
    assert [rest for rest in values("proxy_set_header") if rest[1] != '""'] == []
    passed = {rest[0] for rest in values("proxy_set_header")}
    assert {"X-Forwarded-For", "X-Real-IP"} <= passed


def test_it_waits_longer_than_we_do_and_shorter_than_telegram() -> None:
    ((seconds,),) = values("proxy_read_timeout")
    assert webhook.HOLD < float(seconds.rstrip("s")) < 60
    assert values("server")[0][0] == WEBHOOK_LISTEN


def test_braces_match() -> None:
    text = "\n".join(LINES)
    assert text.count("{") == text.count("}") > 3
    assert [line for line in LINES if line and not re.search(r"[;{}]$", line)] == []


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_itself_can_read_it(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^\s*(ssl_certificate\S*|listen) .*$", "", (ROOT / "deploy/nginx.conf").read_text("utf-8"))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; events {{}} http {{ {text} }}")
    command = ["nginx", "-t", "-q", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
