"""The e-detector: against a second way of computing it, and by seeded simulation."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.stats import binom

from console.signals.detector import RATIOS, Detector, Excursions


def reference(p0: float, buckets: list[tuple[int, int]]) -> list[float]:
    """The largest log likelihood ratio over all change points, by brute force and SciPy's distribution."""
    found = []
    for ratio in RATIOS:
        odds = ratio * p0 / (1 - p0)
        a = odds / (1 + odds)
        steps = [float(binom.logpmf(k, n, a) - binom.logpmf(k, n, p0)) if n else 0.0 for k, n in buckets]
        found.append(max(sum(steps[start:]) for start in range(len(steps))))
    return found


@pytest.mark.parametrize("p0", [0.01, 0.1, 0.5])
def test_sums_are_the_best_likelihood_ratios_over_all_beginnings(p0: float) -> None:
    rng = np.random.default_rng(7)
    sizes = rng.integers(0, 30, 60)
    buckets = [
        (int(rng.binomial(n, p0 * (3 if i > 30 and p0 < 0.3 else 1))), int(n)) for i, n in enumerate(sizes)
    ]
    detector, at = Detector(p0), Excursions()
    for index, (bad, n) in enumerate(buckets):
        detector.step(at, index, bad, n)
    expected = reference(p0, buckets)
    for mine, theirs in zip(at.sums, expected, strict=True):
        # A sum under zero says only that nothing speaks for harm; it is not kept exactly while all rest.
        assert max(mine, 0.0) == pytest.approx(max(theirs, 0.0), abs=1e-9)


def test_the_line_is_that_of_nine_ratios_and_a_run_of_c_buckets() -> None:
    assert Detector(0.01, 5_000).line == pytest.approx(log(9 * 5_000))


def test_one_minute_full_of_failures_is_no_proof_yet() -> None:
    detector, at = Detector(0.01), Excursions()
    assert detector.step(at, 0, 50, 50) is None
    assert max(at.sums) > detector.line
    assert detector.step(at, 1, 0, 50) is None
    assert detector.step(at, 2, 1, 1) is not None


def test_the_beginning_is_the_bucket_in_which_harm_set_in() -> None:
    detector, at = Detector(0.01), Excursions()
    for minute in range(100):
        assert detector.step(at, minute, 0, 10) is None
    winner = None
    minute = 100
    while winner is None:
        winner = detector.step(at, minute, 4, 10)
        minute += 1
    assert at.began[winner] == 100
    assert minute <= 104


def run_length(
    p: float, p0: float, run: float, bucket: int, limit: int, rng: np.random.Generator
) -> int | None:
    detector, at = Detector(p0, run), Excursions()
    for index, bad in enumerate(rng.binomial(bucket, p, limit).tolist()):
        if detector.step(at, index, bad, bucket) is not None:
            return index + 1
    return None


def test_exactly_at_the_edge_it_keeps_still() -> None:
    rng = np.random.default_rng(11)
    alarms = [run_length(0.01, 0.01, 5_000, 50, 400, rng) for _ in range(60)]
    assert sum(alarm is not None for alarm in alarms) <= 3


@pytest.mark.parametrize(("p", "requests"), [(0.05, 250), (0.10, 100)])
def test_harm_is_found_about_as_soon_as_published(p: float, requests: int) -> None:
    rng = np.random.default_rng(12)
    delays = sorted(
        (found or 400) * 50 for found in (run_length(p, 0.01, 5_000, 50, 400, rng) for _ in range(60))
    )
    assert delays[30] <= requests * 1.5 + 50


@pytest.mark.sim
def test_exactly_at_the_edge_less_than_one_run_in_a_hundred_alarms_over_20000_requests() -> None:
    rng = np.random.default_rng(13)
    alarms = sum(run_length(0.01, 0.01, 5_000, 50, 400, rng) is not None for _ in range(2_000))
    assert alarms <= 20


@pytest.mark.sim
def test_two_months_of_minutes_at_the_edge_rarely_alarm() -> None:
    rng = np.random.default_rng(14)
    alarms = sum(run_length(0.01, 0.01, 100_000, 2, 86_400, rng) is not None for _ in range(30))
    assert alarms <= 3
