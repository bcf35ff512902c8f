"""Messages that are nothing but a command: a word or a short phrase, an emergency number, the safe word.

The words are data (`flows/topics/commands.yaml`). They are compared in the rough spelling of this room, so "выход",
"vyhod" and "ВЫХОД!!" are one word, as are "шығу" and "shygu".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding import spelling
from bot.understanding.normal import clean
from bot.understanding.reading import reader

#: Longer messages tell of something.
MOST_WORDS = 5
#: Characters in which a number or a command may stand; whatever is longer is not looked at.
MOST_CHARACTERS = 200
#: Letters from which on one slip of the finger still leaves the word what it was.
LONG_ENOUGH = 5

Phrase = tuple[str, ...]  #: rough words
#: A stuck key; before the rough spelling, in which one letter may become two.
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True, eq=False)
class Commands:
    """What may be said instead of a button: phrase -> name of the command, `safe`, or `language.ru`."""

    phrases: Mapping[Phrase, str]
    around: frozenset[str]  #: rough words that may stand beside a number and change nothing: "call", "please"
    numbers: frozenset[str]  #: emergency numbers, as digits


#: Nothing may be typed instead of a button.
NONE = Commands({}, frozenset(), frozenset())


def rough(text: str) -> Phrase:
    """A phrase as it is compared."""
    return tuple(spelling.rough(_DOUBLED.sub(r"\1", word)) for word in spelling.words(clean(text)))


def compiled(spoken: Mapping[str, Iterable[str]], around: Iterable[str], numbers: Iterable[str]) -> Commands:
    """`spoken`: name -> phrases in any language and script."""
    phrases = {rough(text): name for name, texts in spoken.items() for text in texts}
    return Commands(phrases, frozenset(word for text in around for word in rough(text)), frozenset(numbers))


def exact(known: Commands, words: str) -> str:
    """The command that these words are, and nothing else; empty if they are none. A number is `help`."""
    if len(words) > MOST_CHARACTERS:
        return ""
    return "help" if _is_number(known, words) else known.phrases.get(rough(words), "")


def slipped(known: Commands, words: str) -> str:
    """The one command that is a single slip away. A word that people use for something else is no slip."""
    typed = rough(words) if len(words) <= MOST_CHARACTERS else ()
    if len(typed) > MOST_WORDS:
        return ""
    near = {name for phrase, name in known.phrases.items() if len(phrase) == len(typed) and _near(typed, phrase)}
    return near.pop() if len(near) == 1 else ""


def _near(typed: Phrase, phrase: Phrase) -> bool:
    wrong = [(one, right) for one, right in zip(typed, phrase, strict=True) if one != right]
    if len(wrong) != 1:
        return False
    [(one, right)] = wrong
    return len(right) >= LONG_ENOUGH and one_slip(one, right) and one not in reader().rules.known


def one_slip(one: str, other: str) -> bool:
    """A letter left out, put in, replaced, or two side by side exchanged. Work grows with the length only."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    here, there = one[at:], other[at:]
    return here[1:] in (there, there[1:]) or here == there[1:] or (here[1::-1] == there[:2] and here[2:] == there[2:])


# ---- numbers


def _is_number(known: Commands, words: str) -> bool:
    """ "112", "1 1 2", "call 103!": a number of ours in any usual writing, and nothing beside it that matters."""
    tokens = _plain(words).split()
    digits = [token for token in tokens if token.isdecimal()]
    others = {word for token in tokens if not token.isdecimal() for word in rough(token)}
    if not digits or len(tokens) > MOST_WORDS or not others <= known.around:
        return False
    return "".join(digits) in known.numbers or known.numbers.issuperset(digits)


def _plain(words: str) -> str:
    """Letters, and digits of any script as 0 to 9; what joins or frames digits is a blank, marks and emoji are none."""
    return "".join(map(_character, unicodedata.normalize("NFKC", words[:MOST_CHARACTERS]).casefold()))


def _character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    kind = unicodedata.category(character)
    return character if kind[0] == "L" else "" if kind[0] == "M" or kind == "Cf" else " "


def near_any(word: str, others: Sequence[str]) -> str:
    """One of the words that this one could be mistaken for; empty if there is none. Both rough."""
    return next((one for one in others if one == word or one_slip(one, word)), "")
