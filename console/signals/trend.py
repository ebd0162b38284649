"""Growth of daily counts: a quasi-Poisson log-linear fit.

log E[count] = a + b day (+ c weekend) + log exposure, fitted by iteratively reweighted least squares
(McCullagh and Nelder, Generalized Linear Models, 2.5 and 6.2). The variance is phi times the mean, phi
Pearson's X^2 over its degrees of freedom and at least 1, and intervals are Student's t on those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from console.signals.student import quantile as student

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
