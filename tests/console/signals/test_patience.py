"""Near an edge a proof comes and goes with single answers; a person is not to read each of them."""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

import pytest

from adapters.signals.port import Amount, Ratio, Reading
from console.signals.evidence import Evidence, minute_of
from console.signals.judges.cost import CostJudge
from console.signals.judges.ratio import ERRORS, RatioJudge
from console.signals.shares import HOLDS, LASTS, ShareFold, ShareView
from console.signals.verdict import State
from tests.console.signals.made import DAY, HOUR, MINUTE, NOON, look, reading


def counts(readings: tuple[Reading, ...]) -> tuple[float, float, float]:
    (seen,) = (one.observation for one in readings)
    assert isinstance(seen, Ratio)
    return seen.bad, seen.bad, seen.n


@cache
def views(seed: int, share: float) -> tuple[ShareView, ...]:
    """A day of eight answers a minute, judged at each of its minutes."""
    rng = random.Random(seed)
    evidence, fold = Evidence(Ratio), ShareFold(0.01, counts)
    found = []
    for index in range(1440):
        at = NOON + index * MINUTE
        evidence.put(reading("errors", at, Ratio(sum(rng.random() < share for _ in range(8)), 8)))
        found.append(fold.advance(evidence, None, minute_of(at) + 1))
    return tuple(found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_share_near_its_edge_changes_its_verdict_seldom(seed: int) -> None:
    states = [view.state for view in views(seed, 0.006)]
    assert {State.OK, State.WATCH} <= set(states)
    assert sum(before is not after for before, after in pairwise(states)) <= 24


@pytest.mark.parametrize("share", [0.004, 0.006, 0.008])
def test_ok_rests_on_a_proof_of_the_last_minutes_and_on_a_share_in_the_band(share: float) -> None:
    for view in views(1, share):
        if view.state is State.OK:
            assert view.lost <= HOLDS
            assert view.long.bad <= 0.01 * view.long.n
            assert view.outside < 2


def test_a_proof_that_was_lost_has_to_last() -> None:
    for before, after in pairwise(views(2, 0.006)):
        if before.state is State.WATCH and after.state is State.OK:
            assert after.proven >= LASTS


def test_a_rise_is_watch_at_once_whatever_was_proven_before() -> None:
    judge, evidence = RatioJudge("errors", ERRORS, 0.01), Evidence(Ratio)
    for index in range(600):
        evidence.put(reading("errors", NOON + index * MINUTE, Ratio(0, 8)))
    at = NOON + 600 * MINUTE
    assert judge.judge(evidence, look(at)).state is State.OK
    for index in range(600, 605):
        evidence.put(reading("errors", NOON + index * MINUTE, Ratio(2, 8)))
    assert judge.judge(evidence, look(at + 5 * MINUTE)).state in (State.WATCH, State.BREACH)


def test_a_pace_near_its_edge_changes_its_verdict_seldom() -> None:
    rng = random.Random(3)
    judge, evidence = CostJudge(0.2, {"forecast": 96.0}), Evidence(Amount)
    midnight = NOON.replace(hour=0)
    for back in range(1, 22):
        for hour in range(24):
            usd = 4.0 * rng.uniform(0.85, 1.15)
            evidence.put(reading("cost", midnight - back * DAY + hour * HOUR, Amount(usd), HOUR))
    states = []
    for index in range(1200):
        at = midnight + index * MINUTE
        spent = 0.0 if rng.random() < 0.9 else rng.expovariate(1) * 0.74
        evidence.put(reading("cost", at, Amount(spent)))
        states.append(judge.judge(evidence, look(at + MINUTE)).state)
    assert {State.OK, State.WATCH} <= set(states)
    runs = [1]
    for before, after in pairwise(states):
        runs = [*runs, 1] if before is not after else [*runs[:-1], runs[-1] + 1]
    assert len(runs) <= 20
