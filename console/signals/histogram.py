"""Latency counts: what is surely on which side of an edge, and quantiles for display.

A request in the bucket (low, high] took more than low and at most high seconds. A bucket that an edge cuts
leaves its requests undecided, and nothing here guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite

from adapters.signals.port import Latency, Reading

_SAME = 1 + 1e-9
"""Bounds are written with few digits; 1.1 x 4.4 is not exactly 4.84."""


def slower(counts: Iterable[tuple[float, float]], edge: float) -> tuple[float, float, float]:
    """Requests surely slower than an edge, possibly slower (surely ones included), and all."""
    sure = possibly = n = low = 0.0
    limit = edge * _SAME
    for high, k in counts:
        if k:
            n += k
            if low * _SAME >= edge:
                sure += k
                possibly += k
            elif high > limit:
                possibly += k
        low = high
    return sure, possibly, n


def straddling(counts: Iterable[tuple[float, float]], edge: float) -> tuple[float, float] | None:
    """The filled bucket that an edge cuts, as (low, high); None when the edge is a bound."""
    low = 0.0
    for high, k in counts:
        if k and low * _SAME < edge and high > edge * _SAME:
            return low, high
        low = high
    return None


def quantile(counts: Iterable[tuple[float, float]], q: float) -> float | None:
    """Estimate a quantile in seconds, in straight lines within a bucket; infinity beyond the last bound."""
    filled = list(counts)
    rank = q * sum(k for _, k in filled)
    if rank <= 0:
        return None
    seen = low = 0.0
    for high, k in filled:
        if k and seen + k >= rank:
            return low + (high - low) * (rank - seen) / k if isfinite(high) else inf
        seen += k
        low = high
    return inf


def add_readings(total: dict[float, float], readings: Iterable[Reading]) -> None:
    """Add counts by bound, in place."""
    for reading in readings:
        if isinstance(reading.observation, Latency):
            for bound, k in reading.observation.counts:
                total[bound] = total.get(bound, 0.0) + k


def add_counts(total: dict[float, float], more: dict[float, float]) -> None:
    """Add one table of counts by bound to another, in place."""
    for bound, k in more.items():
        total[bound] = total.get(bound, 0.0) + k


def as_counts(total: dict[float, float]) -> tuple[tuple[float, float], ...]:
    """Counts by bound, ascending."""
    return tuple(sorted(total.items()))
