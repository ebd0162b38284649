"""Bounds of a share, against SciPy."""

from __future__ import annotations

import pytest
from scipy.stats import beta, binomtest, norm

from console.signals.wilson import Z_95, clean_n, needed_n, power_n, proven_under, wilson_lower, wilson_upper


@pytest.mark.parametrize(
    ("bad", "n"), [(0, 1), (0, 299), (1, 38), (14, 38), (22, 241), (500, 1000), (38, 38)]
)
def test_bounds_are_those_of_scipy(bad: int, n: int) -> None:
    two_sided = binomtest(bad, n).proportion_ci(confidence_level=0.90, method="wilson")
    assert wilson_lower(bad, n) == pytest.approx(two_sided.low, abs=1e-12)
    assert wilson_upper(bad, n) == pytest.approx(two_sided.high, abs=1e-12)


def test_z_is_the_one_sided_95_percent_quantile() -> None:
    assert pytest.approx(norm.ppf(0.95)) == Z_95


def test_no_events_prove_nothing() -> None:
    assert (wilson_lower(0, 0), wilson_upper(0, 0)) == (0.0, 1.0)
    assert not proven_under(0, 0, 0.5)


@pytest.mark.parametrize(("edge", "n"), [(0.01, 299), (0.10, 29), (0.05, 59)])
def test_without_a_failure_health_is_proven_exactly_at_the_rule(edge: float, n: int) -> None:
    assert clean_n(edge) == n
    assert not proven_under(0, n - 1, edge)
    assert proven_under(0, n, edge)
    assert beta.ppf(0.95, 1, n) < edge < beta.ppf(0.95, 1, n - 1)


@pytest.mark.parametrize("share", [0.001, 0.004, 0.008])
def test_the_n_that_is_asked_for_is_the_n_that_proves(share: float) -> None:
    n = needed_n(share, 0.01)
    assert wilson_upper(share * n * 1.001, n * 1.001) < 0.01 or n == 299
    if n > 299:
        assert wilson_upper(share * n * 0.99, n * 0.99) > 0.01
    assert needed_n(0.01, 0.01) == float("inf")


def test_four_times_in_five_the_planned_n_proves_a_healthy_share() -> None:
    assert power_n(0.005, 0.01) == pytest.approx(1_990, abs=5)
    assert power_n(0.008, 0.01) == pytest.approx(14_400, rel=0.02)
