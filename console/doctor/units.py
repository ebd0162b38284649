"""Whether numbers can be in the unit that they are taken for.

A wrong unit is no error anywhere: the judge works, and says BREACH or OK for ever. None of this proves a
mistake, so each finding is a warning that names the likely one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from console.signals import words

MILLI = (200.0, 5000.0)
"""How many times too large a number looks that is in thousandths of the unit; its true value wanders."""
CENTI = (30.0, 300.0)
"""The same for hundredths."""
LONGEST_ANSWER = 600.0
"""Seconds; no person waits longer for a draft."""
FINEST_BOUND = 5.0
"""Seconds; a histogram whose finest bucket is that coarse hardly counts seconds."""
DEAREST_REQUEST = 20.0
"""US dollars for one answer."""
DEAREST_TOKEN = 0.002
"""US dollars for one token: 2,000 a million, ten times the dearest model's list price in 2026."""
ENOUGH = 3000
"""Answers of which none at all failed: with one in a thousand failing, 5 in 100 such samples have none."""
FEW = 30
"""Readings; fewer say nothing about their own kind."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen of one signal, added up. None where it was not seen.

    Attributes:
        signal: its key.
        readings: how many it was added up from.
        n, bad: answers, and the bad ones among them.
        largest_n: of one reading.
        whole: each count was a whole number.
        p95: seconds, as the source counts them.
        finest, coarsest: finite bucket bounds, seconds.
        usd_a_day, requests_a_day, tokens_a_day: of money.
        score, cold: 0 to 1 as they should be.
        scanned: requests that a detector looked at.
    """

    signal: str
    readings: int = 0
    n: float | None = None
    bad: float | None = None
    largest_n: float | None = None
    whole: bool = True
    p95: float | None = None
    finest: float | None = None
    coarsest: float | None = None
    usd_a_day: float | None = None
    requests_a_day: float | None = None
    tokens_a_day: float | None = None
    score: float | None = None
    cold: float | None = None
    scanned: float | None = None


def implausible(sample: Sample, baseline: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Say (what is odd, what to look at) for each thing that a wrong unit or query would explain.

    Args:
        baseline: as configured for this signal; empty when nothing is.
    """
    match sample.signal:
        case "latency":
            yield from _latency(sample, baseline)
        case "cost":
            yield from _cost(sample, baseline)
        case "errors" | "feedback":
            yield from _share(sample)
        case "evals":
            yield from _score(sample, baseline)
        case "injection":
            yield from _detector(sample)


def _latency(sample: Sample, baseline: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    if sample.finest is not None and sample.finest >= FINEST_BOUND:
        yield (
            f"the finest bucket ends at {sample.finest:g} s: that looks like milliseconds",
            "Let the source count in seconds: Prometheus histograms end in _seconds_bucket.",
        )
        return
    p95, wanted = sample.p95, baseline.get("p95")
    if p95 is None or p95 <= 0:
        return
    if wanted and MILLI[0] <= p95 / wanted <= MILLI[1]:
        yield (
            f"p95 is {p95:,.0f} s where the baseline says {wanted:g} s: a thousand times as much",
            "One of the two is in milliseconds; both must be in seconds.",
        )
    elif wanted and MILLI[0] <= wanted / p95 <= MILLI[1]:
        yield (
            f"p95 is {words.seconds(p95)} where the baseline says {wanted:,.0f} s: a thousandth of it",
            "Write the baseline in seconds: p95 = 4.4, not 4400.",
        )
    elif p95 > LONGEST_ANSWER:
        yield (
            f"p95 is {p95:,.0f} s, over {LONGEST_ANSWER / 60:.0f} min for one answer",
            "If the source counts milliseconds, divide by 1000 in the query.",
        )


def _cost(sample: Sample, baseline: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    usd, forecast = sample.usd_a_day, baseline.get("forecast")
    if usd is None or usd <= 0:
        return
    a_day = f"{words.dollars(usd)} a day"
    if forecast and CENTI[0] <= usd / forecast <= CENTI[1]:
        yield (
            f"{a_day} where the forecast says {words.dollars(forecast)}: some hundred times as much",
            "If nothing runs away, one of the two is in cents; both must be in US dollars.",
        )
    elif forecast and CENTI[0] <= forecast / usd <= CENTI[1]:
        yield (
            f"{a_day} where the forecast says {words.dollars(forecast)}: about a hundredth of it",
            "Write the forecast in US dollars a day at this stage, or correct the query.",
        )
    if sample.tokens_a_day and usd / sample.tokens_a_day > DEAREST_TOKEN:
        price = words.dollars(usd / sample.tokens_a_day * 1e6)
        yield f"a million tokens cost {price} by these numbers", "Look at the units of cost and of tokens."
    elif sample.requests_a_day and usd / sample.requests_a_day > DEAREST_REQUEST:
        price = words.dollars(usd / sample.requests_a_day)
        yield f"one answer costs {price} by these numbers", "Look at the unit of cost: US dollars are wanted."


def _share(sample: Sample) -> Iterator[tuple[str, str]]:
    if sample.n is None or sample.bad is None or sample.n <= 0:
        return
    largest = sample.largest_n or 0.0
    if sample.readings >= FEW and not sample.whole and largest < 1:
        yield (
            f"no more than {largest:.2g} answers in any minute: that looks like answers a second",
            "Write increase(...[1m]) in the query, not rate(...[1m]).",
        )
    elif sample.readings >= FEW and not sample.whole and sample.n / sample.readings == 100:
        yield (
            "every reading counts exactly 100: that looks like percent",
            "Give counts of answers, not shares.",
        )
    elif sample.bad >= sample.n and sample.n >= FEW:
        yield (
            f"all of {words.count(sample.n)} count as bad",
            "Look at the query `bad`: it may select them all.",
        )
    elif sample.bad == 0 and sample.n >= ENOUGH:
        yield (
            f"not one of {words.count(sample.n)} counts as bad",
            "If that is too good to be true, `bad` no longer matches anything; `or vector(0)` hides that.",
        )


def _score(sample: Sample, baseline: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    cold = baseline.get("cold", sample.cold)
    for name, score in (("score", sample.score), ("cold score", sample.cold)):
        if score is not None and 1 < score <= 100:
            yield (
                f"the {name} is {score:g}: that looks like percent",
                "Scores are shares from 0 to 1: divide by 100 at the source.",
            )
    if sample.score and cold and cold <= 1 and cold / sample.score >= CENTI[0]:
        yield (
            f"the score is {sample.score:g} where the cold eval has {cold:g}: about a hundredth of it",
            "One of the two is divided by 100 once too often.",
        )


def _detector(sample: Sample) -> Iterator[tuple[str, str]]:
    if sample.readings >= FEW and sample.scanned == 0:
        yield (
            "the detector has looked at no request at all: its silence is not peace",
            "See that it runs, and that `scanned` counts what it looks at.",
        )
