"""Taking secrets out of what comes back from those they were given to."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 6
"""Characters. Replacing a shorter word would spoil innocent text, and a secret that short hides nothing."""


MOST = 256
"""Secrets that are remembered; with more, those go that were used longest ago."""

_used: dict[str, None] = {}


def remember(secret: str) -> None:
    """Note a secret that is about to be used, so that whoever writes logs can leave it out."""
    _used.pop(secret, None)
    _used[secret] = None
    while len(_used) > MOST:
        del _used[next(iter(_used))]


def used() -> tuple[str, ...]:
    """Every secret that this process has used lately, the longest first: one may be part of another."""
    return tuple(sorted(_used, key=len, reverse=True))


def hide(data: bytes, secrets: Iterable[str]) -> bytes:
    """Replace each secret by ``[secret]``."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            data = data.replace(secret.encode(), b"[secret]")
    return data
