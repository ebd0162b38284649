"""Paths and addresses that console.toml names itself, rather than an adapter's table in it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from adapters.errors import BadOptions
from adapters.telltale import sounds_secret


def own_path(text: str, file: Path, key: str, where: str, *, fallback: Path | None = None) -> Path:
    """Read a path: ``~`` is the user's home, and a relative one starts at the folder of `file`.

    Args:
        fallback: a folder to take it into where the user has no home.

    Raises:
        BadOptions: it is empty, cannot be shown, or needs a home that there is not.
    """
    if not text.strip() or not text.isprintable():
        wrong = "is empty" if not text.strip() else "holds a character that no path should"
        raise BadOptions(f"`{key}` {wrong}", where=where, todo="Write a path.")
    try:
        return file.parent / Path(text).expanduser()
    except RuntimeError:
        if fallback is not None:
            return fallback / Path(text).name
        raise BadOptions(
            f"`{key}` begins with the home of a user who has none", where=where, todo="Write the whole path."
        ) from None


def check_page(url: str, key: str, where: str) -> None:
    """Check an address that is asked as it stands, its query with it.

    Raises:
        BadOptions: another scheme than HTTP, no host, a bad port, or a password in it.
    """
    example = "Write it like https://host/path."
    if not url.isprintable() or " " in url:
        raise BadOptions(f"`{key}` holds a space or a control character", where=where, todo=example)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadOptions(f"`{key}` is not an address", where=where, todo=example) from None
    if parts.username is not None or parts.password is not None:
        raise BadOptions(
            f"`{key}` holds a user name or password", where=where, todo="Take it out; it would be shown."
        )
    told = [name for name, _ in parse_qsl(parts.query) if sounds_secret(name)]
    if told:
        raise BadOptions(
            f"`{key}` holds what looks like a secret", where=where, todo="Take it out; it would be shown."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise BadOptions(f"`{key}` is no address of a web page", where=where, todo=example)
