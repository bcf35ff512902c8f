"""One spelling for many: words of three languages in either script, as rough Latin letters.

"қорқамын", "коркамын", "qorqamyn" and "korkamin" are one word, typed on four keyboards; so are "чё делать" and
"4e delat". Everything is brought to Latin, since that way nothing must be guessed. English passes through the same
mill; its own letters are looked at besides (`features`).
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LATIN = re.compile("[a-z]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LOOKALIKES = str.maketrans("aceopxykhmtbi", "асеорхукнмтві")

#: C is the sound of "ч", S of "ш" and "щ": single letters, so that no ending splits them.
_LETTERS = str.maketrans({
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "j", "з": "z",
    "и": "i", "й": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "c", "ч": "C",
    "ш": "S", "щ": "S", "ъ": "", "ы": "i", "ь": "", "і": "i", "э": "e", "ю": "iu", "я": "ia", "ў": "u", "ї": "i",
    "є": "e", "ґ": "g", "ş": "S", "š": "S", "ç": "C", "č": "C", "ž": "j", "ŋ": "n", "ı": "i", "ß": "s", "'": "",
    "y": "i", "x": "h", "q": "k", "w": "v",
})  # fmt: skip
_DIGRAPHS = (
    ("shch", "S"), ("sch", "S"), ("tch", "C"), ("sh", "S"), ("ch", "C"), ("zh", "j"), ("dj", "j"), ("kh", "h"),
    ("gh", "g"), ("ph", "f"), ("ck", "k"), ("yo", "e"), ("ye", "e"),
)  # fmt: skip
#: A single digit that stands for a letter inside a word; at its beginning only "4" does ("4to"), others count.
_DIGIT = re.compile(r"^4(?=[^\W\d]{2})|(?<=[^\W\d])\d(?=[^\W\d])")
_DIGITS = {"0": "o", "1": "i", "3": "e", "4": "C", "5": "s", "6": "S", "7": "t", "9": "ia"}
#: Between two consonants "4" is the "a" of "st4b", elsewhere the "ч" of "xo4u".
_FOUR = re.compile("(?<=[bcdfghjklmnpqrstvwxz])4(?=[bcdfghjklmnpqrstvwxz])")
_REPEATED = re.compile(r"(.)\1+")


def words(text: str) -> list[str]:
    """The words of a clean text, apostrophes within them kept."""
    return _WORD.findall(text)


def rough(word: str) -> str:
    """A word in rough letters a-z, C and S; digits and other scripts stay as they are."""
    if not word.isalpha():
        word = _DIGIT.sub(lambda found: _DIGITS.get(found[0], found[0]), _FOUR.sub("a", word))
    if _CYRILLIC.search(word):
        if _LATIN.search(word):
            word = word.translate(_LOOKALIKES)
        word = word.replace("дж", "ж")
    else:
        word = _latin(word)
    word = word.translate(_LETTERS)
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        word = word.translate(_LETTERS)
    return _REPEATED.sub(r"\1", word.replace("ng", "n").replace("ts", "c"))


def _latin(word: str) -> str:
    for several, one in _DIGRAPHS:
        if several in word:
            word = word.replace(several, one)
    return word
