"""Injection attempts: the mix, and what passed."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import dirichlet_multinomial, multinomial

from adapters.signals.port import Attempts, Reading, Shape
from console.signals.judges.injection import InjectionJudge
from console.signals.shape import distance, log_e, smoothed
from console.signals.verdict import State, Verdict
from tests.console.signals.made import DAY, HOUR, NOON, evidence_of, look, reading

USUAL = {"leak": Attempts(20, 0, 3), "role play": Attempts(10, 0, 2)}


def judged(
    now: Mapping[str, Attempts], *, scanned: float = 3000, usual: Mapping[str, Attempts] = USUAL
) -> Verdict:
    past: list[Reading] = [
        reading("injection", NOON - (20 - i) * DAY - 12 * HOUR, Shape(usual, 3000), HOUR) for i in range(18)
    ]
    today = [reading("injection", NOON - 3 * HOUR, Shape(now, scanned, "v14"))]
    return InjectionJudge().judge(evidence_of(Shape, past + today), look(NOON))


def test_the_usual_mix_is_ok_and_says_what_it_is() -> None:
    verdict = judged({"leak": Attempts(6, 0, 3), "role play": Attempts(3, 0, 2)})
    assert verdict.state is State.OK
    assert verdict.why == "6 leak, 3 role play: shape as before; 3 sources at least"
    assert (verdict.value_text, verdict.count_text) == ("9 tries", "0 passed")


def test_peace_is_ok_only_while_the_detector_looks() -> None:
    assert judged({}).state is State.OK
    dead = judged({}, scanned=0)
    assert dead.state is State.NO_DATA
    assert "a dead one looks like peace" in dead.why
    assert judged({}, scanned=20).state is State.TOO_FEW


def test_an_attempt_that_passed_is_watched() -> None:
    verdict = judged({"leak": Attempts(6, 1, 3)})
    assert verdict.state is State.WATCH
    assert verdict.why.startswith("1 leak passed; 7 tries")


def test_a_new_class_that_passed_is_watched_and_from_three_sources_a_breach() -> None:
    assert judged({"smuggled": Attempts(0, 1, 1)}).state is State.WATCH
    assert judged({"smuggled": Attempts(0, 3, 3)}).state is State.BREACH


def test_another_mix_is_a_breach_when_it_is_proven() -> None:
    assert judged({"smuggled": Attempts(12, 0, 1)}).state is State.BREACH
    assert judged({"leak": Attempts(2, 0), "role play": Attempts(9, 0)}).state in (State.WATCH, State.OK)


def test_without_a_known_shape_nothing_is_green() -> None:
    verdict = judged({"leak": Attempts(6, 0)}, usual={"leak": Attempts(1, 0)})
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "needs 32 more tries to know the usual shape"


def test_the_e_value_is_the_ratio_of_scipys_likelihoods() -> None:
    usual, seen = {"a": 30.0, "b": 12.0, "c": 0.0}, {"a": 2.0, "b": 3.0, "d": 4.0}
    shares = smoothed(usual, set(seen))
    names = sorted(shares)
    x = [int(seen.get(name, 0)) for name in names]
    q = np.array([shares[name] for name in names])
    q = q / q.sum()
    expected = dirichlet_multinomial.logpmf(x, len(names) * q, sum(x)) - multinomial.logpmf(x, sum(x), q)
    assert log_e(seen, usual) == pytest.approx(float(expected), abs=1e-9)


def test_the_e_value_is_one_on_average_when_nothing_changed() -> None:
    rng = np.random.default_rng(4)
    usual = {"a": 60.0, "b": 30.0, "c": 10.0}
    shares = smoothed(usual, set())
    draws = rng.multinomial(9, [shares[name] for name in "abc"], 4_000)
    values = [log_e(dict(zip("abc", map(float, row), strict=True)), usual) for row in draws]
    assert sum(map(exp, values)) / len(values) == pytest.approx(1.0, abs=0.15)
    assert sum(value >= log(20) for value in values) / len(values) <= 0.05


def test_the_distance_is_scipys() -> None:
    p, q = {"a": 5.0, "b": 5.0}, {"a": 1.0, "b": 3.0, "c": 6.0}
    expected = jensenshannon([0.5, 0.5, 0.0], [0.1, 0.3, 0.6], base=2)
    assert distance(p, q) == pytest.approx(float(expected))
    assert distance(p, p) == pytest.approx(0.0)
