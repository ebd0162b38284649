"""Taking secrets out of what comes back from those they were given to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SHORTEST = 6
"""Characters. Replacing a shorter word would spoil innocent text, and a secret that short hides nothing."""


MOST = 256
"""Secrets that are remembered; with more, those go that were used longest ago."""

_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
_SHORTEST_ENCODED = 8
"""Characters. Fewer of base64 may stand in any text."""

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
    """Replace each secret by ``[secret]``: as it is, percent-encoded, in hexadecimal, and in base64.

    Of base64 the whole word is replaced in which the secret stands, wherever in it that is.
    """
    for secret in secrets:
        if len(secret) < SHORTEST:
            continue
        plain, encoded = _forms(secret)
        for form in plain:
            data = data.replace(form, b"[secret]")
        for form in encoded:
            if form in data:
                data = _without_words(data, form)
    return data


@lru_cache(maxsize=MOST)
def _forms(secret: str) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """What a secret is written as: forms that stand for themselves, and what a word of base64 has of it."""
    from base64 import b64encode, urlsafe_b64encode
    from json import dumps
    from urllib.parse import quote, quote_plus

    raw = secret.encode()
    texts = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), dumps(secret)[1:-1]}
    texts |= {re.sub("%..", lambda code: code[0].lower(), text) for text in texts}
    texts |= {text.replace("/", "\\/") for text in texts} | {raw.hex(), raw.hex().upper()}
    encoded: set[bytes] = set()
    # Base64 writes three bytes at a time, and what comes before the secret decides where the three begin.
    for skipped in range(3):
        whole = raw[skipped : skipped + (len(raw) - skipped) // 3 * 3]
        encoded |= {b64encode(whole), urlsafe_b64encode(whole)}
    return (
        tuple(sorted((text.encode() for text in texts), key=len, reverse=True)),
        tuple(form for form in encoded if len(form) >= _SHORTEST_ENCODED),
    )


def _without_words(data: bytes, form: bytes) -> bytes:
    """Replace each word of base64 that holds a form."""
    kept: list[bytes] = []
    done = 0
    while (at := data.find(form, done)) >= 0:
        begin, end = at, at + len(form)
        while begin > done and data[begin - 1] in _BASE64:
            begin -= 1
        while end < len(data) and data[end] in _BASE64:
            end += 1
        kept += [data[done:begin], b"[secret]"]
        done = end
    return b"".join((*kept, data[done:]))
