"""Whether a reading can be true at all, before anything is judged by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite

from adapters.signals.port import Amount, Count, Latency, Observation, Ratio, Reading, Score, Shape, Traffic

MOST = 1e15
"""A count beyond this is a defect of the source."""

LONGEST = timedelta(days=8)
AHEAD = timedelta(minutes=5)
"""A reading that starts this far after the source's own clock cannot be true."""


def believable(instant: datetime) -> bool:
    """Whether an instant carries its zone and lies in an age of which somebody may speak."""
    return instant.tzinfo is not None and 2000 <= instant.year <= 9000


def fault(reading: Reading, at: datetime | None) -> str:
    """Say in a few words why a reading cannot be used; "" when it can.

    Args:
        reading: from a source, in any condition.
        at: the source's clock when it said so, aware; None when unknown.
    """
    start, end = reading.start, reading.end
    if not believable(start) or not believable(end):
        return "a time that cannot be, or has no zone"
    if not start < end or end - start > LONGEST:
        return "an interval that cannot be"
    if at is not None and start > at + AHEAD:
        return "from the future"
    newest = reading.newest
    if newest is not None and (not believable(newest) or (at is not None and newest > at + AHEAD)):
        return "its newest event at a time that cannot be"
    return _odd(reading.observation)


def _odd(seen: Observation) -> str:
    match seen:
        case Ratio():
            if not _counts((seen.bad, seen.n, seen.rated or 0, *seen.kinds.values())):
                return "not a count"
            return "" if seen.bad <= seen.n * (1 + 1e-9) else "more bad than there are"
        case Latency():
            bounds = [bound for bound, _ in seen.counts]
            if not _counts(k for _, k in seen.counts):
                return "not a count"
            if any(not bound > 0 for bound in bounds) or any(
                not low < high for low, high in pairwise(bounds)
            ):
                return "bounds out of order"
            return ""
        case Amount():
            return "" if _counts((seen.usd, seen.requests or 0, seen.tokens or 0)) else "not an amount"
        case Count():
            return "" if _counts((seen.total, *seen.categories.values())) else "not a count"
        case Shape():
            parts = [k for one in seen.classes.values() for k in (one.blocked, one.passed, one.sources or 0)]
            return "" if _counts((seen.scanned, *parts)) else "not a count"
        case Traffic():
            return "" if _counts((seen.ai, seen.fallback, seen.users or 0)) else "not a count"
        case Score():
            return _odd_score(seen)


def _odd_score(seen: Score) -> str:
    shares = [one.mean for one in seen.strata] + ([] if seen.cold is None else [seen.cold])
    if not all(isfinite(share) and 0 <= share <= 1 for share in shares):
        return "a score outside 0 to 1"
    numbers = [k for one in seen.strata for k in (one.n, one.sd, one.weight or 0)]
    return "" if _counts((*numbers, seen.cold_n or 0)) else "not a count"


def _counts(numbers: Iterable[float]) -> bool:
    return all(0 <= number <= MOST for number in numbers)
