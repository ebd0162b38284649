"""A value against its healthy band on a fixed scale, in one row of cells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GaugeModel:
    """A gauge in the unit of its band.

    Attributes:
        low, high: the scale's ends, low < high.
        low_text, high_text: the ends as shown ("0", "4 %"); only where there is room.
        healthy_low, healthy_high: edges of the band; None where it is open.
        baseline: what the band is around, or None.
        value: None when there is none.
    """

    low: float
    high: float
    low_text: str = ""
    high_text: str = ""
    healthy_low: float | None = None
    healthy_high: float | None = None
    baseline: float | None = None
    value: float | None = None
