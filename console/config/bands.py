"""Healthy bands as they are written in console.toml."""

from __future__ import annotations

import math
from typing import Any

from adapters.errors import BadOptions
from console.config.settings import Band

_ACCEPTED = (
    'Accepted: { below = "1%" }, { above = 0.8 }, { within_percent_of = 10 }, { trend = 1.25 }, '
    "{ shape = true }."
)


def parse_band(raw: Any, where: str) -> Band | None:
    """Read a `band` table.

    Args:
        raw: None takes the signal's default.

    Raises:
        BadOptions: not exactly one known key, or a value that makes no band.
    """
    if raw is None:
        return None
    if not isinstance(raw, dict) or len(raw) != 1:
        raise _bad(where, "key `band` must be a table with exactly one key")
    ((kind, value),) = raw.items()
    match kind:
        case "below":
            return Band(below=_amount(value, where, kind))
        case "above":
            return Band(above=_amount(value, where, kind))
        case "within_percent_of":
            return Band(within_percent=_number(value, where, kind))
        case "trend":
            return Band(trend=_number(value, where, kind))
        case "shape":
            if value is not True:
                raise _bad(where, "key `band.shape` can only be true")
            return Band(shape=True)
        case _:
            raise _bad(where, f"unknown key `band.{kind}`")


def _amount(value: Any, where: str, kind: str) -> float:
    """A number, or a percentage as a share."""
    if isinstance(value, str) and value.rstrip().endswith("%"):
        try:
            return _positive(float(value.rstrip()[:-1]) / 100, where, kind)
        except ValueError:
            raise _bad(where, f"key `band.{kind}` is {value!r}, which is no percentage") from None
    return _number(value, where, kind)


def _number(value: Any, where: str, kind: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad(where, f"key `band.{kind}` is {value!r}, which is no number")
    return _positive(float(value), where, kind)


def _positive(value: float, where: str, kind: str) -> float:
    if not math.isfinite(value) or value <= 0:
        raise _bad(where, f"key `band.{kind}` is {value:g}, and must be over 0")
    return value


def _bad(where: str, what: str) -> BadOptions:
    return BadOptions(what, where=where, todo=_ACCEPTED)
