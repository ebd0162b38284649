"""What a lever is made of, as a short mark: a proof counts only for the lever that it has proven.

A mark changes with the lever's table and with the token behind it. It is a keyed hash, cut short: the journal
keeps it, and nobody can tell a token from it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.errors import AdapterError
from adapters.secrets import Secret

if TYPE_CHECKING:
    from console.config import FeatureConfig, ProviderTable

LENGTH = 16
"""Hexadecimal digits."""


async def fingerprints(feature: FeatureConfig) -> Mapping[int, str]:
    """The mark of each lever, by its number; one whose secret cannot be read has none. Never raises."""
    found: dict[int, str] = {}
    for number, table in enumerate((feature.flag, *feature.levers), start=1):
        mark = await _fingerprint(table, feature.name)
        if mark:
            found[number] = mark
    return found


def same_lever(then: Mapping[int, str], now: Mapping[int, str], number: int | None) -> bool:
    """Whether a lever is the one that it was; where one of the marks is not known, it is taken for it."""
    if number is None or number not in then or number not in now:
        return True
    return then[number] == now[number]


async def _fingerprint(table: ProviderTable, feature: str) -> str:
    digest = hmac.new(feature.encode(), digestmod=hashlib.sha256)
    plain = {"provider": table.provider, "kill_state": table.kill_state, "options": table.options}
    digest.update(msgspec.json.encode(plain, order="sorted", enc_hook=str))
    try:
        for reference in _references(table.options):
            revealed = await Secret(reference, where=table.where, trust=table.trust).reveal()
            digest.update(b"\0" + revealed.encode())
    except AdapterError:
        return ""
    return digest.hexdigest()[:LENGTH]


def _references(value: Any) -> Iterator[str]:
    """Secrets that a table names; what a command prints may differ each time, so its name stands for it."""
    if isinstance(value, str):
        if value.startswith(("env:", "file:")):
            yield value
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from _references(value[key])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _references(each)
