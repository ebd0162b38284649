"""Latency as shares over the edges of the band."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from adapters.signals.port import Latency
from console.signals.histogram import quantile, slower, straddling
from console.signals.judges.latency import LatencyJudge
from console.signals.verdict import State, Verdict
from tests.console.signals.made import MINUTE, NOON, evidence_of, look, quick, reading

BASELINE: Mapping[str, float] = {"p50": 1.9, "p95": 4.4, "n": 1200}


def judged(*stretches: tuple[int, Latency], baseline: Mapping[str, float] = BASELINE) -> Verdict:
    each = [seen for minutes, seen in stretches for _ in range(minutes)]
    start = NOON - len(each) * MINUTE
    evidence = evidence_of(
        Latency, [reading("latency", start + i * MINUTE, one) for i, one in enumerate(each)]
    )
    return LatencyJudge(0.1, baseline).judge(evidence, look(NOON))


def test_as_fast_as_the_baseline_is_ok() -> None:
    verdict = judged((60, quick(0.03)))
    assert verdict.state is State.OK
    assert verdict.band_long == "healthy ±10 % of 4.4 s; p50 1.9 s"


def test_a_slow_tail_is_a_breach_by_p95() -> None:
    verdict = judged((60, quick(0.03)), (10, quick(0.3)))
    assert verdict.state is State.BREACH
    assert verdict.since is not None
    assert NOON - 11 * MINUTE <= verdict.since <= NOON - 9 * MINUTE
    assert verdict.headline.startswith("latency p95 ")
    assert "answers over 4.84 s" in verdict.headline


def test_a_slow_middle_is_a_breach_by_p50() -> None:
    verdict = judged((60, quick(0.03)), (10, quick(0.03, 0.8)))
    assert verdict.state is State.BREACH
    assert verdict.headline.startswith("latency p50 ")


def test_time_outs_count_as_slower() -> None:
    stuck = Latency(((1.0, 0.0), (2.09, 60.0), (60.0, 0.0), (float("inf"), 40.0)))
    verdict = judged((60, quick(0.03)), (10, stuck))
    assert verdict.state is State.BREACH
    assert verdict.value is None
    assert verdict.value_text == "over the scale"


def test_a_bucket_that_straddles_the_edge_is_watched_with_the_reason() -> None:
    coarse = Latency(((1.0, 0.0), (2.09, 60.0), (4.0, 35.0), (8.0, 5.0)))
    verdict = judged((60, coarse))
    assert verdict.state is State.WATCH
    assert "histogram bucket 4 to 8 s straddles p95's edge 4.84 s" in verdict.why


def test_a_straddling_bucket_is_never_proof_of_harm() -> None:
    coarse = Latency(((1.0, 0.0), (2.09, 60.0), (4.0, 5.0), (8.0, 35.0)))
    assert judged((60, coarse)).state is State.WATCH


def test_faster_than_the_band_is_watched() -> None:
    fast = Latency(((0.1, 0.0), (0.5, 97.0), (1.0, 3.0)))
    verdict = judged((60, fast))
    assert verdict.state is State.WATCH
    assert "faster than the baseline" in verdict.why


def test_a_small_baseline_refuses_p95_but_p50_still_alarms() -> None:
    small = {**BASELINE, "n": 200}
    verdict = judged((60, quick(0.03)), baseline=small)
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "needs a larger baseline for p95: 200 requests, 500 at least"
    assert judged((60, quick(0.03)), (10, quick(0.03, 0.8)), baseline=small).state is State.BREACH


@pytest.mark.parametrize("baseline", [{}, {"p50": float("nan"), "p95": -1.0}])
def test_without_a_baseline_nothing_is_green(baseline: Mapping[str, float]) -> None:
    verdict = judged((60, quick(0.03)), baseline=baseline)
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "needs a baseline: set p50 and p95 of this signal's baseline"


def test_half_a_baseline_is_judged_by_its_half_and_never_green() -> None:
    verdict = judged((60, quick(0.03)), baseline={"p50": 1.9, "n": 1200})
    assert verdict.state is State.TOO_FEW
    assert "set p95" in verdict.needs


def test_a_baseline_of_unknown_size_is_never_green() -> None:
    assert judged((60, quick(0.03)), baseline={"p50": 1.9, "p95": 4.4}).state is State.WATCH


def test_few_answers_are_too_few() -> None:
    verdict = judged((3, quick(0.0, 0.3, 10)))
    assert verdict.state is State.TOO_FEW
    assert "more answers" in verdict.needs


def test_quantiles_are_those_of_numpy_within_a_bucket() -> None:
    rng = np.random.default_rng(5)
    times = rng.lognormal(0.6, 0.5, 5_000)
    bounds = np.geomspace(0.05, 120, 390)
    filled, _ = np.histogram(times, np.concatenate(([0.0], bounds)))
    counts = tuple(zip(bounds.tolist(), filled.tolist(), strict=True))
    for q in (0.5, 0.95):
        assert quantile(counts, q) == pytest.approx(float(np.quantile(times, q)), rel=0.02)


def test_counts_are_split_at_the_edge_without_guessing() -> None:
    counts = ((1.0, 5.0), (2.0, 3.0), (4.0, 2.0), (float("inf"), 1.0))
    assert slower(counts, 2.0) == (3.0, 3.0, 11.0)
    assert slower(counts, 3.0) == (1.0, 3.0, 11.0)
    assert straddling(counts, 3.0) == (2.0, 4.0)
    assert straddling(counts, 2.0000000000001) is None
