"""Durations as the configuration and PromQL write them."""

from __future__ import annotations

import re

from adapters.errors import BadOptions

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_RANGE = re.compile(r"\[\s*((\d+)(ms|[smhdw]))\s*\]")


def seconds(text: str, key: str, where: str, *, least: int = 1, most: int = 400 * 86_400) -> int:
    """Read a duration like "15s", "1m", "24h" or "28d".

    Raises:
        BadOptions: it is none, or outside `least` to `most` seconds.
    """
    match = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if match is None:
        raise BadOptions(
            f"`{key}` is not a duration", where=where, todo='Write it like "15s", "1m", "24h", "28d".'
        )
    found = int(int(match[1]) * _UNITS[match[2]])
    if not least <= found <= most:
        raise BadOptions(
            f"`{key}` is out of range",
            where=where,
            todo=f"Between {least} s and {most // 3600} h is accepted.",
        )
    return found


def ranges(query: str) -> list[tuple[str, float]]:
    """Each range in a query, as (its text, its seconds), in order; those of subqueries are left out."""
    return [(text, int(number) * _UNITS[unit]) for text, number, unit in _RANGE.findall(query)]
