"""Whatever a source sends: no judge crashes, nothing turns green by it, and batching does not matter."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.signals.port import (
    Amount,
    Attempts,
    Batch,
    Count,
    Latency,
    Observation,
    Ratio,
    Reading,
    Score,
    Shape,
    Stratum,
    Traffic,
)
from adapters.untrusted import Untrusted
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.summary import verdict_line
from console.signals.verdict import State
from tests.console.signals.made import KEYS, MINUTE, NOON, batch, configs, night_run, of_minute, reading

number = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 2_000).map(float),
    st.sampled_from([0.0, 1e15, 1e-300, 0.5]),
)
name = st.text(max_size=6)
instant = st.one_of(
    st.integers(-3_000, 200).map(lambda m: NOON + m * MINUTE),
    st.datetimes(),
    st.just(datetime(1, 1, 1)),
    st.just(NOON + timedelta(days=400_000)),
)
observation: st.SearchStrategy[Observation] = st.one_of(
    st.builds(Ratio, number, number, st.dictionaries(name, number, max_size=2), rated=st.none() | number),
    st.builds(Latency, st.lists(st.tuples(number, number), max_size=4).map(tuple)),
    st.builds(Amount, number, number, number),
    st.builds(Count, number, st.dictionaries(name, number, max_size=2)),
    st.builds(
        Shape,
        st.dictionaries(name, st.builds(Attempts, number, number), max_size=3),
        number,
        st.none() | name,
    ),
    st.builds(Traffic, number, number),
    st.builds(
        Score,
        st.lists(
            st.builds(Stratum, name.map(Untrusted), st.integers(-3, 300), number, number, st.none() | number),
            max_size=3,
        ).map(tuple),
        st.none() | number,
        st.none() | st.integers(-3, 500),
    ),
)
anything = st.builds(
    Reading,
    st.sampled_from([*KEYS, "traffic", "other"]),
    instant,
    instant,
    observation,
    st.none() | instant,
    st.booleans(),
    st.sampled_from(["", "", "2 events dropped"]),
)
minute_reading = st.builds(
    lambda key, back, seen: reading(key, NOON - back * MINUTE, seen),
    st.sampled_from([*KEYS, "traffic"]),
    st.integers(1, 2_000),
    observation,
)
batches = st.builds(
    Batch,
    instant,
    st.dictionaries(st.sampled_from([*KEYS, "traffic"]), instant, max_size=4),
    st.lists(st.one_of(anything, minute_reading), max_size=6).map(tuple),
    st.one_of(st.sampled_from([1.0, 60.0]), number),
)
FEW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(st.lists(batches, max_size=4), st.none() | instant)
def test_nothing_a_source_sends_crashes_a_judge(sent: list[Batch], kill: datetime | None) -> None:
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    for one in sent:
        monitor.take(KEYS, one)
        board = monitor.board()
    if kill is not None and kill.tzinfo is not None:
        monitor.killed(kill)
    board = monitor.board()
    for verdict in board.verdicts.values():
        assert "defect of the console" not in verdict.problem
        assert verdict.headline.isprintable()
        assert verdict.why.isprintable()
    assert verdict_line(board)


def bad_for(key: str) -> st.SearchStrategy[Reading]:
    """Readings of a signal that cannot be, or tell nothing."""
    empty: dict[str, Observation] = {
        "errors": Ratio(0, 0),
        "feedback": Ratio(0, 0),
        "latency": Latency(()),
        "cost": Amount(0),
        "evals": Score(()),
        "tickets": Count(float("nan")),
        "injection": Shape({}, 0),
    }
    wrong = st.sampled_from([float("nan"), float("inf"), float("-inf"), -1.0, 1e300])
    build: dict[str, st.SearchStrategy[Observation]] = {
        "errors": st.builds(Ratio, st.just(0.0), wrong),
        "feedback": st.builds(Ratio, st.just(0.0), wrong),
        "latency": st.builds(lambda k: Latency(((1.0, k),)), wrong),
        "cost": st.builds(Amount, wrong),
        "evals": st.builds(lambda m: Score((Stratum(Untrusted("a"), 200, m, 0.1),), 0.86, 1000), wrong),
        "tickets": st.builds(Count, wrong),
        "injection": st.builds(lambda n: Shape({}, n), wrong),
    }
    seen = st.one_of(build[key], st.just(empty[key]))
    return st.builds(lambda back, one: reading(key, NOON - back * MINUTE, one), st.integers(1, 1_500), seen)


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_impossible_or_empty_readings_never_make_a_signal_ok(key: str, data: st.DataObject) -> None:
    monitor = Monitor(build_judges(configs([key])), clock=lambda: NOON)
    monitor.take([key], batch(NOON, data.draw(st.lists(bad_for(key), max_size=8))))
    assert monitor.board().verdicts[key].state is not State.OK


@settings(max_examples=12, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 399), max_size=12).map(sorted),
    trouble=st.integers(0, 400),
    seed=st.integers(0, 5),
    repeat=st.booleans(),
)
def test_the_same_minutes_give_the_same_verdicts_however_they_came(
    cuts: list[int], trouble: int, seed: int, repeat: bool
) -> None:
    rng = random.Random(seed)
    keys = ("errors", "latency", "feedback", "cost", "injection", "tickets")
    minutes = [
        [
            reading(key, NOON + i * MINUTE, of_minute(key, rng, 4, failing=0.3 if i > trouble else 0.003))
            for key in keys
        ]
        for i in range(400)
    ]
    night = night_run(NOON - 60 * MINUTE)
    end = NOON + 400 * MINUTE

    def played(pieces: list[int]) -> dict[str, object]:
        now = end
        monitor = Monitor(build_judges(configs()), clock=lambda: now)
        for begin, stop in zip([0, *pieces], [*pieces, 400], strict=True):
            first = max(0, begin - 20) if repeat else begin
            found = [one for minute in minutes[first:stop] for one in minute]
            monitor.take(KEYS, batch(NOON + stop * MINUTE, [*found, night]))
            monitor.board()
        return {
            key: (one.state, one.value, one.count_text, one.headline, one.numbers)
            + ((one.since,) if key in ("errors", "latency", "feedback") else ())
            for key, one in monitor.board().verdicts.items()
        }

    assert played(cuts) == played([])
