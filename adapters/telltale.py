"""Signs that a secret stands where everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SECRET_WORDS = frozenset(
    {"token", "password", "passwd", "passphrase", "pass", "pwd", "pw", "secret", "apikey", "bearer"}
)
_KEYS = frozenset({"api", "access", "private", "application", "auth", "admin", "signing", "master"})
"""Before "key" these make a secret of it: api-key."""
_ABOUT = frozenset(
    {"file", "path", "name", "env", "var", "ref", "id", "from", "type", "stdin", "fd", "dir", "url", "ttl"}
)
"""At the end of a name these say that the secret is elsewhere: --token-file."""

_OPTION = re.compile(r"--?(?P<name>[A-Za-z][\w.-]*)(?:=(?P<value>.*))?", re.DOTALL)
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.+)", re.DOTALL)
_HEADER = re.compile(r"\b(?P<name>[A-Za-z][A-Za-z-]*)\s*:\s*(?:Bearer|Basic|Token)?\s*(?P<value>[^\s'\"]+)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:(?P<value>[^/\s@]+)@", re.IGNORECASE)
_SHAPES = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)|[\w*-]+:[\w*-]+\.[0-9a-f]{32,}"
)
"""Tokens that are known by their form: GitHub, OpenAI and alike, Slack, AWS, JWT, Unleash."""


def sounds_secret(name: str) -> bool:
    """Whether what stands under a name is likely to be a secret: "--api-key", "X-Auth-Token", "PASSWORD"."""
    words = [word for word in re.split(r"[\W_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()) if word]
    if not words or words[-1] in _ABOUT:
        return False
    if words[-1] in ("authorization", "cookie"):
        return True
    keyed = any(word == "key" and words[index - 1] in _KEYS for index, word in enumerate(words) if index)
    return keyed or not _SECRET_WORDS.isdisjoint(words)


def given_away(arguments: Sequence[str]) -> str:
    """Say what looks like a secret among a command's arguments, which every user of the machine can see.

    Returns:
        A name that is safe to show ("--token", "an address with a password"), or "".
    """
    for index, argument in enumerate(arguments):
        address = _ADDRESS.search(argument)
        if address and _literal(address["value"]):
            return "an address with a password"
        if _SHAPES.search(argument):
            return "something of the form of a token"
        for header in _HEADER.finditer(argument):
            if sounds_secret(header["name"]) and _literal(header["value"]):
                return f"the header {header['name'][:40]}"
        found = _OPTION.fullmatch(argument) or _VARIABLE.fullmatch(argument)
        if found is None or not sounds_secret(found["name"]):
            continue
        value = found["value"]
        if value is None:
            following = arguments[index + 1] if index + 1 < len(arguments) else ""
            value = "" if following.startswith("-") else following
        if _literal(value):
            return argument.partition("=")[0][:40]
    return ""


def _literal(value: str) -> bool:
    """Not empty, no path, and nothing that a script fills in."""
    return bool(value) and value[0] not in "/$~<{@%"
