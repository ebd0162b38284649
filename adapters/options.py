"""Decoding an adapter's table of the configuration, with messages that name table and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from adapters.errors import BadOptions, UnknownKey

Options = TypeVar("Options", bound=msgspec.Struct)

Reference = Annotated[str, msgspec.Meta(extra={"words": "secret reference"})]
"""Type of a key that names a secret (`adapters.secrets.Secret`)."""
Duration = Annotated[str, msgspec.Meta(extra={"words": "duration"})]
"""Type of a key that is read by `adapters.durations.seconds`."""

WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
"""msgspec's names of types (msgspec.ValidationError) in the words of TOML."""


def decode(kind: type[Options], options: Mapping[str, Any], *, where: str) -> Options:
    """Turn a table into the adapter's own `Options`.

    Args:
        kind: a msgspec.Struct; its fields are the accepted keys.
        options: the table as TOML gave it.
        where: the table as the user wrote it ("feature.flag of support-drafts").

    Raises:
        UnknownKey: a key that is no field.
        BadOptions: a missing key, or a value of the wrong type. No value is repeated in
            the message, since it may be a secret.
    """
    fields = msgspec.structs.fields(kind)
    accepted = [field.encode_name for field in fields]
    for key in options:
        if key not in accepted:
            raise UnknownKey(
                f"unknown key `{printable(key)}`",
                where=where,
                todo=choices("keys", key, accepted),
                key=key,
                accepted=accepted,
            )
    missing = [field.encode_name for field in fields if field.required and field.encode_name not in options]
    if missing:
        raise BadOptions(
            f"missing key `{missing[0]}`",
            where=where,
            todo=f"Add it. {choices('keys', '', accepted)}",
        )
    try:
        return msgspec.convert(dict(options), kind)
    except msgspec.ValidationError as error:
        key, wrong = _explain(str(error))
        raise BadOptions(f"`{key}` {wrong}", where=where, todo=f"Change `{key}` there.") from None


def choices(noun: str, given: str, accepted: Iterable[str]) -> str:
    """Say what is accepted, and what was probably meant."""
    # Only needed when something is wrong, and difflib is not free to import.
    from difflib import get_close_matches

    names = sorted(accepted)
    listed = f"Accepted {noun}: {', '.join(names) or 'none'}."
    close = get_close_matches(given, names, n=1)
    return f"Did you mean `{close[0]}`? {listed}" if close else listed


def printable(key: str) -> str:
    """A key of the user's own file, cut and escaped so that a message stays one readable line."""
    short = key if len(key) <= 60 else f"{key[:57]}..."
    return short if short.isprintable() else ascii(short)[1:-1]


def base_url(url: str, *, where: str, key: str = "url", schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Check an address that paths are added to.

    Returns:
        The address without a slash at its end.

    Raises:
        BadOptions: another scheme, no host, a bad port, a query, or a password in it (addresses are shown
            on screens and written to logs).
    """

    def bad(wrong: str, todo: str) -> BadOptions:
        return BadOptions(f"`{key}` {wrong}", where=where, todo=todo)

    example = f"Write it like {schemes[0]}://host:port/path."
    if not url.isprintable() or " " in url:
        raise bad("holds a space or a control character", example)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad("is not an address", example) from None
    if parts.username is not None or parts.password is not None:
        raise bad("holds a user name or password", "Take it out, and give it in a key of its own.")
    if parts.scheme not in schemes:
        raise bad(f"does not start with {' or '.join(f'{scheme}://' for scheme in schemes)}", example)
    if not parts.hostname or port == 0:
        raise bad("names no host" if not parts.hostname else "names port 0", example)
    if parts.query or parts.fragment:
        raise bad("holds a ? or #", "Give the address alone; parameters have keys of their own.")
    return url.rstrip("/")


def _explain(message: str) -> tuple[str, str]:
    """Put "Expected `str`, got `int` - at `$.url`" into (key, words)."""
    text, _, path = message.partition(" - at `$")
    key = path.rstrip("`").lstrip(".") or "?"
    found = re.fullmatch(r"Expected `([^`]+)`, got `([^`]+)`", text)
    if found is None:
        return key, f"is not accepted ({text[:1].lower()}{text[1:]})"
    wanted = " or ".join(WORDS.get(name, name) for name in found[1].split(" | "))
    return key, f"must be {wanted}, not {WORDS.get(found[2], found[2])}"
