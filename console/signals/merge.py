"""Observations of neighbouring intervals, added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adapters.signals.port import Amount, Attempts, Count, Latency, Observation, Ratio, Shape, Traffic


def merged(seen: Iterable[Observation]) -> Observation | None:
    """Add observations of one kind; None when there are none, or their kind does not add up (scores)."""
    total: Observation | None = None
    for one in seen:
        total = one if total is None else _sum(total, one)
    return total


def _sum(a: Observation, b: Observation) -> Observation:
    match a, b:
        case Ratio(), Ratio():
            return Ratio(a.bad + b.bad, a.n + b.n, _by_key(a.kinds, b.kinds), None, _known(a.rated, b.rated))
        case Latency(), Latency():
            return Latency(tuple(sorted(_by_bound(a, b).items())))
        case Amount(), Amount():
            return Amount(a.usd + b.usd, _known(a.requests, b.requests), _known(a.tokens, b.tokens))
        case Count(), Count():
            return Count(a.total + b.total, _by_key(a.categories, b.categories))
        case Shape(), Shape():
            return Shape(_by_class(a, b), a.scanned + b.scanned, b.detector or a.detector)
        case Traffic(), Traffic():
            return Traffic(a.ai + b.ai, a.fallback + b.fallback, None)
    return b


def _known(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a + b


def _by_key(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    total = dict(a)
    for key, number in b.items():
        total[key] = total.get(key, 0.0) + number
    return total


def _by_bound(a: Latency, b: Latency) -> dict[float, float]:
    total = dict(a.counts)
    for bound, number in b.counts:
        total[bound] = total.get(bound, 0.0) + number
    return total


def _by_class(a: Shape, b: Shape) -> dict[str, Attempts]:
    total = dict(a.classes)
    for name, more in b.classes.items():
        had = total.get(name)
        total[name] = (
            more
            if had is None
            else Attempts(
                had.blocked + more.blocked,
                had.passed + more.passed,
                # Sources of two intervals may be the same ones: the larger number is what is certain.
                max((k for k in (had.sources, more.sources) if k is not None), default=None),
            )
        )
    return total
