"""Nights of the production eval: each one's score, and many against the cold run.

A night's score is the stratified mean, sum of w_h m_h over the categories h, with variance sum of w_h^2
s_h^2 / n_h (Cochran, Sampling Techniques, 5.2); w_h is the category's share of production, or of the sample
where that is not known. Nights of one judge are pooled by their size. D = (cold - production) / cold, its
error by the delta method from both sides; the cold run's spread is taken to be production's, as no source
tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite, sqrt

from adapters.signals.port import Reading, Score, Stratum
from console.signals import words

POOLED_NIGHTS = 14
_WORST_N = 10


@dataclass(frozen=True, slots=True)
class Night:
    """One run: when, stratified mean and its variance, answers, spread of single answers."""

    at: datetime
    mean: float
    variance: float
    n: int
    spread: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Production against cold.

    Attributes:
        nights: pooled.
        mean: of production.
        n: answers.
        cold: score it is held against.
        value: D; positive where production is worse.
        error: its standard error; None where the cold run's size is unknown.
        cold_error: the part of `error` that more nights cannot lower.
    """

    nights: int
    mean: float
    n: int
    cold: float
    value: float
    error: float | None
    cold_error: float


def pooled(runs: list[Reading], cold: float | None, cold_n: float | None) -> Gap | None:
    """The newest nights of one judge against cold; None where no cold score is known.

    Args:
    cold, cold_n: score and cases, where the source does not tell them.
    """
    newest = score_of(runs[-1])
    alike = [one for one in runs[-POOLED_NIGHTS:] if score_of(one).judge == newest.judge]
    nights = [night(one) for one in alike]
    cold = newest.cold if newest.cold is not None else cold
    if cold is None or not cold > 0:
        return None
    n = sum(night.n for night in nights)
    mean = sum(night.n * night.mean for night in nights) / n
    variance = sum((night.n / n) ** 2 * night.variance for night in nights)
    cold_n = newest.cold_n if newest.cold_n else cold_n
    spread = sqrt(sum(night.n * night.spread**2 for night in nights) / n)
    cold_error = 0.0
    error = None
    if cold_n is not None and cold_n > 0:
        cold_error = mean / cold**2 * spread / sqrt(cold_n)
        error = sqrt(variance / cold**2 + cold_error**2)
    return Gap(len(nights), mean, n, cold, (cold - mean) / cold, error, cold_error)


def score_of(reading: Reading) -> Score:
    return reading.observation if isinstance(reading.observation, Score) else Score(())


def of_epoch(reading: Reading, epoch: datetime | None) -> bool:
    """Whether most of what a run sampled was answered in the epoch."""
    return epoch is None or epoch - reading.start <= reading.end - epoch


def sampled(reading: Reading) -> bool:
    return isinstance(reading.observation, Score) and sum(one.n for one in reading.observation.strata) > 0


def night(reading: Reading) -> Night:
    strata = [one for one in score_of(reading).strata if one.n > 0]
    n = sum(one.n for one in strata)
    weights = [one.weight for one in strata]
    known = [weight for weight in weights if weight is not None and isfinite(weight)]
    total = sum(known)
    shares = (
        [k / total for k in known] if len(known) == len(strata) and total > 0 else [s.n / n for s in strata]
    )
    mean = sum(w * one.mean for w, one in zip(shares, strata, strict=True))
    spread = sqrt(sum(one.n * (one.sd**2 + (one.mean - mean) ** 2) for one in strata) / n)
    # One answer shows no spread of its own: it takes the night's.
    variance = sum(
        w**2 * (one.sd if one.n > 1 else spread) ** 2 / one.n for w, one in zip(shares, strata, strict=True)
    )
    return Night(reading.end, mean, variance, n, spread)


def worst_of(score: Score) -> str:
    large: list[Stratum] = [one for one in score.strata if one.n >= _WORST_N]
    if not large:
        return ""
    worst = min(large, key=lambda one: one.mean)
    return f"{words.plain(worst.name.raw)} {worst.mean:.2f} (n {worst.n})"
