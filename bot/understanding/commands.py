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
#: What takes the chat or the screen away. A slip that is missed here costs a tap, one that is none costs the chat.
GRAVE = frozenset(("exit", "start", "back"))

Phrase = tuple[str, ...]  #: rough words
#: A stuck key; before the rough spelling, in which one letter may become two.
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True, eq=False)
class Commands:
    """What may be said instead of a button: phrase -> name of the command, `safe`, or `language.ru`."""

    phrases: Mapping[Phrase, str]
    around: frozenset[str]  #: rough words that may stand beside a number and change nothing: "call", "please"
    numbers: frozenset[str]  #: emergency numbers, as digits
    others: frozenset[str] = frozenset()  #: words, as people spell them, that look like a command and are none
    apart: frozenset[str] = frozenset()  #: the same words, rough


#: Nothing may be typed instead of a button.
NONE = Commands({}, frozenset(), frozenset())


def rough(text: str) -> Phrase:
    """A phrase as it is compared."""
    return tuple(spelling.rough(_DOUBLED.sub(r"\1", word)) for word in spelling.words(clean(text)))


def compiled(
    spoken: Mapping[str, Iterable[str]], around: Iterable[str], numbers: Iterable[str], others: Iterable[str] = ()
) -> Commands:
    """`spoken`: name -> phrases in any language and script."""
    phrases = {rough(text): name for name, texts in spoken.items() for text in texts}
    others = tuple(others)
    beside, apart = (frozenset(word for text in texts for word in rough(text)) for texts in (around, others))
    own = frozenset(word for text in others for word in spelled(text))
    return Commands(phrases, beside, frozenset(numbers), own, apart)


def spelled(text: str) -> Phrase:
    """The words in their own spelling: "закрыть" and "закрыт" are one word in the rough one."""
    return tuple(spelling.words(clean(text)))


def only_digits(words: str) -> bool:
    """ "1", "12 30": nothing that tells of anything, once it is no emergency number."""
    found = spelled(words[:MOST_CHARACTERS])
    return bool(found) and len(words) <= MOST_CHARACTERS and all(word.isdecimal() for word in found)


def exact(known: Commands, words: str) -> str:
    """The command that these words are, and nothing else; empty if they are none. A number is `help`."""
    if len(words) > MOST_CHARACTERS:
        return ""
    if _is_number(known, words):
        return "help"
    return "" if known.others.intersection(spelled(words)) else known.phrases.get(rough(words), "")


def slipped(known: Commands, words: str) -> str:
    """The one command that is a single slip away. A word that people use for something else is no slip."""
    typed = rough(words) if len(words) <= MOST_CHARACTERS else ()
    if len(typed) > MOST_WORDS:
        return ""
    alike = ((phrase, name) for phrase, name in known.phrases.items() if len(phrase) == len(typed))
    near = {name for phrase, name in alike if _near(known, typed, phrase, name in GRAVE)}
    return near.pop() if len(near) == 1 else ""


def _near(known: Commands, typed: Phrase, phrase: Phrase, grave: bool) -> bool:
    wrong = [(one, right) for one, right in zip(typed, phrase, strict=True) if one != right]
    if len(wrong) != 1:
        return False
    [(one, right)] = wrong
    another = one in known.apart or one in reader().rules.known or grave and _other_ends(one, right)
    return len(right) >= LONG_ENOUGH and one_slip(one, right) and not another


def _other_ends(one: str, right: str) -> bool:
    """With another letter at its beginning or its end a word is mostly another one: "closet", "lose", "star"."""
    return one[:1] != right[:1] or one[-1:] != right[-1:]


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
