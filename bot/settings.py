"""What an operator may set, read once from the environment. A mistake is one clear line that never shows a secret."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

TELEGRAM_API_URL = "https://api.telegram.org"
STORES = ("sqlite", "memory", "none")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
HIDE_MINUTES = range(1, 1441)
#: Requests a second, for the bot and for one chat. Telegram's own: 30 and 1; it sells up to 1,000.
RATE, CHAT_RATE, MOST_RATE = 25.0, 1.0, 10_000.0
WEBHOOK_LISTEN = "127.0.0.1:8080"

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}")
_AROUND = "\ufeff \t\r\n"  # what editors and shells add around a token
_TOKEN_FILE_BYTES = 4096
#: What Telegram takes as a webhook's secret; shorter ones could be guessed.
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
#: A name or an IPv4 address, an IPv6 address in brackets, or nothing for every interface; then the port.
_LISTEN = re.compile(r"(?:[A-Za-z0-9.-]{0,253}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})", re.ASCII)


class SettingsError(Exception):
    """A setting that can't be used. The message is one line, fit to be shown: it names the setting, not its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Valid settings. What may hold a secret is left out of the representation, so no log or test report shows it."""

    token: str = field(default="", repr=False)  #: of the Telegram bot; empty: none was set
    api_url: str = field(default=TELEGRAM_API_URL, repr=False)  #: root of the Bot API server, no slash at its end
    data_dir: Path | None = None  #: the only place anything is written; None: the memory folder of the sessions room
    store: str = field(default="sqlite", repr=False)  #: one of STORES, or `redis://…`, which may hold a password
    hide_minutes: int = 30  #: silence after which the screen becomes a neutral line
    log_level: str = "INFO"
    rate: float = RATE  #: requests a second, over all chats
    chat_rate: float = CHAT_RATE  #: messages a second to one chat
    webhook_url: str = field(default="", repr=False)  #: where Telegram brings updates; empty: we fetch them
    webhook_listen: str = WEBHOOK_LISTEN  #: `host:port`, or `unix:` and a path
    webhook_secret: str = field(default="", repr=False)  #: what Telegram shows us to be believed
    numbers_only: bool = False  #: nothing but the emergency card, on every channel


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of an environment, by default this process's. An empty value counts as not set.

    Raises SettingsError.
    """
    values = {name: text.strip() for name, text in (os.environ if environ is None else environ).items() if text.strip()}
    token, url = _token(values), _webhook_url(values.get("BOT_WEBHOOK_URL", ""))
    return Settings(
        token=token,
        api_url=_api_url(values.get("TELEGRAM_API_URL", TELEGRAM_API_URL)),
        data_dir=Path(values["BOT_DATA_DIR"]).absolute() if "BOT_DATA_DIR" in values else None,
        store=_store(values.get("STORE", "sqlite")),
        hide_minutes=_minutes(values.get("BOT_HIDE_MINUTES", "30")),
        log_level=_log_level(values.get("BOT_LOG_LEVEL", "INFO")),
        rate=_rate("BOT_RATE", values.get("BOT_RATE", str(RATE))),
        chat_rate=_rate("BOT_CHAT_RATE", values.get("BOT_CHAT_RATE", str(CHAT_RATE))),
        webhook_url=url,
        webhook_listen=_listen(values.get("BOT_WEBHOOK_LISTEN", WEBHOOK_LISTEN)),
        webhook_secret=_webhook_secret(values.get("BOT_WEBHOOK_SECRET_FILE", ""), token if url else ""),
        numbers_only=numbers_only(values),
    )


def numbers_only(environ: Mapping[str, str] | None = None) -> bool:
    """Whether nothing but the emergency card is shown. Asked by itself where no other setting matters.

    Raises SettingsError: a bot that was to be reduced must not run whole because of a slip.
    """
    text = (os.environ if environ is None else environ).get("BOT_NUMBERS_ONLY", "").strip()
    if text not in ("", "0", "1"):
        raise SettingsError("BOT_NUMBERS_ONLY is neither 0 nor 1")
    return text == "1"


def one_line(text: object) -> str:
    """A name as it may stand in a message: a path may hold line breaks and control characters."""
    return "".join(mark if mark.isprintable() else "?" for mark in str(text))


def _token(values: Mapping[str, str]) -> str:
    token, file = values.get("TELEGRAM_BOT_TOKEN", "").strip(_AROUND), values.get("TELEGRAM_BOT_TOKEN_FILE", "")
    if token and file:
        raise SettingsError("TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_TOKEN_FILE are both set: keep one of them")
    origin = f"the file {one_line(file)} (TELEGRAM_BOT_TOKEN_FILE)" if file else "TELEGRAM_BOT_TOKEN"
    if file:
        token = _token_of_file(file, origin)
    if (token or file) and not _TOKEN.fullmatch(token):
        raise SettingsError(f"{origin} holds no bot token: digits, a colon and the rest, as BotFather gave it")
    return token


def _token_of_file(name: str, origin: str) -> str:
    text = _line_of_file(name, origin)
    if len(text.splitlines()) > 1:
        raise SettingsError(f"{origin} has more than one line: it should hold the token alone")
    return text


def _line_of_file(name: str, origin: str) -> str:
    """A secret as systemd and Docker hand it over, without what editors add."""
    try:
        with open(name, "rb") as file:
            return file.read(_TOKEN_FILE_BYTES).decode("utf-8").strip(_AROUND)
    except UnicodeDecodeError:
        raise SettingsError(f"{origin} is not a text file") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{origin} can't be read: {reason(error)}") from None


def _webhook_secret(file: str, token: str) -> str:
    """From its file; else made from the token, so that every machine that has the token has the same one."""
    if not file:
        return hashlib.blake2b(token.encode(), digest_size=32, person=b"webhook").hexdigest() if token else ""
    origin = f"the file {one_line(file)} (BOT_WEBHOOK_SECRET_FILE)"
    secret = _line_of_file(file, origin)
    if not _SECRET.fullmatch(secret):
        raise SettingsError(f"{origin} holds no secret: 16 to 256 letters, digits, _ and -")
    return secret


def reason(error: Exception) -> str:
    """Why a file can't be used, in the system's words and without its path, which may be long or secret."""
    return (getattr(error, "strerror", None) or type(error).__name__).lower()


def _api_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well = False
    if not well or parts.username or parts.password or parts.query or parts.fragment or not one_line(text) == text:
        raise SettingsError("TELEGRAM_API_URL is not the root of a Bot API server, such as https://api.telegram.org")
    return text.rstrip("/")


def _webhook_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        well = not text or (parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and parts.path > "/")
    except ValueError:
        well = False
    if not well or parts.username or parts.password or parts.query or parts.fragment or one_line(text) != text:
        raise SettingsError("BOT_WEBHOOK_URL is not an https address with a path, such as https://example.org/updates")
    return text


def _listen(text: str) -> str:
    match = _LISTEN.fullmatch(text)
    if (match and 0 < int(match[1]) < 65536) or (text.startswith("unix:/") and one_line(text) == text):
        return text
    raise SettingsError("BOT_WEBHOOK_LISTEN is neither host:port nor unix:/path/of/a/socket")


def _rate(name: str, text: str) -> float:
    if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text, re.ASCII) and 0.1 <= float(text) <= MOST_RATE:
        return float(text)
    raise SettingsError(f"{name} is not a number of requests a second, such as 25 or 0.5")


def _store(text: str) -> str:
    with contextlib.suppress(ValueError):  # an address that can't be split
        if text in STORES or (text.startswith(("redis://", "rediss://")) and urlsplit(text).hostname):
            return text
    raise SettingsError("STORE is none of sqlite, memory, none, redis://…")


def _minutes(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,6}", text) and int(text) in HIDE_MINUTES:
        return int(text)
    raise SettingsError("BOT_HIDE_MINUTES is not a whole number of minutes from 1 to 1440")


def _log_level(text: str) -> str:
    if text.upper() in LOG_LEVELS:
        return text.upper()
    raise SettingsError("BOT_LOG_LEVEL is none of " + ", ".join(LOG_LEVELS))
