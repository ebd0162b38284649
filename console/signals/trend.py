"""Growth of daily counts: a quasi-Poisson log-linear fit, and two second opinions that no outlier sways.

log E[count] = a + b day (+ c weekend) + log exposure, fitted by iteratively reweighted least squares
(McCullagh and Nelder, Generalized Linear Models, 2.5 and 6.2). The variance is phi times the mean, phi
Pearson's X^2 over its degrees of freedom and at least 1, and intervals are Student's t on those.

The second opinions rest on the order of days alone: the Theil-Sen slope is the median slope of all pairs of
days (P. K. Sen, JASA 63, 1968, 1379-1389); Mann-Kendall's S counts the pairs that rise less those that fall
(M. G. Kendall, Rank Correlation Methods, 4.9, with ties).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median

from console.signals.student import quantile as student
from console.signals.wilson import Z_95

_LARGEST_LOG = 30.0


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day: its number, what happened, how much could have (answers), and whether it is a weekend's."""

    day: int
    count: float
    exposure: float
    weekend: bool


@dataclass(frozen=True, slots=True)
class Growth:
    """Factor by which the rate grows in seven days, with its 95 % interval, and the dispersion phi."""

    factor: float
    low: float
    high: float
    dispersion: float


def growth(days: Sequence[DayCount]) -> Growth | None:
    """Fit the trend; None where the days cannot carry one (under 4, nothing counted, no exposure)."""
    used = [day for day in days if day.exposure > 0]
    if len(used) < 4 or sum(day.count for day in used) <= 0:
        return None
    middle = sum(day.day for day in used) / len(used)
    both_classes = 2 <= sum(day.weekend for day in used) <= len(used) - 2 and any(
        day.count > 0 for day in used if day.weekend
    )
    rows = [(1.0, day.day - middle, float(day.weekend))[: 3 if both_classes else 2] for day in used]
    offsets = [log(day.exposure) for day in used]
    counts = [day.count for day in used]
    start = log(sum(counts) / sum(day.exposure for day in used))
    beta = [start] + [0.0] * (len(rows[0]) - 1)
    for _ in range(60):
        fitted = _fitted(rows, offsets, beta)
        weighted = [
            (row, mean, sum(b * x for b, x in zip(beta, row, strict=True)) + (count - mean) / mean)
            for row, mean, count in zip(rows, fitted, counts, strict=True)
        ]
        inverse = _inverse(_information(rows, fitted))
        if inverse is None:
            return None
        right = [sum(mean * row[i] * z for row, mean, z in weighted) for i in range(len(beta))]
        after = [sum(inverse[i][j] * right[j] for j in range(len(beta))) for i in range(len(beta))]
        moved = max(abs(a - b) for a, b in zip(after, beta, strict=True))
        beta = [max(-_LARGEST_LOG * 4, min(_LARGEST_LOG * 4, b)) for b in after]
        if moved < 1e-10:
            break
    else:
        return None
    fitted = _fitted(rows, offsets, beta)
    freedom = len(used) - len(beta)
    inverse = _inverse(_information(rows, fitted))
    if inverse is None or freedom < 1 or inverse[1][1] <= 0:
        return None
    pearson = sum((count - mean) ** 2 / mean for count, mean in zip(counts, fitted, strict=True))
    dispersion = max(1.0, pearson / freedom)
    error = sqrt(dispersion * inverse[1][1])
    reach = student(0.975, freedom) * error
    return Growth(_exp(7 * beta[1]), _exp(7 * (beta[1] - reach)), _exp(7 * (beta[1] + reach)), dispersion)


def theil_sen(points: Sequence[tuple[float, float]]) -> float | None:
    """Median slope of all pairs with different x; None where there is no such pair."""
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for index, earlier in enumerate(points)
        for later in points[index + 1 :]
        if later[0] != earlier[0]
    ]
    return median(slopes) if slopes else None


def mann_kendall(values: Sequence[float]) -> float:
    """The z of Kendall's S over values in their order, corrected for ties and continuity; 0 for under four.

    Positive where they rise. Without a trend it is about standard normal.
    """
    n = len(values)
    if n < 4:
        return 0.0
    s = sum((b > a) - (b < a) for index, a in enumerate(values) for b in values[index + 1 :])
    ties = Counter(values).values()
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if variance <= 0 or s == 0:
        return 0.0
    return (s - (1 if s > 0 else -1)) / sqrt(variance)


def confirmed(days: Sequence[DayCount]) -> bool:
    """Whether the days rise by their order as well, so that no single day makes a trend.

    Weekend days are taken at the level of working days: a fit over two classes would otherwise see the week.
    """
    used = [day for day in days if day.exposure > 0]
    level = _weekend_level(used)
    rates = [(day.count + 0.5) / (day.exposure * (level if day.weekend else 1.0)) for day in used]
    slope = theil_sen([(float(day.day), log(rate)) for day, rate in zip(used, rates, strict=True)])
    return slope is not None and slope > 0 and mann_kendall(rates) > Z_95


def _weekend_level(days: Sequence[DayCount]) -> float:
    """A weekend day's rate as a part of a working day's, over all days; 1 where one of them is missing."""
    sums = {True: [0.0, 0.0], False: [0.0, 0.0]}
    for day in days:
        sums[day.weekend][0] += day.count
        sums[day.weekend][1] += day.exposure
    free, work = (pair[0] / pair[1] if pair[1] > 0 else 0.0 for pair in (sums[True], sums[False]))
    return free / work if free > 0 and work > 0 else 1.0


def _exp(x: float) -> float:
    return exp(max(-_LARGEST_LOG, min(_LARGEST_LOG, x)))


def _fitted(rows: Sequence[Sequence[float]], offsets: Sequence[float], beta: Sequence[float]) -> list[float]:
    return [
        max(
            1e-12,
            exp(
                max(-_LARGEST_LOG, min(_LARGEST_LOG, sum(b * x for b, x in zip(beta, row, strict=True)) + o))
            ),
        )
        for row, o in zip(rows, offsets, strict=True)
    ]


def _information(rows: Sequence[Sequence[float]], fitted: Sequence[float]) -> list[list[float]]:
    size = len(rows[0])
    return [
        [sum(mean * row[i] * row[j] for row, mean in zip(rows, fitted, strict=True)) for j in range(size)]
        for i in range(size)
    ]


def _inverse(matrix: list[list[float]]) -> list[list[float]] | None:
    """Invert a small matrix by Gauss and Jordan; None when it is singular."""
    size = len(matrix)
    work = [row[:] + [float(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda row: abs(work[row][i]))
        if abs(work[pivot][i]) < 1e-14:
            return None
        work[i], work[pivot] = work[pivot], work[i]
        work[i] = [value / work[i][i] for value in work[i]]
        for row in range(size):
            if row != i:
                factor = work[row][i]
                work[row] = [a - factor * b for a, b in zip(work[row], work[i], strict=True)]
    return [row[size:] for row in work]
