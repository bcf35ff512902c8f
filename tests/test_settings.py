"""Settings: every mistake is one clear line, and no secret is ever shown."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.settings import Settings, SettingsError

TOKEN = "1234567:AAcanary-canary_CANARY"
SECRET = "canary"


def refused(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        settings.read(environ)
    message = str(caught.value)
    assert message
    assert message.isprintable()  # so: one line
    return message


def test_nothing_set_is_a_bot_that_talks_in_the_terminal() -> None:
    assert settings.read({}) == Settings("", "https://api.telegram.org", None, "sqlite", 30, "INFO")
    names = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN_FILE", "TELEGRAM_API_URL", "BOT_DATA_DIR", "STORE")
    assert settings.read(dict.fromkeys((*names, "BOT_HIDE_MINUTES", "BOT_LOG_LEVEL"), "  ")) == settings.read({})


def test_the_environment_of_the_process_is_read_unless_another_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_HIDE_MINUTES", "7")
    assert settings.read().hide_minutes == 7
    assert settings.read({}).hide_minutes == 30


def test_everything_can_be_set() -> None:
    read = settings.read(
        {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": "http://127.0.0.1:8081/",
            "BOT_DATA_DIR": "some/folder",
            "STORE": "redis://localhost/0",
            "BOT_HIDE_MINUTES": "1440",
            "BOT_LOG_LEVEL": "debug",
        }
    )
    folder = Path.cwd() / "some" / "folder"
    assert read == Settings(TOKEN, "http://127.0.0.1:8081", folder, "redis://localhost/0", 1440, "DEBUG")


@pytest.mark.parametrize("around", ["{}", "{}\n", "{}\r\n", "\ufeff{}\n", "  {} \n\n", "\t{}"])
def test_a_token_is_read_from_a_file_without_what_editors_add(tmp_path: Path, around: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(around.format(TOKEN).encode())
    assert settings.read({"TELEGRAM_BOT_TOKEN_FILE": str(file)}).token == TOKEN
    assert settings.read({"TELEGRAM_BOT_TOKEN": around.format(TOKEN)}).token == TOKEN


BAD_FILES = {
    "empty": b"",
    "two lines": f"{TOKEN}\n{TOKEN}\n".encode(),
    "lone carriage return": f"{TOKEN}\r{TOKEN}".encode(),
    "no token": SECRET.encode(),
    "a note before it": f"token={TOKEN}".encode(),
    "not text": b"\xff\xfe" + TOKEN.encode(),
    "another alphabet's digits": "١٢٣:canary".encode(),
    "endless": b"1:" + b"canary" * 10_000,
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_token_file_is_named_and_its_content_is_not(tmp_path: Path, name: str) -> None:
    file = tmp_path / "token.txt"
    file.write_bytes(BAD_FILES[name])
    message = refused({"TELEGRAM_BOT_TOKEN_FILE": str(file)})
    assert str(file) in message
    assert SECRET not in message


def test_a_token_file_that_cant_be_opened_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path, tmp_path / "nul\0"):
        assert settings.one_line(path) in refused({"TELEGRAM_BOT_TOKEN_FILE": str(path)})
    assert "\n" not in refused({"TELEGRAM_BOT_TOKEN_FILE": str(tmp_path / "two\nlines")})


BAD = [
    {"TELEGRAM_BOT_TOKEN": SECRET},
    {"TELEGRAM_BOT_TOKEN": f"x{TOKEN}"},
    {"TELEGRAM_BOT_TOKEN": f"{TOKEN}\n{TOKEN}"},
    {"TELEGRAM_BOT_TOKEN": f"{TOKEN}/../canary"},
    {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_BOT_TOKEN_FILE": "somewhere"},
    {"TELEGRAM_API_URL": "canary"},
    {"TELEGRAM_API_URL": "ftp://canary.example"},
    {"TELEGRAM_API_URL": "https://"},
    {"TELEGRAM_API_URL": "https://user:canary@example.org"},
    {"TELEGRAM_API_URL": "https://example.org/?canary"},
    {"TELEGRAM_API_URL": "https://example.org:canary"},
    {"TELEGRAM_API_URL": "https://[canary"},
    {"STORE": "canary"},
    {"STORE": "redis://"},
    {"STORE": "redis://[canary"},
    {"BOT_HIDE_MINUTES": "0"},
    {"BOT_HIDE_MINUTES": "1441"},
    {"BOT_HIDE_MINUTES": "-1"},
    {"BOT_HIDE_MINUTES": "1.5"},
    {"BOT_HIDE_MINUTES": "٣٠"},
    {"BOT_HIDE_MINUTES": "canary"},
    {"BOT_RATE": "0"},
    {"BOT_RATE": "canary"},
    {"BOT_RATE": "1e3"},
    {"BOT_RATE": "٢٥"},
    {"BOT_CHAT_RATE": "-1"},
    {"BOT_CHAT_RATE": "99999"},
    {"BOT_WEBHOOK_URL": "canary"},
    {"BOT_WEBHOOK_URL": "http://canary.example/updates"},
    {"BOT_WEBHOOK_URL": "https://canary.example"},
    {"BOT_WEBHOOK_URL": "https://canary.example/"},
    {"BOT_WEBHOOK_URL": "https://user:canary@example.org/updates"},
    {"BOT_WEBHOOK_URL": "https://example.org/updates?canary"},
    {"BOT_WEBHOOK_URL": "https://[canary/updates"},
    {"BOT_WEBHOOK_LISTEN": "canary"},
    {"BOT_WEBHOOK_LISTEN": "127.0.0.1:0"},
    {"BOT_WEBHOOK_LISTEN": "127.0.0.1:65536"},
    {"BOT_WEBHOOK_LISTEN": "unix:canary"},
    {"BOT_WEBHOOK_SECRET_FILE": "/missing/file"},
    {"BOT_LOG_LEVEL": "canary"},
    {"BOT_LOG_LEVEL": "10"},
]


@pytest.mark.parametrize("environ", BAD)
def test_a_bad_value_is_refused_by_the_name_of_its_setting(environ: dict[str, str]) -> None:
    message = refused(environ)
    assert next(iter(environ)) in message
    assert SECRET not in message


def test_the_webhooks_secret_is_made_from_the_token_or_read_from_a_file(tmp_path: Path) -> None:
    hook = {"TELEGRAM_BOT_TOKEN": TOKEN, "BOT_WEBHOOK_URL": "https://example.org/updates"}
    made = settings.read(hook).webhook_secret
    assert len(made) == 64
    assert made == settings.read(hook).webhook_secret, "each machine that has the token makes the same"
    assert made != settings.read(hook | {"TELEGRAM_BOT_TOKEN": TOKEN + "x"}).webhook_secret
    assert SECRET not in repr(settings.read(hook))
    file = tmp_path / "secret"
    file.write_text("canary-canary-canary\n")
    chosen = settings.read(hook | {"BOT_WEBHOOK_SECRET_FILE": str(file), "BOT_WEBHOOK_LISTEN": "unix:/run/x.sock"})
    assert chosen.webhook_secret == "canary-canary-canary"
    assert SECRET not in repr(chosen)
    for bad in ("canary", "canary canary canary", "x" * 257, "canary" * 5 + "\u00fc"):
        file.write_text(bad)
        assert SECRET not in refused(hook | {"BOT_WEBHOOK_SECRET_FILE": str(file)})


def test_rates_and_addresses_that_can_be_meant_are_taken() -> None:
    assert settings.read({"BOT_RATE": "1000", "BOT_CHAT_RATE": "0.5"}).rate == 1000.0
    for listen in ("0.0.0.0:80", "[::1]:8080", ":8080", "localhost:1", "unix:/run/janymda/hook.sock"):
        assert settings.read({"BOT_WEBHOOK_LISTEN": listen}).webhook_listen == listen
    for url in ("https://example.org/updates", "https://example.org:8443/a/b"):
        assert settings.read({"BOT_WEBHOOK_URL": url}).webhook_url == url


TELEGRAM = ["TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN_FILE", "TELEGRAM_API_URL"]
OURS = ["STORE", "BOT_HIDE_MINUTES", "BOT_LOG_LEVEL", "BOT_RATE", "BOT_CHAT_RATE"]
OURS += ["BOT_WEBHOOK_URL", "BOT_WEBHOOK_LISTEN"]


@given(st.sampled_from([*TELEGRAM, *OURS]), st.text(min_size=1))
def test_whatever_is_set_is_either_read_or_refused_in_one_line(name: str, value: str) -> None:
    try:
        settings.read({name: value})
    except SettingsError:
        assert name in refused({name: value})


def test_what_may_be_secret_is_not_in_the_representation() -> None:
    full = Settings(TOKEN, f"https://{SECRET}.example", None, f"redis://:{SECRET}@host")
    assert SECRET not in repr(full)
    assert SECRET not in f"{full!s}"
    with pytest.raises(dataclasses.FrozenInstanceError):
        full.token = ""  # type: ignore[misc]


def test_reading_leaves_the_environment_alone() -> None:
    before = dict(os.environ)
    settings.read()
    assert dict(os.environ) == before
