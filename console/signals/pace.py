"""How fast a day's money goes, against what is usual by this time of day.

Pace R = spend so far / (forecast x S(t)), where S(t) is the share of a day's spend that is usual by this
time, from past days of the same class (working days, weekends). How far past days strayed from it at this
time is the error of R; as spend is made of requests, a day ten times as large strays less, by their square
root, but never under 4 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import hypot, sqrt
from statistics import fmean, median

from console.signals.days import Day
from console.signals.student import quantile as student

_WEEKENDS = 4
"""Days off that must be known before one of them can be held to be too dear by itself."""

_NO_DAY_IS_LIKE_ANOTHER = 0.04
"""Part of a pace's error that no number of past days takes away, relative."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Where the day stands.

    Attributes:
        spend: US dollars since the day began.
        forecast: of this whole day.
        share: S(t), usual share of the day's spend by now; None without past days.
        value: R; None while nothing can be said.
        error: relative standard error of R, from past days; None with fewer than two.
        days: past days that S rests on.
    """

    spend: float
    forecast: float
    share: float | None
    value: float | None
    error: float | None
    days: int

    def interval(self, level: float) -> tuple[float, float] | None:
        """Two-sided interval of R by Student's t over the past days."""
        if self.value is None or self.error is None:
            return None
        reach = student((1 + level) / 2, self.days - 1) * self.error
        return self.value * max(0.0, 1 - reach), self.value * (1 + reach)


def measure(spend: float, forecast: float, past: list[Day], elapsed: timedelta, *, weekend: bool) -> Pace:
    """Pace of a day that is `elapsed` old, from past days of its class; of any class while it has but one."""
    alike = [day for day in past if day.known > 0.9 and day.total > 0]
    same = [day for day in alike if day.weekend is weekend]
    used = (same if len(same) >= 2 else alike)[-28:]
    if not used:
        return Pace(spend, forecast, None, None, None, 0)
    shares = [share_at(day, elapsed) for day in used]
    totals = [day.total for day in used]
    usual = sum(share * total for share, total in zip(shares, totals, strict=True)) / sum(totals)
    if usual <= 0 or forecast <= 0:
        return Pace(spend, forecast, usual, None, None, len(used))
    error = None
    if len(used) >= 2:
        pairs = zip(shares, totals, strict=True)
        scatter = sum(total * (share - usual) ** 2 for share, total in pairs) / (len(used) - 1)
        error = hypot(sqrt(scatter * (1 / forecast + 1 / sum(totals))) / usual, _NO_DAY_IS_LIKE_ANOTHER)
    return Pace(spend, forecast, usual, spend / (forecast * usual), error, len(used))


def share_at(day: Day, elapsed: timedelta) -> float:
    """Share of a day's amount that had come by then."""
    return min(1.0, day.until(elapsed) / day.total) if day.total > 0 else 0.0


def weekend_factor(past: list[Day]) -> float:
    """A weekend day's amount as a share of a working day's: the median over past weeks; 1 while unknown."""
    ratios = _weekends(past)
    return median(ratios) if ratios and median(ratios) > 0 else 1.0


def weekend_most(past: list[Day]) -> float:
    """The largest such share of any past day off, at most 1: harm is what no past weekend reached."""
    ratios = _weekends(past, each=True)
    return min(1.0, max(ratios)) if len(ratios) >= _WEEKENDS and max(ratios) > 0 else 1.0


def _weekends(past: list[Day], *, each: bool = False) -> list[float]:
    ratios: list[float] = []
    days = [day for day in past if day.known > 0.9]
    for end in range(len(days), 6, -7):
        week = days[end - 7 : end]
        free = [day.total for day in week if day.weekend]
        work = [day.total for day in week if not day.weekend]
        if free and work and fmean(work) > 0:
            ratios += [day / fmean(work) for day in (free if each else [fmean(free)])]
    return ratios
