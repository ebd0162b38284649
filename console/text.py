"""Text from outside, made fit to be shown."""

from __future__ import annotations

import unicodedata

from adapters.untrusted import Untrusted

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me"})
# Letters and symbols that are drawn as nothing; their categories do not give them away.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_VARIATION_SELECTORS = frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), 0x034F)))
_MARKS_IN_A_ROW = 2

SAID_LENGTH = 60
"""Characters of a provider's words that are quoted in a step."""


def sanitize(text: Untrusted) -> str:
    """Make raw text safe to print: one line, and nothing in it that acts or hides.

    Control characters (C0, DEL, C1), bidirectional overrides, zero-width and other invisible characters, lone
    surrogates and unassigned code points are written out, because in an injection sample their presence is
    the evidence: ESC is ``^[``, a line feed ``^J``, anything else ``<U+202E>``. Every kind of blank becomes a
    plain space. Combining marks beyond two in a row are written out, so that text cannot climb out of its
    line. Markup is left as it is: it is shown by means that do not read any.
    """
    return plain(text.raw)


def plain(text: str) -> str:
    """Do what `sanitize` does to a string that is not marked as foreign but may hold foreign parts."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if category == "Zs":
            shown.append(" ")
        elif _acts_or_hides(character, category) or marks > _MARKS_IN_A_ROW:
            shown.append(_written_out(character))
        else:
            shown.append(character)
    return "".join(shown)


def quoted(text: Untrusted) -> str:
    """What somebody said, in quotation marks, sanitized and cut to the length of a step."""
    raw = text.raw.strip()
    shown = sanitize(Untrusted(raw[:SAID_LENGTH]))
    return f"'{shown}…'" if len(raw) > SAID_LENGTH else f"'{shown}'"


def _acts_or_hides(character: str, category: str) -> bool:
    return (
        category in _HIDDEN_CATEGORIES
        or character in _BLANKS
        or character in _VARIATION_SELECTORS
        or 0xE0100 <= ord(character) <= 0xE01EF
    )


def _written_out(character: str) -> str:
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    return f"<U+{code:04X}>"
