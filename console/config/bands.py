"""Healthy bands as they are written in console.toml, and the baselines that they are around."""

from __future__ import annotations

import math
from typing import Any

from adapters.errors import BadOptions
from adapters.options import choices, decode, printable
from console.config.settings import Band
from console.config.tables import BaselineTable

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

BASELINES = {"latency": ("p50", "p95", "n"), "cost": ("forecast",), "evals": ("cold", "n")}
"""Keys of the baselines that a signal's band is around; the others have none."""

DEFAULTS = {
    "errors": '{ below = "1%" }',
    "latency": "{ within_percent_of = 10 }",
    "cost": "{ within_percent_of = 20 }",
    "feedback": '{ below = "10%" }',
    "evals": "{ within_percent_of = 5 }",
    "tickets": "{ trend = 1.25 }",
    "injection": "{ shape = true }",
}
"""How the default of each is written."""


class _NoBandError(Exception):
    """What is wrong with it, in words."""


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
    try:
        return _band(raw, FITTING[signal])
    except _NoBandError as error:
        accepted = f"Accepted: {DEFAULTS[signal]}, or another number."
        if FITTING[signal] == "shape":
            accepted = f"Accepted: {DEFAULTS[signal]}."
        raise BadOptions(str(error), where=where, todo=accepted) from None


def parse_baseline(raw: Any, signal: str, where: str) -> dict[str, float]:
    """Read the `baseline` table of a signal.

    Raises:
        BadOptions: a key that this signal has no use for, or a number that no measurement gives.
    """
    if not isinstance(raw, dict):
        raise BadOptions(
            "`baseline` is not a table", where=where, todo="Write it like { p95 = 4.4, n = 1200 }."
        )
    table = decode(BaselineTable, raw, where=f"{where}, baseline")
    given = {key: value for key, value in table.numbers() if value is not None}
    fitting = BASELINES.get(signal, ())
    for key, value in given.items():
        if key not in fitting:
            todo = choices("keys", "", fitting) if fitting else "Take it out."
            raise BadOptions(f"`baseline.{key}` is of no use to this signal", where=where, todo=todo)
        if not 0 < value < math.inf or (key == "cold" and value > 1):
            most = ", and at most 1" if key == "cold" else ""
            raise BadOptions(f"`baseline.{key}` is {value:g}", where=where, todo=f"It must be over 0{most}.")
    return given


def _band(raw: Any, fitting: str) -> Band:
    if not isinstance(raw, dict) or len(raw) != 1:
        raise _NoBandError("key `band` must be a table with exactly one key")
    ((kind, value),) = raw.items()
    if kind not in (*FITTING.values(), "above"):
        raise _NoBandError(f"unknown key `band.{printable(kind)}`")
    if kind != fitting:
        raise _NoBandError(f"key `band.{kind}` does not fit this signal, which is judged by `{fitting}`")
    if kind == "below":
        return Band(below=_inside(_amount(value, kind), 0, 1, kind))
    if kind == "within_percent_of":
        return Band(within_percent=_inside(_number(value, kind), 0, 100, kind))
    if kind == "trend":
        return Band(trend=_inside(_number(value, kind), 1, math.inf, kind))
    if value is not True:
        raise _NoBandError("key `band.shape` can only be true")
    return Band(shape=True)


def _amount(value: Any, kind: str) -> float:
    """A number, or a percentage as a share."""
    if isinstance(value, str) and value.rstrip().endswith("%"):
        try:
            return float(value.rstrip()[:-1]) / 100
        except ValueError:
            raise _NoBandError(f"key `band.{kind}` is {printable(value)!r}, which is no percentage") from None
    return _number(value, kind)


def _number(value: Any, kind: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _NoBandError(f"key `band.{kind}` is no number")
    try:
        return float(value)
    except OverflowError:
        raise _NoBandError(f"key `band.{kind}` is too large a number") from None


def _inside(value: float, low: float, high: float, kind: str) -> float:
    if not low < value < high:
        wanted = f"over {low:g}" + ("" if math.isinf(high) else f" and under {high:g}")
        raise _NoBandError(f"key `band.{kind}` is {value:g}, and must be {wanted}")
    return value
