"""The dialogue in a terminal: numbered buttons, letters for the commands, or words.

Nothing is said here that is not in the flows. In a real terminal leaving wipes the window, as the exit does elsewhere.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot import conversation
from bot.conversation import Answer, Book
from bot.dialogue.model import COMMANDS
from bot.logs import event
from bot.render import Button, Screen

#: The letter typed for a command; numbers stay for what this screen asks.
LETTERS = {"help": "h", "exit": "x", "back": "b", "menu": "m", "language": "l"}

#: Lines longer than this many characters tire the eye, however wide the window.
WIDEST = 80

#: As much as a messenger would carry; the rest of a longer line is not read.
LONGEST_WORDS = 4096

#: Empties the window and what can be scrolled back to, and puts the cursor in its corner.
WIPE = "\x1b[2J\x1b[3J\x1b[H"

#: Columns that the frame around a screen and its inner margin take.
FRAME = 6

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Window:
    """Where a person reads and types. Colours and frames are drawn only where the output is a terminal."""

    console: Console
    read: TextIO
    live: bool  #: both ends are a terminal: somebody sits there

    @classmethod
    def of(cls, read: TextIO, write: TextIO) -> Window:
        console = Console(file=write, force_terminal=write.isatty(), highlight=False, markup=False, emoji=False)
        console.width = min(console.width, WIDEST)
        return cls(console, read, read.isatty() and write.isatty())


def run(book: Book, language: str, read: TextIO, write: TextIO, clock: Clock = lambda: datetime.now(UTC)) -> None:
    """Talk until the person leaves, presses Ctrl-C or the input ends. Raises BrokenPipeError when nobody reads."""
    window = Window.of(read, write)
    with contextlib.suppress(KeyboardInterrupt):  # another way to leave
        _talk(book, language, window, clock)
    if window.live:
        window.console.file.write(WIPE)
    window.console.file.flush()


def _talk(book: Book, language: str, window: Window, now: Clock) -> None:
    answer = conversation.begin(book, language, now())
    draw(window.console, answer.screen)
    for words in _typed(window):
        answer = answered(book, answer, words, language, now())
        if answer.screen.left:
            return
        draw(window.console, answer.screen)


def _typed(window: Window) -> Iterator[str]:
    """What is typed, line by line; empty lines are nothing said."""
    while line := _line(window):
        if words := line.strip()[:LONGEST_WORDS]:
            yield words


def _line(window: Window) -> str:
    if window.live:
        window.console.file.write("> ")
        window.console.file.flush()
    return window.read.readline()


def answered(book: Book, answer: Answer, words: str, language: str, now: datetime) -> Answer:
    """One turn: a number, a letter or a label presses its button, anything else is said in words.

    A defect of ours leads to the menu, as on every channel: nobody in need reads an error.
    """
    button = pressed(answer.screen, words)
    try:
        if button:
            return conversation.tap(book, button.code, language, now)
        return conversation.say(book, answer.code, words, language, now)
    except Exception as error:
        event("turn-failed", error=error)
        return conversation.tap(book, "", language, now)


def pressed(screen: Screen, words: str) -> Button | None:
    """The button that these words name on this screen, if any."""
    typed = words.casefold()
    for key, button in keys(screen):
        if typed in (key, button.label.casefold()):
            return button
    return None


def keys(screen: Screen) -> list[tuple[str, Button]]:
    """Each button with what is typed for it: numbers from 1, letters for the commands.

    A flow may name a choice as a command is named; the command stands below it, so it is the later one.
    """
    last = {button.id: button for button in screen.buttons}
    commands = [button for button in screen.buttons if button.id in COMMANDS and last[button.id] is button]
    choices = [button for button in screen.buttons if button not in commands]
    numbered = [(str(number), button) for number, button in enumerate(choices, 1)]
    return numbered + [(LETTERS[button.id], button) for button in commands]


# ---- drawing


def draw(console: Console, screen: Screen) -> None:
    """One screen: what is said, framed where that can be drawn, then what can be typed."""
    console.print()
    if console.is_terminal:
        said = paragraphs(console, screen.text, console.width - FRAME)
        console.print(Panel(said, border_style="dim", padding=(1, 2)))
    else:
        console.print(paragraphs(console, screen.text, console.width))
    for card in screen.cards:
        console.print("\n", paragraphs(console, card, console.width), sep="")
    console.print("\n", typeable(screen, console.width), sep="")


def paragraphs(console: Console, text: str, width: int) -> Text:
    """The flows' own marks, wrapped; the further lines of a bullet stand below its first word."""
    return Text("\n").join(piece for line in text.split("\n") for piece in _wrapped(console, line, width))


def _wrapped(console: Console, line: str, width: int) -> list[Text]:
    if not line:
        return [Text()]
    if not line.startswith("- "):
        return _pieces(console, line, width)
    pieces = _pieces(console, line[2:], width - 2)
    return [Text("  " if number else "- ") + piece for number, piece in enumerate(pieces)]


def _pieces(console: Console, words: str, width: int) -> list[Text]:
    pieces = list(marked(words).wrap(console, width))
    for piece in pieces:
        piece.rstrip()
    return pieces


def marked(words: str) -> Text:
    """`**bold**` as bold: every second piece between the marks. Anything else is drawn as it stands."""
    text = Text()
    for number, piece in enumerate(words.split("**")):
        text.append(piece, style="bold" if number % 2 else "")
    return text


def typeable(screen: Screen, width: int) -> Text:
    """Choices one below the other, then the commands in rows that break only between them."""
    names = [(key, _key(key, button)) for key, button in keys(screen)]
    choices = [name for key, name in names if key.isdigit()]
    rows = _rows([name for key, name in names if not key.isdigit()], width)
    return Text("\n").join([*choices, *([Text()] if choices else []), *rows])


def _key(key: str, button: Button) -> Text:
    colour = "red" if button.style == "danger" else "cyan"
    name = Text(f"{key:>4}  " if key.isdigit() else f"  [{key}] ", f"bold {colour}")
    return name.append(button.label, "default not bold")


def _rows(names: list[Text], width: int) -> list[Text]:
    rows: list[Text] = []
    for name in names:
        if rows and rows[-1].cell_len + name.cell_len < width:
            rows[-1] = rows[-1] + name
        else:
            rows.append(name)
    return rows
