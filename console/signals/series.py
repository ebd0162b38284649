"""One signal over a span of event time, for its chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Unit(Enum):
    """What a series is measured in."""

    SHARE = "share"
    SECONDS = "seconds"
    DOLLARS = "dollars a day"
    SCORE = "score"
    TIMES = "times"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Series:
    """Values in equal bins of event time, oldest first.

    Attributes:
        start, end: of the whole, UTC.
        values: one a bin; None is a bin without data.
        high_edge, low_edge: edges of the healthy band in the same unit; None where it is open on that side.
    """

    start: datetime
    end: datetime
    values: tuple[float | None, ...]
    unit: Unit
    high_edge: float | None = None
    low_edge: float | None = None
