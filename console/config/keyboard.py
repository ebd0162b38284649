"""Names of keys: as people write them in console.toml, and as the screen calls them."""

from __future__ import annotations

import re
import unicodedata

from adapters.errors import BadOptions
from adapters.options import choices, printable

NAMED = (
    *("enter", "escape", "tab", "space", "backspace", "delete", "insert"),
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *(f"f{number}" for number in range(1, 13)),
)
"""Keys that type no character, as the screen calls them."""

_ALIASES = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete"}
# Textual's own short names (textual.keys.KEY_NAME_REPLACEMENTS).
_SHORT = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_CHARACTERS = {
    (_SHORT.get(name, name)): character
    for character in map(chr, range(33, 127))
    if not character.isalnum()
    for name in [unicodedata.name(character).lower().replace(" ", "_").replace("-", "_")]
}
_NAMES = {character: name for name, character in _CHARACTERS.items()}
_MODIFIED = re.compile(r"(?:(ctrl|alt|shift)\+)(.+)", re.IGNORECASE | re.DOTALL)
_TAKEN = {
    "ctrl+i": "terminals send it for tab",
    "ctrl+m": "terminals send it for enter",
    "ctrl+j": "terminals send it for enter",
    "ctrl+h": "terminals send it for backspace",
    "ctrl+left_square_bracket": "terminals send it for escape",
    "ctrl+c": "it always leaves",
    "ctrl+s": "it stops the terminal's output",
    "ctrl+q": "it starts the terminal's output again",
    "ctrl+z": "it stops programs",
}
_SHOWN = {"enter": "↵", "escape": "esc", "up": "↑", "down": "↓", "left": "←", "right": "→"}
_SHOWN |= {"pageup": "pgup", "pagedown": "pgdn", "delete": "del"}


def read_key(text: str, where: str, name: str) -> str:
    """The screen's name of a key: "]" is right_square_bracket, "F2" is f2, "Ctrl+P" is ctrl+p.

    Args:
        where, name: table and key that it stands under, for messages.

    Raises:
        BadOptions: there is no such key, or terminals do not tell it from another.
    """
    found = _named(text)
    if found is None:
        raise BadOptions(
            f"`{name}` names no key `{printable(text)}`",
            where=where,
            todo=choices("keys", text.lower(), ("a letter, digit or sign", "ctrl+LETTER", *NAMED)),
        )
    if found in _TAKEN:
        raise BadOptions(
            f"`{name}` cannot be on {text}: {_TAKEN[found]}", where=where, todo="Take another key."
        )
    return found


def types(key: str) -> bool:
    """Whether a key (the screen's name) types a character where one can be typed."""
    return len(key) == 1 or key == "space" or key in _CHARACTERS


def shown(key: str) -> str:
    """A key as it is printed: "]", "F2", "ctrl+p", "↵"."""
    if re.fullmatch(r"f[0-9]+", key):
        return key.upper()
    modifier, plus, rest = key.rpartition("+")
    return f"{modifier}{plus}{_SHOWN.get(rest) or _CHARACTERS.get(rest, rest)}"


def _named(text: str) -> str | None:
    if text in _NAMES:
        return _NAMES[text]
    if len(text) == 1 and text.isascii() and text.isalnum():
        return text
    if text == " ":
        return "space"
    modified = _MODIFIED.fullmatch(text)
    if modified is None:
        low = text.lower()
        low = _ALIASES.get(low, low)
        return low if low in NAMED or low in _CHARACTERS else None
    modifier, rest = modified[1].lower(), _named(modified[2])
    if rest is None or "+" in rest:
        return None
    if modifier == "shift" and len(rest) == 1:
        return rest.upper() if rest.isalpha() else None
    return f"{modifier}+{rest.lower()}"
