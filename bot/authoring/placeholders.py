"""`{name}` in words: filled by plain replacement, from declared names only."""

from __future__ import annotations

import re

#: Anything between braces, so that a misspelt or clever one (`{0.__class__}`) is seen and refused.
_BRACES = re.compile(r"\{([^{}]*)\}")


def placeholders(text: str) -> tuple[str, ...]:
    """Everything between braces, in order, right or wrong; a lone brace counts as a nameless one."""
    if "{" not in text and "}" not in text:
        return ()
    lone = _BRACES.sub("", text)
    return (*_BRACES.findall(text), *("" for c in lone if c in "{}"))


def without(text: str) -> str:
    """The text with its placeholders taken out, for checks of the words themselves."""
    return _BRACES.sub(" ", text)
