"""The scale of a chart: fixed by the band, and widened in whole steps only where data leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isclose, isfinite, log10

from console.signals.series import Series, Unit
from console.signals.verdict import Gauge

_STEPS = 5
"""Labels that a scale has about."""

_FEW = 5.0
"""A count that has no band fills no more than a part of the chart with its first few."""

_FARTHEST = 20.0
"""So many times its band's edge a scale reaches; what is beyond is marked as off the scale."""


@dataclass(frozen=True, slots=True)
class Scale:
    """`low` < `high`, and labels at round values between them, both included where they are round."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


def scale(series: Series, gauge: Gauge | None) -> Scale:
    """Choose the scale of a series.

    It begins as the gauge's, so that both are read alike; a quiet signal never fills the chart with noise.
    """
    low, high = _own(series, gauge)
    known = [value for value in series.values if value is not None and isfinite(value)]
    if known:
        high = max(high, min(max(known), _most(series)))
        low = min(low, max(min(known), _least(series)))
    if not low < high:
        low, high = (0.0, 2 * high) if high > 0 else (low, low + 1)
    # So narrow that no label could tell its ends apart, it is widened.
    high = max(high, low + 1e-6, low + 1e-6 * max(abs(low), abs(high)))
    step = _step(high - low)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    if series.unit in (Unit.SHARE, Unit.SCORE) and high <= 1:
        last = min(last, ceil(1 / step - 1e-9))
    ticks = tuple((n * step, _label(n * step, step, series.unit)) for n in range(first, last + 1))
    return Scale(first * step, last * step, ticks)


def shown(value: float, unit: Unit) -> str:
    """A single value in its unit, to three digits."""
    magnitude = abs(value * 100 if unit is Unit.SHARE else value)
    digits = 2 if magnitude < 10 else 1 if magnitude < 100 else 0
    return _text(value, digits, unit)


def _own(series: Series, gauge: Gauge | None) -> tuple[float, float]:
    low_edge, high_edge = series.low_edge, series.high_edge
    if gauge is not None and gauge.low < gauge.high:
        same = _same(gauge.healthy_low, low_edge) and _same(gauge.healthy_high, high_edge)
        if same and (low_edge is not None or high_edge is not None):
            return gauge.low, gauge.high
    if low_edge is not None and high_edge is not None and low_edge < high_edge:
        wide = high_edge - low_edge
        low = low_edge - wide
        return (max(0.0, low) if low_edge >= 0 else low), high_edge + wide
    if high_edge is not None and high_edge > 0:
        return 0.0, 2 * high_edge
    if low_edge is not None and low_edge > 0:
        return (
            (2 * low_edge - 1, 1.0)
            if series.unit is Unit.SCORE and 0.5 < low_edge < 1
            else (0.0, 2 * low_edge)
        )
    return 0.0, _FEW if series.unit is Unit.COUNT else 0.0


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-6)


def _most(series: Series) -> float:
    if series.unit in (Unit.SHARE, Unit.SCORE):
        return 1.0
    edge = series.high_edge if series.high_edge is not None else series.low_edge
    return _FARTHEST * edge if edge is not None and edge > 0 else 1e15


def _least(series: Series) -> float:
    return -1e15 if series.unit is Unit.COUNT and series.low_edge is not None and series.low_edge < 0 else 0.0


def _step(wide: float) -> float:
    rough = wide / _STEPS
    power = 10.0 ** floor(log10(rough))
    return next(
        factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9)
    )


def _label(value: float, step: float, unit: Unit) -> str:
    fine = step * 100 if unit is Unit.SHARE else step
    digits = next((count for count in range(4) if isclose(fine * 10**count, round(fine * 10**count))), 4)
    return _text(value, digits, unit)


def _text(value: float, digits: int, unit: Unit) -> str:
    if unit is Unit.SHARE:
        return f"{value * 100:.{digits}f} %"
    number = f"{value:,.{digits}f}"
    if unit is Unit.SECONDS:
        return f"{number} s"
    if unit is Unit.DOLLARS:
        return f"$ {number}"
    return f"x {number}" if unit is Unit.TIMES else number
