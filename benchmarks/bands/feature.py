"""A made-up feature at Acme's volumes, minute by minute, healthy or with one kind of harm.

Every number is drawn from a seeded generator; nothing of the embedded world is used, so that the judges were
not tuned on what they are measured by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from adapters.signals.port import (
    Amount,
    Attempts,
    Count,
    Latency,
    Observation,
    Ratio,
    Reading,
    Score,
    Shape,
    Stratum,
    Traffic,
)
from adapters.untrusted import Untrusted
from console.config import ProviderTable, SignalConfig

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MINUTES = 1440
KEYS = ("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")
BY_DAY = 0.8
"""Share of a day's requests between 9 and 17 h."""
WEEKEND = 0.3
"""A weekend day's requests as a share of a working day's."""
USD = 0.0685
"""A request's price, US dollars, on average."""
COLD, COLD_N = 0.86, 250
CATEGORIES = {"billing": 0.4, "account": 0.3, "shipping": 0.2, "spanish": 0.1}
CLASSES = {"leak": 0.6, "role_play": 0.3, "override": 0.1}
TRIES_A_DAY = 17.0


@dataclass(frozen=True, slots=True)
class Health:
    """How the feature is. The defaults are a healthy one.

    Attributes:
        errors, disliked: shares of answers.
        slow95, slow50: shares of answers slower than 1.10 times the baseline's p95 and p50.
        price: cost as a multiple of what was forecast.
        loop: US dollars a minute that a runaway loop spends besides.
        score: of the sampled answers, 0 to 1.
        tickets: a day, for each 600 requests.
        classes: shares of injection attempts by technique class; passed: of each, how many get through.
        tries: attempts a day.
    """

    errors: float = 0.003
    disliked: float = 0.05
    slow95: float = 0.033
    slow50: float = 0.42
    price: float = 1.0
    loop: float = 0.0
    score: float = 0.85
    tickets: float = 9.0
    classes: tuple[tuple[str, float], ...] = tuple(CLASSES.items())
    passed: float = 0.0
    tries: float = TRIES_A_DAY


HEALTHY = Health()


@cache
def profile() -> NDArray[np.float64]:
    """Share of a working day's requests in each of its minutes."""
    busy = np.zeros(MINUTES)
    busy[9 * 60 : 17 * 60] = BY_DAY / (8 * 60)
    busy[busy == 0] = (1 - BY_DAY) / (16 * 60)
    return busy


def weekend(day: int) -> bool:
    """Whether a day, counted from a Monday, is one."""
    return day % 7 >= 5


@dataclass
class Feature:
    """One feature under one seed.

    Args:
        a_day: requests on a working day.
        healths: (minute since the Monday from which it holds, health), in order.
    """

    a_day: float
    seed: int
    healths: list[tuple[int, Health]] = field(default_factory=lambda: [(0, HEALTHY)])

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)

    def health(self, minute: int) -> Health:
        """What holds in a minute."""
        return next(health for since, health in reversed(self.healths) if since <= minute)

    def minutes(self, first: int, last: int) -> Iterator[Reading]:
        """Readings of the minutes from `first` to before `last`, in order; nights with their minute."""
        rng = self._rng
        for minute in range(first, last):
            day, at = divmod(minute, MINUTES)
            rate = self.a_day * profile()[at] * (WEEKEND if weekend(day) else 1.0)
            health = self.health(minute)
            n = int(rng.poisson(rate))
            start = MONDAY + minute * MINUTE
            for key, seen in self._seen(health, n, rate):
                newest = start + MINUTE / 2 if n or key not in ("errors", "latency", "feedback") else None
                yield Reading(key, start, start + MINUTE, seen, newest)
            if at == 120:
                yield self._night(health, start)

    def hours(self, first: int, last: int) -> Iterator[Reading]:
        """The same for a healthy past, an hour at a time, which judges know it by."""
        rng, health = self._rng, HEALTHY
        for minute in range(first, last, 60):
            day, at = divmod(minute, MINUTES)
            rate = self.a_day * float(profile()[at : at + 60].sum()) * (WEEKEND if weekend(day) else 1.0)
            n = int(rng.poisson(rate))
            start = MONDAY + minute * MINUTE
            for key, seen in self._seen(health, n, rate, minutes=60):
                yield Reading(key, start, start + 60 * MINUTE, seen, start + 59 * MINUTE)
            if at == 120:
                yield self._night(health, start)

    def _seen(
        self, health: Health, n: int, rate: float, *, minutes: int = 1
    ) -> Iterator[tuple[str, Observation]]:
        rng = self._rng
        bad = int(rng.binomial(n, health.errors))
        yield "errors", Ratio(bad, n, {"schema": float(bad)} if bad else {})
        yield "feedback", Ratio(int(rng.binomial(n, health.disliked)), n, rated=n * 0.3)
        slow = int(rng.binomial(n, health.slow95))
        middle = int(rng.binomial(n - slow, max(0.0, (health.slow50 - health.slow95) / (1 - health.slow95))))
        counts = ((2.09, float(n - slow - middle)), (4.84, float(middle)), (9.0, float(slow)))
        yield "latency", Latency(counts)
        spend = USD * float(rng.gamma(4.0 * n, 0.25)) * health.price if n else 0.0
        yield "cost", Amount(spend + health.loop * minutes, n, n * 900)
        yield "tickets", Count(float(rng.poisson(health.tickets * rate / 600)))
        tries = int(rng.poisson(health.tries * minutes / MINUTES))
        drawn = rng.multinomial(tries, [share for _, share in health.classes])
        classes = {
            name: Attempts(float(k - passed), float(passed), int(min(k, 40)))
            for (name, _), k in zip(health.classes, drawn, strict=True)
            if k
            for passed in (int(rng.binomial(k, health.passed)),)
        }
        yield "injection", Shape(classes, float(n), "detector-3")
        yield "traffic", Traffic(float(n), 0.0)

    def _night(self, health: Health, at: datetime) -> Reading:
        rng, strata = self._rng, []
        for name, share in CATEGORIES.items():
            k = round(200 * share)
            scores = np.clip(rng.normal(health.score, 0.15, k), 0, 1)
            strata.append(Stratum(Untrusted(name), k, float(scores.mean()), float(scores.std(ddof=1)), share))
        return Reading("evals", at - DAY, at, Score(tuple(strata), COLD, COLD_N, "judge-3"), at)


def configs(a_day: float) -> dict[str, SignalConfig]:
    """The seven signals with their default bands, and baselines of this feature."""
    baselines = {
        "latency": {"p50": 1.9, "p95": 4.4, "n": 1200.0},
        "cost": {"forecast": USD * a_day},
        "evals": {"cold": COLD, "n": float(COLD_N)},
    }
    return {
        key: SignalConfig(key, ProviderTable(f"signals.{key}", "events", {}), None, baselines.get(key, {}))
        for key in KEYS
    }
