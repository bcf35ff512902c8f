"""A catalogue as babel reads it, and not as we do."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po


def messages(path: Path) -> Catalog:
    with path.open("rb") as opened:
        return read_po(opened, abort_invalid=True)
