"""Text of any kind, as SQLite and JSON can hold it.

Both refuse a lone surrogate, which JSON from outside may bring.
"""

from __future__ import annotations

import re

_MARK = "\uffff"
"""A noncharacter: it may stand in UTF-8, and hardly ever stands in a text."""
_UNHOLDABLE = re.compile("[\ud800-\udfff\uffff]")
_WRITTEN = re.compile(_MARK + "([0-9a-f]{4})")


def stored(text: str) -> str:
    """Write out what UTF-8 cannot hold; `restored` gives the very same text back."""
    if text.isascii():
        return text
    return _UNHOLDABLE.sub(lambda found: f"{_MARK}{ord(found[0]):04x}", text)


def restored(text: str) -> str:
    """Give back what `stored` was given."""
    if text.isascii() or _MARK not in text:
        return text
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)
