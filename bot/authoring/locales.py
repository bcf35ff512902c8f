"""`make locales`: brings the catalogues up to date with the flows. The same words always give the same bytes.

No dates and no line numbers are written, so a change in a catalogue is a change of words; no fuzzy matching, since it
copies the survivor's translation into the friend's entry.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.authoring.diagnostic import Diagnostic
from bot.authoring.directory import LANGUAGES
from bot.authoring.extract import comments
from bot.authoring.folder import Folder, read_folder
from bot.authoring.load import FLOWS, LOCALES
from bot.authoring.phrases import phrases
from bot.authoring.release import UNREVIEWED, reviewed

_HEADER = "# {} of Janymda.\n# The words are under the licence of the flows they translate."
_WHO = {"ru": "Russian translation", "kk": "Kazakh translation"}


def template(folder: Folder) -> Catalog:
    """Every English wording, in the order of the files."""
    catalogue = _catalogue(None)
    for phrase in phrases(folder):
        if phrase.text:
            where = [(phrase.place.file, 0)]
            catalogue.add(phrase.text, context=phrase.context, locations=where, auto_comments=comments(phrase))
    return catalogue


def _catalogue(language: str | None, unreviewed: bool = False) -> Catalog:
    header = _HEADER.format(_WHO.get(language, f"Translation ({language})") if language else "Words to translate")
    header += f"\n#\n# {UNREVIEWED[0].upper()}{UNREVIEWED[1:]}." if unreviewed else ""
    return Catalog(language, project="Janymda", version="1", charset="utf-8", header_comment=header, fuzzy=False)


def update(folder: Folder, locales: Path, languages: Sequence[str]) -> Iterator[Path]:
    """Write the template and a catalogue for each language; yields what was written."""
    pot = template(folder)
    yield _write(pot, locales / "messages.pot")
    for language in languages:
        path = locales / language / "LC_MESSAGES" / "messages.po"
        yield _write(_updated(pot, language, path, language not in reviewed(folder.release)), path)


def _updated(pot: Catalog, language: str, path: Path, unreviewed: bool) -> Catalog:
    """The words of the flows with the translations there are; what the flows no longer say is dropped."""
    old = _catalogue(language)
    if path.is_file():
        with path.open("rb") as opened:
            old = read_po(opened, locale=language, abort_invalid=True)
    new = _catalogue(language, unreviewed)
    for message in pot:
        if message.id:
            there = old.get(message.id, message.context)
            flags = there.flags if there else set()
            new.add(
                message.id,
                there.string if there else "",
                message.locations,
                flags,
                message.auto_comments,
                there.user_comments if there else (),
                context=message.context,
            )
    return new


def _write(catalogue: Catalog, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, include_lineno=False, ignore_obsolete=True)
    path.write_bytes(b"".join(line for line in buffer.getvalue().splitlines(True) if not _changes(line)))
    return path


def _changes(line: bytes) -> bool:
    """Header lines that would differ from run to run, or between versions of Babel."""
    names = (b"POT-Creation-Date", b"PO-Revision-Date", b"Generated-By", b"Last-Translator", b"Language-Team")
    return line.startswith(tuple(b'"' + name for name in (*names, b"Report-Msgid-Bugs-To")))


def known_languages(locales: Path) -> list[str]:
    """Russian and Kazakh, and whatever was begun beside them."""
    begun = {path.parent.parent.name for path in locales.glob("*/LC_MESSAGES/messages.po")}
    return sorted(begun | set(LANGUAGES) - {"en"})


def main(new: Sequence[str]) -> int:
    """`new`: languages to begin."""
    folder, found = read_folder(FLOWS)
    if folder is None:
        return _refuse(found)
    for path in update(folder, LOCALES, sorted({*known_languages(LOCALES), *new})):
        sys.stdout.write(f"{path.relative_to(LOCALES.parent)}\n")
    return 0


def _refuse(found: Sequence[Diagnostic]) -> int:
    sys.stderr.writelines(f"{one}\n" for one in found)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
