"""Numbers in the wrong unit, each with the sentence that names the likely mistake."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.doctor.units import Sample, implausible

WRONG: list[tuple[str, Sample, Mapping[str, float], str]] = [
    ("latency in ms", Sample("latency", p95=4400), {"p95": 4.4}, "a thousand times as much"),
    ("its baseline in ms", Sample("latency", p95=4.4), {"p95": 4400}, "a thousandth"),
    ("latency in ms, no baseline", Sample("latency", p95=4400), {}, "for one answer"),
    ("buckets in ms", Sample("latency", p95=4400, finest=5, coarsest=10_000), {}, "looks like milliseconds"),
    ("cost in cents", Sample("cost", usd_a_day=4118), {"forecast": 41.18}, "in cents"),
    ("forecast in cents", Sample("cost", usd_a_day=41.18), {"forecast": 4118}, "hundredth"),
    ("tokens and cents", Sample("cost", usd_a_day=900, tokens_a_day=100_000), {}, "a million tokens cost"),
    ("dear answers", Sample("cost", usd_a_day=900, requests_a_day=10), {}, "one answer costs"),
    (
        "a rate, not a count",
        Sample("errors", readings=60, n=20.4, bad=0.1, largest_n=0.6, whole=False),
        {},
        "answers a second",
    ),
    ("all are bad", Sample("errors", readings=60, n=400, bad=400, largest_n=9), {}, "count as bad"),
    (
        "none is bad, ever",
        Sample("errors", readings=600, n=9000, bad=0, largest_n=90),
        {},
        "too good to be true",
    ),
    ("scores in percent", Sample("evals", readings=3, score=84.0), {"cold": 0.86}, "looks like percent"),
    ("cold score in percent", Sample("evals", readings=3, score=0.84, cold=86), {}, "looks like percent"),
    ("divided twice", Sample("evals", readings=3, score=0.0084), {"cold": 0.86}, "hundredth"),
    ("a dead detector", Sample("injection", readings=60, scanned=0), {}, "is not peace"),
]


@pytest.mark.parametrize(
    ("sample", "baseline", "words"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_a_wrong_unit_is_named_and_comes_with_what_to_do(
    sample: Sample, baseline: Mapping[str, float], words: str
) -> None:
    (found,) = implausible(sample, baseline)
    assert words in " ".join(found)
    assert found[1].endswith((".", "that.")), "what to do is a sentence"


@pytest.mark.parametrize(
    ("sample", "baseline"),
    [
        (Sample("latency", p95=4.6, finest=0.25, coarsest=60), {"p95": 4.4}),
        (Sample("latency", p95=18.0), {"p95": 4.4}),  # slow, and that is for the judge to say
        (Sample("cost", usd_a_day=410.0, requests_a_day=900, tokens_a_day=2e6), {"forecast": 41.18}),
        (Sample("cost", usd_a_day=0.0), {"forecast": 41.18}),
        (Sample("errors", readings=1440, n=1991, bad=6, largest_n=9), {}),
        (Sample("errors", readings=60, n=20.4, bad=0, largest_n=1.7, whole=False), {}),
        (Sample("errors", readings=60, n=14, bad=14, largest_n=9), {}),
        (Sample("feedback", readings=1440, n=558, bad=32, largest_n=9), {}),
        (Sample("evals", readings=15, score=0.84, cold=0.86), {"cold": 0.86}),
        (Sample("tickets", readings=1440), {}),
        (Sample("injection", readings=1440, scanned=1991), {}),
    ],
)
def test_what_may_well_be_true_is_not_doubted(sample: Sample, baseline: Mapping[str, float]) -> None:
    assert list(implausible(sample, baseline)) == []


NUMBERS = st.none() | st.floats(min_value=0, max_value=1e12, allow_subnormal=True)


@given(
    signal=st.sampled_from(["latency", "cost", "errors", "feedback", "evals", "tickets", "injection"]),
    numbers=st.lists(NUMBERS, min_size=10, max_size=10),
    readings=st.integers(0, 10_000),
    whole=st.booleans(),
    baseline=st.dictionaries(
        st.sampled_from(["p50", "p95", "n", "forecast", "cold"]), st.floats(min_value=0, max_value=1e9)
    ),
)
def test_no_number_breaks_the_doctor(
    signal: str, numbers: list[float | None], readings: int, whole: bool, baseline: dict[str, float]
) -> None:
    n, bad, largest, p95, finest, usd, requests, tokens, score, scanned = numbers
    sample = Sample(
        signal,
        readings,
        n,
        bad,
        largest,
        whole,
        p95,
        finest,
        finest,
        usd,
        requests,
        tokens,
        score,
        score,
        scanned,
    )
    for what, todo in implausible(sample, baseline):
        assert what
        assert todo
