"""A signal's recent past in block characters, on a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HistoryModel:
    """Equal bins of time, oldest first.

    Attributes:
        bins: a value a bin; None is a bin without data.
        low, high: the scale's ends, low < high.
        healthy_low, healthy_high: edges of the band; None where it is open.
    """

    bins: tuple[float | None, ...]
    low: float
    high: float
    healthy_low: float | None = None
    healthy_high: float | None = None
