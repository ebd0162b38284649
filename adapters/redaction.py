"""Taking secrets out of what comes back from those they were given to."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 6
"""Characters. Replacing a shorter word would spoil innocent text, and a secret that short hides nothing."""


def hide(data: bytes, secrets: Iterable[str]) -> bytes:
    """Replace each secret by ``[secret]``."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            data = data.replace(secret.encode(), b"[secret]")
    return data
