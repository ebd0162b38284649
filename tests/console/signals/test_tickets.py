"""Tickets: the trend, against SciPy's own maximization."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from adapters.signals.port import Count, Traffic
from console.signals.judges.tickets import TicketsJudge
from console.signals.trend import DayCount, confirmed, growth, mann_kendall, theil_sen
from console.signals.verdict import State, Verdict
from tests.console.signals.made import DAY, NOON, evidence_of, look, reading

MIDNIGHT = NOON - timedelta(hours=12)


def judged(counts: list[float], answers: list[float] | None = None) -> Verdict:
    start = MIDNIGHT - len(counts) * DAY
    tickets = [reading("tickets", start + i * DAY, Count(k), DAY) for i, k in enumerate(counts)]
    traffic = [reading("traffic", start + i * DAY, Traffic(n, 0), DAY) for i, n in enumerate(answers or [])]
    evidence = evidence_of(Count, tickets)
    return TicketsJudge(1.25).judge(evidence, look(NOON, traffic=evidence_of(Traffic, traffic)))


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    days = [
        DayCount(i, float(rng.poisson(8 * 1.03**i * (0.4 if i % 7 > 4 else 1))), 100.0 + i, i % 7 > 4)
        for i in range(28)
    ]
    x = np.array([[1.0, d.day, float(d.weekend)] for d in days])
    k = np.array([d.count for d in days])
    offset = np.log([d.exposure for d in days])

    def loss(beta: np.ndarray) -> float:
        eta = x @ beta + offset
        return float(np.sum(np.exp(eta) - k * eta))

    best = minimize(loss, np.array([-3.0, 0.0, 0.0]), method="BFGS", options={"gtol": 1e-8})
    found = growth(days)
    assert found is not None
    assert found.factor == pytest.approx(float(np.exp(7 * best.x[1])), rel=1e-4)
    mean = np.exp(x @ best.x + offset)
    phi = max(1.0, float(np.sum((k - mean) ** 2 / mean)) / 25)
    assert found.dispersion == pytest.approx(phi, rel=1e-3)
    error = float(np.sqrt(phi * np.linalg.inv(x.T @ (mean[:, None] * x))[1, 1]))
    assert found.high == pytest.approx(found.factor * np.exp(7 * 2.0595385 * error), rel=1e-3)


def test_steady_tickets_are_ok() -> None:
    verdict = judged([11.0, 12, 10, 11, 9, 12, 11] * 4)
    assert verdict.state is State.OK
    assert verdict.why.endswith("last 24 h still arriving")


def test_tickets_that_double_every_week_are_a_breach() -> None:
    assert judged([round(4 * 2 ** (i / 7)) for i in range(28)]).state is State.BREACH


def test_thirteen_days_are_too_few() -> None:
    verdict = judged([11.0] * 13)
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "needs 2 more days with answers"


def test_more_tickets_because_more_users_are_no_harm() -> None:
    ramp = [10.0] * 14 + [50.0] * 14
    assert judged(ramp).state is not State.OK
    assert judged(ramp, [100.0 * k for k in ramp]).state is State.OK


def test_days_without_answers_do_not_count() -> None:
    verdict = judged([11.0] * 28, [0.0] * 20 + [500.0] * 8)
    assert verdict.state is State.TOO_FEW


def test_the_last_24_hours_are_left_out() -> None:
    assert judged([11.0] * 27 + [500.0]).state is State.OK


@pytest.mark.parametrize("counts", [[0.0] * 28, [0.0] * 27 + [1.0], [1e15] * 28, [0.0, 1e15] * 14])
def test_odd_counts_are_survived(counts: list[float]) -> None:
    assert judged(counts).state in State


def test_two_months_of_no_change_rarely_alarm() -> None:
    rng = np.random.default_rng(9)
    alarms = sum(judged([float(k) for k in rng.poisson(11, 28)]).state is State.BREACH for _ in range(40))
    assert alarms <= 1


def test_nothing_read_is_no_data() -> None:
    assert judged([]).state is State.NO_DATA


@pytest.mark.parametrize("seed", range(20))
def test_theil_sen_and_mann_kendall_agree_with_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = [float(value) for value in rng.poisson(9 + 0.2 * seed * np.arange(20) / 20)]
    slope = theil_sen([(float(day), value) for day, value in enumerate(values)])
    assert slope == pytest.approx(stats.theilslopes(values, np.arange(20.0)).slope)
    found = stats.kendalltau(np.arange(20), values, method="asymptotic", alternative="greater")
    z = mann_kendall(values)
    # SciPy gives no continuity correction: one step of S lies between them, at most.
    n = len(values)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in np.unique(values, return_counts=True)[1])
    step = 1 / np.sqrt((n * (n - 1) * (2 * n + 5) - ties) / 18)
    assert z == pytest.approx(float(stats.norm.isf(found.pvalue)), abs=step + 1e-9)


def test_values_that_say_nothing_have_no_trend() -> None:
    assert mann_kendall([]) == mann_kendall([1.0, 2.0, 3.0]) == mann_kendall([5.0] * 9) == 0.0
    assert theil_sen([]) is None
    assert theil_sen([(1.0, 2.0), (1.0, 3.0)]) is None


def test_one_bad_day_is_no_trend_and_many_are() -> None:
    def days(counts: list[float]) -> list[DayCount]:
        return [DayCount(index, count, 100.0, index % 7 >= 5) for index, count in enumerate(counts)]

    quiet = [9.0, 8.0, 10.0, 9.0, 9.0, 4.0, 3.0] * 4
    assert not confirmed(days(quiet))
    assert not confirmed(days([*quiet[:-1], 120.0]))
    assert confirmed(days([count * 1.05**index for index, count in enumerate(quiet)]))
