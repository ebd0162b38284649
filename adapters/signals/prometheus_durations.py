"""Durations as PromQL writes them."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_RANGE = re.compile(r"\[\s*((\d+)(ms|[smhdw]))\s*\]")


def ranges(query: str) -> list[tuple[str, float]]:
    """Each range in a query, as (its text, its seconds), in order; those of subqueries are left out."""
    return [(text, int(number) * _UNITS[unit]) for text, number, unit in _RANGE.findall(query)]
