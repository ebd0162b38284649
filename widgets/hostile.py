"""The last line of defence against text that would move the cursor, hide itself or shift a column.

Texts arrive sanitized; what slips through all the same is made visible here as its code point in angle
brackets, so that nothing but printable characters of known width reaches the terminal.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

# Control (C0, C1, DEL), format (bidi, zero width, soft hyphen, tags), surrogate, private use, unassigned,
# line and paragraph separators: obeyed by some terminals, invisible or of unknown width on the others.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_COMBINING = frozenset({"Mn", "Mc", "Me"})

# Blank or joining characters whose category says letter, symbol or mark.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

_MARKS_ON_ONE = 2
"""Combining marks that one character may carry; real scripts need no more, stacks hide other lines."""


def visible(text: str) -> str:
    """`text` in composed form (NFC), with every character that could be obeyed or hidden as ``<1B>``."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = _MARKS_ON_ONE
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in _COMBINING and not _is_variation(character) and character not in _INVISIBLE:
            # A mark with nothing before it would sit on whatever cell stands to the left; one that is a cell
            # wide by itself is as good as a letter.
            if cell_len(character):
                marks = 0
                shown.append(character)
            elif marks < _MARKS_ON_ONE:
                marks += 1
                shown.append(character)
            else:
                shown.append(_code(character))
            continue
        if category in _REFUSED or _is_refused(character):
            marks = _MARKS_ON_ONE
            shown.append(_code(character))
        elif category == "Zs":
            marks = _MARKS_ON_ONE
            shown.append(" " * cell_len(character))
        else:
            marks = 0
            shown.append(character if cell_len(character) else _code(character))
    return "".join(shown)


def transliterate(text: str) -> str:
    """Printable ASCII that says the same: known signs by name, letters without accents, the rest as ``?``."""
    if text.isascii():
        return text
    return "".join(_ascii(character) for character in text)


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    known = _SIGNS.get(character)
    if known is not None:
        return known
    base = "".join(part for part in unicodedata.normalize("NFKD", character) if part.isascii())
    return base if base.isprintable() and base else "?" * cell_len(character)


def _code(character: str) -> str:
    return f"<{ord(character):02X}>"


def _is_variation(character: str) -> bool:
    point = ord(character)
    return 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF or 0x180B <= point <= 0x180F


def _is_refused(character: str) -> bool:
    # Regional indicators and skin tones join their neighbours in some terminals and not in others.
    point = ord(character)
    return (
        0x1F1E6 <= point <= 0x1F1FF
        or 0x1F3FB <= point <= 0x1F3FF
        or character in _INVISIBLE
        or _is_variation(character)
    )


_SIGNS = {
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "↵": "Enter",
    "·": ".",
    "•": "*",
    "…": "...",
    "≥": ">=",
    "≤": "<=",
    "±": "+-",
    "≈": "~",
    "≠": "!=",
    "×": "x",
    "–": "-",
    "—": "-",
    "−": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "€": "EUR",
    "£": "GBP",
    "°": "deg",
    "µ": "u",
    "✓": "+",
    "✗": "x",
    "▸": ">",
    "●": "*",
    "▲": "^",
    "■": "#",
    "○": "o",
    "□": "_",
    "◑": "%",
    "◇": "-",
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
}
