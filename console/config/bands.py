"""Healthy bands as they are written in console.toml."""

from __future__ import annotations

import math
from typing import Any

from adapters.errors import BadOptions
from console.config.settings import Band

_KINDS = ("below", "above", "within_percent_of", "trend", "shape")
_ACCEPTED = (
    'Accepted: { below = "1%" }, { above = 0.8 }, { within_percent_of = 10 }, { trend = 1.25 }, '
    "{ shape = true }."
)


FITTING = {
    "errors": "below",
    "latency": "within_percent_of",
    "cost": "within_percent_of",
    "feedback": "below",
    "evals": "within_percent_of",
    "tickets": "trend",
    "injection": "shape",
}
"""The kind of band that each of the seven is judged by."""


def parse_band(raw: Any, signal: str, where: str) -> Band | None:
    """Read a `band` table.

    Args:
        raw: None takes the signal's default.
        signal: one of the seven.

    Raises:
        BadOptions: not exactly one known key, one that does not fit the signal, or a value that is no band.
    """
    if raw is None:
        return None
    if not isinstance(raw, dict) or len(raw) != 1:
        raise _bad(where, "key `band` must be a table with exactly one key")
    ((kind, value),) = raw.items()
    if kind in _KINDS and kind != FITTING[signal]:
        raise _bad(
            where, f"key `band.{kind}` does not fit this signal, which is judged by `{FITTING[signal]}`"
        )
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
