"""The one list of codes. `docs/diagnostics.md` is written from it, `tests/broken/` holds an example of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means, in one line for authors."""

    meaning: str
    severity: str = "error"


_SYNTAX = {
    "F001": "The file is not YAML as we read it: a quote, a bracket, a colon or the indentation is wrong.",
    "F002": "An anchor or alias (& or *). Write the words out.",
    "F003": "A tag (!). Everything is words here; no tag is needed.",
    "F004": "A merge key (<<). Write the keys out.",
    "F005": "The same key twice in one table; YAML itself would silently drop the first.",
    "F006": "A tab. Indent with spaces.",
    "F007": "Nested deeper than 20 levels.",
    "F008": "The file is larger than 256 KB. Split it.",
    "F009": "More than one document (---) in a file.",
    "F010": "The file can't be read as UTF-8 text.",
    "F011": "A hidden character: zero width, a writing-direction mark, a byte order mark or a private one.",
    "F012": "People's words between brackets. Give them a line of their own.",
    "F013": "A comment behind people's words: with a '#' in the words, the rest would be lost silently.",
    "F014": "A key that is not allowed here.",
    "F015": "A required key is missing.",
    "F016": "The wrong kind: a list, a table or words stand where another kind is expected.",
    "F017": "Not one of the words allowed here.",
    "F018": "A name that is not lower-case letters, digits and underscores.",
    "F019": "A file the folder must have is missing.",
}

_NAMES = {
    "F101": "The flow is not named like its file.",
    "F102": "No such step.",
    "F103": "Not a value of this slot, or not what it can read as.",
    "F104": "No such slot.",
    "F105": "An answer to `ask` has no choice.",
    "F106": "A choice leads nowhere: neither it nor its step has a `go`.",
    "F107": "No such word in words.yaml.",
    "F108": "No such entry in centres.yaml.",
    "F109": "No such service in centres.yaml.",
    "F110": "No such source in sources.yaml.",
    "F111": "The source has no such passage.",
    "F112": "`moment` may be tested in `say` only: a button can't know when it will be pressed.",
    "F113": "Nobody answers this slot: it can't be asked for or set.",
    "F114": "A local slot has the name of a slot of slots.yaml.",
    "F115": "No such placeholder.",
    "F116": "Two steps whose ids have the same short code in buttons. Rename one.",
    "F117": "The slot's `unset` is not one of its values.",
    "F118": "Words that the bot itself says are missing in words.yaml.",
    "F119": "A choice has the name of a command (help, exit, menu, back, language).",
    "F120": "The same typed words stand for two commands.",
    "F121": "A safe word that somebody may type by chance: too short, or one slip from a word of the topics.",
    "F122": "A word under `not` that is a word of a command itself, or that no command comes near.",
}

_DIALOGUE = {
    "F201": "A group of says does not cover a case that can happen.",
    "F202": "The rules of a `go` do not cover a case that can happen.",
    "F203": "Nobody can reach this step.",
    "F204": "Nobody is ever offered this choice.",
    "F205": "A rule that is never used.",
    "F206": "A say that is never shown.",
    "F207": "A dead end: no choice is offered here.",
    "F208": "A choice of an overlay sets a slot and leads to no step of its own: the answers beneath stay untouched.",
    "F209": "The parents of this step never lead to the first screen.",
    "F210": "Too many states. Make a slot local, or ask it later.",
    "F212": "Hours or a place are said where none are known: {hiv_left} needs `elapsed` open, {place} a chosen place.",
    "F214": "More answers may be kept at this step than a button can carry. Make a slot local to its flow.",
    "F213": "A hard fact on a screen that opens by itself. It belongs behind a choice that names it.",
    "F211": '`parent` is an overlay; "back" needs a step to return to.',
}

_SIZE = {
    "F301": "A label has more than 24 characters.",
    "F302": "A screen has more than 1024 characters.",
    "F303": "More than 5 choices besides the commands.",
    "F304": "A sentence has more than 25 words.",
    "F305": "One word mixes Latin and Cyrillic letters.",
    "F306": 'Words with "you" or "your" need both readers\' wordings, or `readers: both`.',
    "F307": "Nothing is said here: the words are empty.",
    "F308": "A line that anybody may see (in a list of chats, on a lock screen, in the profile) tells the subject.",
}

_SOURCES = {
    "F401": "A claim without a source. Add `source`, or `claim: no` if it is none.",
    "F402": "A phone number typed into words. Numbers come from centres.yaml through placeholders.",
    "F403": "A declared short number typed as digits. Use its placeholder.",
    "F404": "A web or mail address or an @name typed into words.",
    "F405": "Digits other than 0-9.",
}

_DIRECTORY = {
    "C101": "Not a valid phone number of its country.",
    "C102": "A short number is not three digits.",
    "C103": "A service nobody knows; it is not in the list of services.",
    "C104": "No such place or region in places.yaml.",
    "C105": "The same id twice.",
    "C106": "Coordinates that are not in Kazakhstan.",
    "C107": "A name is missing in a language, or longer than 24 characters.",
    "C108": "An entry that nobody can reach: no number, no address, no note.",
    "C109": "An entry that can't be read: a key is missing, unknown or of the wrong kind.",
}

_CATALOGUES = {
    "L104": "A placeholder is lost, added or misspelt in the translation.",
    "L105": "A mark (**, a bullet, a paragraph) is lost or added in the translation.",
    "L106": "A number is lost, added or changed in the translation.",
    "L107": "A translated label has more than 24 characters.",
    "L108": "One word of the translation mixes Latin and Cyrillic letters.",
    "L109": "A hidden character in the translation.",
    "L110": "A phone number, an address or an @name in the translation.",
    "L111": "The catalogue can't be read.",
    "L112": "A word that is never said stands in the translation (table \"Never\" of locales/GLOSSARY.md).",
    "L113": "A safety word is lost or changed in the translation (table \"Safety words\" of locales/GLOSSARY.md).",
    "L114": "Quotation marks of another language, or « without ».",
    "L115": "Russian words that tell whether a man or a woman reads.",
    "L116": "English left in the translation. Names that stay so stand in locales/GLOSSARY.md.",
    "L117": "A row of locales/GLOSSARY.md that can't be read.",
}

#: Errors in a language that release.yaml lists under `offered`.
_WARNINGS = {
    "L101": "Not translated yet.",
    "L102": "Marked fuzzy: counts as not translated.",
    "L103": "A translation of words that are no longer in the flows.",
}

#: Warnings everywhere: nothing is wrong yet, but somebody has to look again.
REVIEWS = {
    "F406": "A source is past its review date: read it anew, then move `review` in sources.yaml.",
    "C110": "An entry is past its review date: dial its numbers, then give it a `review` in centres.yaml.",
}

_ERRORS = _SYNTAX | _NAMES | _DIALOGUE | _SIZE | _SOURCES | _DIRECTORY | _CATALOGUES

CODES = MappingProxyType(
    {code: Code(meaning) for code, meaning in _ERRORS.items()}
    | {code: Code(meaning, "warning") for code, meaning in (_WARNINGS | REVIEWS).items()}
)

_FAMILIES = {
    "F0": "Syntax and shape. Reported first and alone",
    "F1": "Names. Reported once every file can be read",
    "F2": "The dialogue, in every state that can be reached",
    "F3": "Size and tone",
    "F4": "Sources and numbers",
    "C1": "Centres and places",
    "L1": "Catalogues",
}
_INTRODUCTION = """# What can be wrong

`python main.py check` names every mistake with file, line and column. The example behind each code is a file that holds
this one mistake, and a test demands that exactly this code is found at the place its first line names.

This page is written by `python -m bot.authoring.codes`; a test keeps it in step.
"""


def page(examples: Path) -> str:
    """`docs/diagnostics.md`: every code, what it means, an example."""
    files = {path.name.partition("-")[0]: path.name for path in sorted(examples.iterdir()) if path.is_file()}
    lines = [_INTRODUCTION]
    for family, title in _FAMILIES.items():
        lines += [f"## {family}: {title}\n", "| code | means | example |", "| --- | --- | --- |"]
        for name, code in sorted(CODES.items()):
            if name.startswith(family):
                until = " (a warning)" if name in REVIEWS else " (a warning, until the language is offered)"
                kind = until if code.severity == "warning" else ""
                lines.append(f"| {name} | {code.meaning}{kind} | [{files[name]}](../tests/broken/{files[name]}) |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    root = Path(__file__).parents[2]
    (root / "docs" / "diagnostics.md").write_text(page(root / "tests" / "broken"), encoding="utf-8")
