"""Made-up readings of a small feature, for the tests of this room."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from adapters.signals.port import (
    Amount,
    Attempts,
    Batch,
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
from console.signals.evidence import Evidence
from console.signals.judges.port import Look

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""A Tuesday."""
KEYS = ("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")

BASELINES: Mapping[str, Mapping[str, float]] = {
    "latency": {"p50": 1.9, "p95": 4.4, "n": 1200},
    "cost": {"forecast": 96.0},
}


def reading(
    signal: str, start: datetime, seen: Observation, length: timedelta = MINUTE, *, closed: bool = True
) -> Reading:
    """One reading; its newest event came in the middle of it."""
    return Reading(signal, start, start + length, seen, start + length / 2, closed)


def configs(keys: Iterable[str] = KEYS) -> dict[str, SignalConfig]:
    """Settings of signals with the default bands."""
    return {
        key: SignalConfig(key, ProviderTable(f"signals.{key}", "events", {}), None, BASELINES.get(key, {}))
        for key in keys
    }


def quick(slow: float = 0.03, very: float = 0.4, n: float = 100) -> Latency:
    """Latencies with a share `slow` over 4.84 s and a share `very` (of all) over 2.09 s."""
    return Latency(((1.0, 0.0), (2.09, n * (1 - very)), (4.84, n * (very - slow)), (9.0, n * slow)))


def of_minute(key: str, rng: random.Random, n: int, *, failing: float = 0.002) -> Observation:
    """What a healthy feature shows of a signal in a minute with n answers."""
    if key == "errors":
        bad = sum(rng.random() < failing for _ in range(n))
        return Ratio(bad, n, {"schema": bad} if bad else {})
    if key == "feedback":
        return Ratio(sum(rng.random() < 0.05 for _ in range(n)), n, rated=n * 0.3)
    if key == "latency":
        slow = sum(rng.random() < 0.02 for _ in range(n))
        middle = sum(rng.random() < 0.4 for _ in range(n - slow))
        return Latency(((1.0, 0.0), (2.09, n - slow - middle), (4.84, middle), (9.0, slow)))
    if key == "cost":
        return Amount(n * 0.0333, n, n * 900)
    if key == "tickets":
        return Count(float(rng.random() < 0.01))
    if key == "injection":
        leak = float(rng.random() < 0.006)
        return Shape({"leak": Attempts(leak, 0, 1)} if leak else {}, n)
    return Traffic(n, 0)


@cache
def history(
    end: datetime,
    *,
    minutes: int = 1440,
    days: int = 28,
    per_minute: int = 2,
    failing_for: int = 0,
    seed: int = 1,
) -> tuple[Reading, ...]:
    """Readings of all signals and of traffic: hours for some days, then minutes until `end`.

    Healthy, but for errors in the last `failing_for` minutes.
    """
    rng = random.Random(seed)
    keys = [key for key in (*KEYS, "traffic") if key != "evals"]
    found: list[Reading] = []
    begin = end - minutes * MINUTE
    at = begin - (days * DAY)
    while at < begin:
        found += [reading(key, at, of_minute(key, rng, per_minute * 60), HOUR) for key in keys]
        at += HOUR
    for index in range(minutes):
        start = begin + index * MINUTE
        failing = 0.5 if index >= minutes - failing_for else 0.002
        found += [reading(key, start, of_minute(key, rng, per_minute, failing=failing)) for key in keys]
    night = end.replace(hour=2, minute=0)
    found += [
        night_run(night - back * DAY, rng=rng) for back in range(14, -1, -1) if night - back * DAY <= end
    ]
    return tuple(found)


def night_run(at: datetime, mean: float = 0.85, *, rng: random.Random | None = None, n: int = 200) -> Reading:
    """One eval run that ended at a time."""
    noise = (rng.random() - 0.5) * 0.01 if rng else 0.0
    strata = tuple(
        Stratum(Untrusted(name), n // 4, mean + noise, 0.15, 0.25)
        for name in ("billing", "account", "api", "[other")
    )
    return Reading("evals", at - DAY, at, Score(strata, 0.86, 1000, "judge-3"), at)


def batch(
    at: datetime, readings: Iterable[Reading] = (), *, speed: float = 1.0, **complete: datetime
) -> Batch:
    """What a source says at a time, complete up to it unless told otherwise."""
    vouched = dict.fromkeys((*KEYS, "traffic"), at)
    return Batch(at, {**vouched, **complete}, tuple(readings), speed)


def evidence_of(kind: type[Observation], seen: Iterable[Reading]) -> Evidence:
    """Evidence that has taken some readings."""
    evidence = Evidence(kind)
    for one in seen:
        evidence.put(one)
    return evidence


def look(at: datetime, epoch: datetime | None = None, traffic: Evidence | None = None) -> Look:
    """A moment of judgement."""
    return Look(at, epoch, traffic or Evidence(Traffic))
