"""Draws docs/conversation.png: real screens of the real flows, as a chat.

Run `.venv/bin/python docs/picture.py`; it needs Chromium.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot import conversation
from bot.authoring.load import load
from bot.conversation import Answer, Book
from bot.render import Screen

NOW = datetime(2026, 1, 15, 22, 0, tzinfo=ZoneInfo("Asia/Almaty"))
STYLE = """
body { margin: 0; background: #dfe7e2; font: 15px/1.36 "Noto Sans", sans-serif; color: #16211c; }
.phones { display: flex; gap: 22px; padding: 22px; align-items: flex-start; }
.phone { width: 330px; background: #eef3ef; border-radius: 18px; padding: 12px; box-shadow: 0 1px 4px #0003; }
.bubble { background: #fff; border-radius: 12px; padding: 10px 13px; white-space: pre-wrap; }
.row { display: flex; gap: 5px; margin-top: 5px; }
.button { flex: 1; background: #cfdcd4; border-radius: 9px; padding: 8px 4px; text-align: center; }
.danger { background: #c8372d; color: #fff; }
.pressed { outline: 3px solid #2d6b4f; }
"""


def draw(screen: Screen, pressed: str) -> str:
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(screen.text)).replace("\n- ", "\n• ")
    rows: dict[int, list[str]] = {}
    for button in screen.buttons:
        look = f"button {button.style} {'pressed' if button.id == pressed else ''}"
        rows.setdefault(button.row, []).append(f'<div class="{look}">{html.escape(button.label)}</div>')
    drawn = "".join(f'<div class="row">{"".join(row)}</div>' for row in rows.values())
    return f'<div class="phone"><div class="bubble">{text}</div>{drawn}</div>'


def walk(book: Book, taps: list[str], language: str) -> str:
    answer: Answer = conversation.begin(book, language, NOW)
    drawn = []
    for name in [*taps, ""]:
        drawn.append(draw(answer.screen, name))
        button = next((one for one in answer.screen.buttons if one.id == name), None)
        if button:
            answer = conversation.tap(book, button.code, language, NOW)
    return "".join(drawn)


def picture(target: Path, taps: list[str], language: str, width: int, height: int) -> None:
    book, diagnostics = load()
    assert book is not None, "\n".join(map(str, diagnostics))
    body = f'<style>{STYLE}</style><div class="phones">{walk(book, taps, language)}</div>'
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(f'<!doctype html><meta charset="utf-8">{body}', encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        command += [f"--user-data-dir={folder}/profile", f"--window-size={width},{height}", "--hide-scrollbars"]
        command += [f"--screenshot={target}", page.as_uri()]
        subprocess.run(command, check=True, timeout=120, capture_output=True)


if __name__ == "__main__":
    shown = sys.argv[3].split(",") if len(sys.argv) > 3 else ["yes", "me", "no_go_on", "under_24h"]
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("conversation.png")
    picture(where, shown, sys.argv[2] if len(sys.argv) > 2 else "en", 375 + 352 * len(shown), 870)
