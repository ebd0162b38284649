"""What Prometheus's numbers mean: series of named queries become the readings of a signal.

No number is no reading, and never a zero: `increase` of a counter that nobody scrapes gives nothing, of one
that stands still gives 0. Where two queries that belong together disagree by more than their extrapolation
explains, the reading is cut to what is possible and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import inf

from adapters.errors import Garbage
from adapters.signals.names import plain
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
from adapters.signals.prometheus_api import named
from adapters.signals.prometheus_numbers import Numbers
from adapters.untrusted import Untrusted

SLACK = 0.01
"""Two increases over the same minute are extrapolated apart, and may disagree by this share, or ..."""
SLACK_EVENTS = 0.5
"""... by this many events."""
DAY = 86_400


def readings(numbers: Numbers, final: float) -> Iterator[Reading]:
    """Yield the readings that the numbers hold, oldest first; none where a needed number is missing.

    Args:
        final: epoch seconds up to which ends of buckets count as closed.

    Raises:
        Garbage: the numbers cannot be what they should be.
    """
    plan = numbers.plan
    if plan.signal == "evals":
        yield from _nights(numbers)
        return
    common = numbers.notes
    for time in numbers.times:
        instant = numbers.at(time)
        notes = list(common)
        start = datetime.fromtimestamp(time - plan.bucket, UTC)
        end = datetime.fromtimestamp(time, UTC)
        seen = _observe(plan.signal, instant, notes)
        if seen is not None:
            observation, n = seen
            newest = end if n > 0 else None
            yield Reading(plan.signal, start, end, observation, newest, time <= final, "; ".join(notes))
        ai, fallback = instant.one("all"), instant.one("fallback")
        if plan.signal == "errors" and ai is not None and fallback is not None:
            newest = end if ai + fallback > 0 else None
            traffic = Traffic(ai, fallback)
            yield Reading("traffic", start, end, traffic, newest, time <= final, "; ".join(common))


def _observe(signal: str, at: Numbers.Instant, notes: list[str]) -> tuple[Observation, float] | None:
    """The observation at one instant, and how much happened in it."""
    match signal:
        case "errors" | "feedback":
            return _ratio(at, notes)
        case "latency":
            latency = _latency(at.by("buckets"), notes)
            return latency, latency.n
        case "cost":
            usd = at.one("usd")
            return None if usd is None else (Amount(usd, at.one("requests"), at.one("tokens")), usd)
        case "tickets":
            total = at.one("total")
            return None if total is None else (Count(total, _plain(at.by("categories"))), total)
        case "injection":
            scanned = at.one("scanned")
            blocked, passed = _plain(at.by("blocked")), _plain(at.by("passed"))
            if scanned is None:
                return None
            classes = {
                name: Attempts(blocked.get(name, 0.0), passed.get(name, 0.0))
                for name in sorted({*blocked, *passed})
                if blocked.get(name, 0.0) + passed.get(name, 0.0) > 0
            }
            return Shape(classes, scanned), scanned
    return None


def _ratio(at: Numbers.Instant, notes: list[str]) -> tuple[Ratio, float] | None:
    bad, n, rated = at.one("bad"), at.one("all"), at.one("rated")
    if bad is None or n is None:
        return None
    kinds = {name: count for name, count in _plain(at.by("kinds")).items() if count > 0}
    return Ratio(_at_most(bad, n, "bad", notes), n, kinds, None, None if rated is None else min(rated, n)), n


def _latency(by_bound: Mapping[str, float], notes: list[str]) -> Latency:
    """Make counts of each bucket from cumulative ones, "up to this bound"."""
    cumulative: dict[float, float] = {}
    for text, count in by_bound.items():
        try:
            bound = float(text)
        except ValueError:
            continue
        if bound > 0:
            # "1" and "1.0" are one bound, written by different clients.
            cumulative[bound] = cumulative.get(bound, 0.0) + count
    counts = []
    below = 0.0
    fallen = 0.0
    for bound in sorted(cumulative):
        step = cumulative[bound] - below
        fallen = max(fallen, -step)
        counts.append((bound, max(0.0, step)))
        below = max(below, cumulative[bound])
    if fallen > max(SLACK_EVENTS, SLACK * below):
        notes.append("the histogram's buckets contradict each other")
    if counts and counts[-1][0] != inf:
        notes.append("the histogram has no +Inf bucket: what is slower than its last bound is not counted")
    filled = {place for place, (_, count) in enumerate(counts) if count > 0}
    # An empty bucket below a filled one stays: its bound is the filled one's lower edge.
    kept = [pair for place, pair in enumerate(counts) if place in filled or place + 1 in filled]
    return Latency(tuple(kept))


def _nights(numbers: Numbers) -> Iterator[Reading]:
    """One reading for each run whose time the gauge `at` has shown, with the newest numbers of it."""
    runs: dict[int, Numbers.Instant] = {}
    for time in numbers.times:
        instant = numbers.at(time)
        at = instant.one("at")
        # 0 is how a gauge says that no run has been; a run of the future is a mistake of units.
        if at is not None and DAY < at <= time + DAY:
            runs[round(at)] = instant
        elif at:
            raise named(
                Garbage(
                    "its value is no unix time in seconds",
                    where=numbers.where,
                    todo="Give the run's time so.",
                ),
                "evals",
                "at",
            )
    for at, instant in sorted(runs.items()):
        strata = tuple(_strata(numbers, instant))
        if not strata:
            continue
        end = datetime.fromtimestamp(at, UTC)
        cold_n = instant.one("cold_n")
        score = Score(strata, instant.one("cold"), None if cold_n is None else round(cold_n))
        start = datetime.fromtimestamp(at - DAY, UTC)
        yield Reading("evals", start, end, score, end, True, "; ".join(numbers.notes))


def _strata(numbers: Numbers, at: Numbers.Instant) -> Iterator[Stratum]:
    means, sds, sizes, weights = (at.by(name) for name in ("mean", "sd", "n", "weight"))
    for name in sorted(means.keys() & sds.keys() & sizes.keys()):
        if means[name] > 1:
            raise named(
                Garbage(
                    "its value is above 1", where=numbers.where, todo="Scores go from 0 to 1: divide by 100?"
                ),
                "evals",
                "mean",
            )
        yield Stratum(Untrusted(name), round(sizes[name]), means[name], sds[name], weights.get(name))


def _at_most(count: float, n: float, name: str, notes: list[str]) -> float:
    if count - n > max(SLACK_EVENTS, SLACK * n):
        notes.append(f"`{name}` was {count:.4g} of {n:.4g}, counted as {n:.4g}")
    return min(count, n)


def _plain(counts: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, count in counts.items():
        found[plain(name)] = found.get(plain(name), 0.0) + count
    return found
