"""Russian words that tell whether a man or a woman reads. Nobody is asked, so nobody may be taken for one of the two.

"Вы" with a plural is neutral; what betrays is a singular beside "вы" or "я", on a button, or in brackets. A list of
patterns and no grammar: it rather misses a form than cries at innocent ones (a past tense that agrees with a noun).
"""

from __future__ import annotations

import re

from bot.authoring.glossary import folded

#: Between the pronoun and the word that betrays.
_BETWEEN = r"(?:(?:не|ни|уже|еще|тоже|сейчас|тогда|давно|потом|когда-то|все|так|и|бы|сами|вчера|сегодня|просто)\s+)*"
#: Adjectives and participles that have a gender in the singular; the plural of none of them matches.
_SHORT = (
    r"(?:готова?|рада?|должна|должен|обязана?|согласна|согласен|уверена?|виновата?|ранена?|беременна|пьяна?|жива?"
    r"|здорова?|больна|болен|голодна|голоден|одинока?|свободна|свободен|способна|способен|напугана?|растерянн?а?"
    r"|изнасилована?|избита?|пострадавш(?:ая|ий)|потерпевш(?:ая|ий)|замужем|женат|какая|какой|такая|такой"
    r"|одна|один|сама?)"
)
#: Past tense, singular; the plural ends in -ли.
_PAST = r"[а-я]{1,}(?:[аяеиоуы]ла?|[аяеиоуы]л(?:ся|ась)|шла|шел|шлась|шелся|могла|мог|спасла|спас)"
#: Past tenses that people put on buttons. Not был, была: there they agree with a noun.
_PRESSED = (
    r"(?:понял|прочитал|прочел|решил|передумал|хотел|сделал|устал|забыл|потерял|написал|позвонил|нашел|узнал|сообщил"
    r"|обратил|испугал|запутал|попробовал|сохранил|увидел|пережил)(?:а|ся|ась)?|поняла|прочла|нашла"
)

_PATTERNS = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        rf"\b(?:вы|я)\s+{_BETWEEN}(?:{_PAST}|{_SHORT})\b",
        rf"\b(?:если|когда|хотя|даже если)\s+{_BETWEEN}(?:готова?|ранена?|согласна|согласен|беременна|уверена?)\b",
        r"\b(?:вам|вас|вами|мне|меня|себе|себя)\s+(?:самой|самому|саму|самого|одной|одному|одну|одного)\b",
        r"\b[а-я]+(?:ть|ться|ти|тись|чь|чься)\s+(?:одной|одному|самой|самому)\b",
        r"\bчувств[а-я]+\s+себя\s+(?:не\s+)?[а-я]{3,}(?:ой|ым|им)\b",
        r"[а-я]{2,}\((?:а|ла|ая|на|ась|лась|сь|ой|ым|ей|его|ее|ица|ка)\)",
        r"\b[а-я]{2,}/(?:а|ла|ая|на|ась|лась|ой|ка|ица)\b",
        r"\b([а-я]{3,})/\1а\b",
        r"\b(?:он/она|она/он|его/ее|ее/его|ему/ей|ей/ему|него/нее|сам/сама|один/одна|должен/должна)\b",
    )
)
_LABEL = re.compile(rf"(?:(?:да|нет|не|уже|все),?\s+)*(?:{_PRESSED}|{_SHORT})(?:\W|$)", re.IGNORECASE)
#: "One of them", "which doctor", "the examination itself": words that stand on buttons and agree with a noun.
_INNOCENT = re.compile(r"(?:одна|один|сама?|какая|какой|такая|такой)\s", re.IGNORECASE)
_WHOLE = re.compile(r"(?:(?:да|нет|не),?\s+)*(?:был|была|одна|один|сама?)", re.IGNORECASE)


def gendered(text: str, label: bool = False) -> str:
    """The first wording that betrays the reader's gender, or nothing. `label`: the person says these words."""
    bare = folded(text)
    found = next((hit[0] for one in _PATTERNS if (hit := one.search(bare))), "")
    if not found and label:
        hit = _WHOLE.fullmatch(bare) or (None if _INNOCENT.match(bare) else _LABEL.match(bare))
        found = hit[0].strip() if hit else ""
    return found
