"""Twelve screens, three or four buttons each, about as much text as ours have: what the other bots show."""

from __future__ import annotations

from typing import NamedTuple

_SENTENCES = (
    "You can <b>call at any hour</b> and you need not give your name.",
    "The first visit takes about an hour; bring somebody you trust, if you like.",
    "Nothing has to be decided today, and <b>every question may be left out</b>.",
    "If you are not sure, ask: the people there hear this question every day.",
    "• Some of it works best when it is begun early, so go today if you can.",
    "• It costs nothing, and it does not depend on whether you report anything.",
    "Ask for the doctor on duty, say that it is urgent, and wait inside.",
    "Write down the time, the place and whom you spoke to, if you can.",
)


class Shown(NamedTuple):
    name: str
    text: str
    buttons: tuple[tuple[str, int], ...]  #: label and the number of the screen it leads to


def _shown(number: int) -> Shown:
    sentences = [_SENTENCES[(number + at) % len(_SENTENCES)] for at in range(8)]
    labels = ("Go on", "Where to get it", "Who will be told", "Back")[: 3 + number % 2]
    targets = ((number + 1) % 12, (number + 5) % 12, (number * 7 + 3) % 12, (number - 1) % 12)
    buttons = tuple((label, to) for label, to in zip(labels, targets, strict=False) if to != number)
    return Shown(f"s{number}", f"<b>Screen {number}</b>\n\n" + "\n\n".join(sentences), buttons)


SCREENS = tuple(_shown(number) for number in range(12))
