"""What a person reads who asks why: sentences, the table behind them, and the chart."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.signals.port import Amount, Attempts, Count, Ratio, Reading, Score, Shape
from console.signals.bins import Bins
from console.signals.evidence import Evidence
from console.signals.histogram import add_readings, as_counts, quantile
from console.signals.judges.port import Judge
from console.signals.judges.tickets import TicketsJudge
from console.signals.monitor import Monitor
from console.signals.series import Series, Unit
from console.signals.seven import build_judges
from console.signals.verdict import State
from tests.console.signals.made import (
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    NOON,
    batch,
    configs,
    evidence_of,
    history,
    look,
    night_run,
    reading,
)

JUDGES = {judge.key: judge for judge in build_judges(configs())}


def series(key: str, found: list[Reading], span: timedelta, bins: int, at: datetime = NOON) -> Series:
    judge: Judge = {one.key: one for one in build_judges(configs())}[key]
    drawn = judge.series(evidence_of(judge.kind, found), at, span, bins)
    assert drawn is not None
    return drawn


@settings(max_examples=20, deadline=None)
@given(
    bins=st.integers(1, 130),
    span=st.sampled_from([HOUR, 3 * HOUR, DAY]),
    offset=st.integers(0, 600),
    seed=st.integers(0, 9),
)
def test_every_reading_of_the_span_counts_exactly_once(
    bins: int, span: timedelta, offset: int, seed: int
) -> None:
    rng = random.Random(seed)
    at = NOON + offset * MINUTE
    found = [reading("errors", at - i * MINUTE, Ratio(rng.randrange(3), 3)) for i in range(1, 1460)]
    evidence = evidence_of(Ratio, found)
    laid = Bins.until(at, span, bins)

    def pair(one: Reading) -> tuple[float, ...]:
        assert isinstance(one.observation, Ratio)
        return one.observation.bad, one.observation.n

    counted = laid.sums(evidence, pair)
    assert laid.end - laid.width < at <= laid.end
    assert len(counted) == bins
    for index, got in enumerate(counted):
        start, end = laid.edges(index)
        inside = [one for one in found if start <= one.start + MINUTE / 2 < end]
        if laid.width >= MINUTE:
            wanted = (sum(pair(one)[0] for one in inside), sum(pair(one)[1] for one in inside))
            assert got == (wanted if inside else None)


def test_the_share_of_failures_by_bin_is_what_was_counted() -> None:
    found = [reading("errors", NOON - i * MINUTE, Ratio(1 if i <= 4 else 0, 4)) for i in range(1, 61)]
    drawn = series("errors", found, HOUR, 30)
    assert (drawn.unit, drawn.high_edge, drawn.low_edge) == (Unit.SHARE, 0.01, None)
    assert (drawn.start, drawn.end) == (NOON - HOUR, NOON)
    assert drawn.values == (0.0,) * 28 + (0.25, 0.25)


def test_a_bin_without_answers_is_empty_and_no_zero() -> None:
    drawn = series("errors", [reading("errors", NOON - MINUTE, Ratio(0, 0))], HOUR, 60)
    assert set(drawn.values) == {None}


def test_bins_finer_than_the_source_show_the_same_share_in_each() -> None:
    five = reading("errors", NOON - 5 * MINUTE, Ratio(1, 4), 5 * MINUTE)
    drawn = series("errors", [five], HOUR, 60)
    assert drawn.values == (None,) * 55 + (0.25,) * 5


def test_hours_of_before_stand_beside_minutes() -> None:
    old = [
        reading("injection", NOON - DAY + i * HOUR, Shape({"leak": Attempts(2, 0)}, 9), HOUR)
        for i in range(23)
    ]
    new = [reading("injection", NOON - i * MINUTE, Shape({"leak": Attempts(1, 0)}, 9)) for i in range(1, 61)]
    drawn = series("injection", [*old, *new], DAY, 24)
    assert drawn.unit is Unit.COUNT
    assert drawn.values == (2.0,) * 23 + (60.0,)


def test_latency_is_the_p95_of_each_bin() -> None:
    past = [one for one in history(NOON) if one.signal == "latency" and one.end - one.start == MINUTE]
    drawn = series("latency", past, 3 * HOUR, 36)
    assert (drawn.unit, drawn.high_edge, drawn.low_edge) == (
        Unit.SECONDS,
        pytest.approx(4.84),
        pytest.approx(3.96),
    )
    for index, value in enumerate(drawn.values):
        start = drawn.start + index * 5 * MINUTE
        total: dict[float, float] = {}
        add_readings(total, [one for one in past if start <= one.start < start + 5 * MINUTE])
        assert value == quantile(as_counts(total), 0.95)


def test_cost_is_drawn_against_what_the_forecast_gives_that_hour() -> None:
    days = [reading("cost", NOON - back * DAY - 12 * HOUR + h * HOUR, Amount(4.0), HOUR)
            for back in range(1, 15) for h in range(24)]  # fmt: skip
    today = [reading("cost", NOON - 12 * HOUR + m * MINUTE, Amount(8.0 / 60)) for m in range(720)]
    drawn = series("cost", [*days, *today], 3 * HOUR, 6)
    assert (drawn.unit, drawn.high_edge, drawn.low_edge) == (Unit.TIMES, 1.2, 0.8)
    assert [round(value or 0, 3) for value in drawn.values] == [2.0] * 6


def test_cost_without_a_past_is_in_dollars_a_day() -> None:
    today = [reading("cost", NOON - m * MINUTE, Amount(0.1)) for m in range(1, 121)]
    drawn = series("cost", today, HOUR, 6)
    assert drawn.unit is Unit.DOLLARS
    assert [round(value or 0) for value in drawn.values] == [144] * 6


def test_evals_are_drawn_night_by_night_however_short_the_span() -> None:
    nights = [night_run(NOON.replace(hour=2) - back * DAY, 0.8 + back / 100) for back in range(10)]
    drawn = series("evals", nights, HOUR, 60)
    assert drawn.unit is Unit.SCORE
    assert len(drawn.values) == 30
    assert [round(value, 2) for value in drawn.values if value is not None] == [
        round(0.8 + back / 100, 2) for back in range(9, -1, -1)
    ]
    assert drawn.high_edge == pytest.approx(0.86 * 1.05)
    assert len(series("evals", nights, 7 * DAY, 7).values) == 7


def test_tickets_are_drawn_by_local_day() -> None:
    zone = ZoneInfo("America/New_York")
    judge = TicketsJudge(1.25, zone)
    midnight = datetime(2026, 11, 20, tzinfo=zone)
    found = [reading("tickets", (midnight + i * HOUR).astimezone(UTC), Count(1.0), HOUR) for i in range(72)]
    evidence = evidence_of(Count, found)
    drawn = judge.series(evidence, datetime(2026, 11, 23, 12, tzinfo=UTC), HOUR, 60)
    assert drawn is not None
    assert drawn.values == (24.0, 24.0, 24.0)
    assert drawn.start == midnight


def test_nothing_is_drawn_of_what_is_not_there() -> None:
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    assert monitor.series("errors", HOUR, 60) is None
    monitor.take(KEYS, batch(NOON, history(NOON)))
    assert monitor.series("mood", HOUR, 60) is None
    assert monitor.series("errors", HOUR, 0) is None
    for key in KEYS:
        drawn = monitor.series(key, 3 * HOUR, 90)
        assert drawn is not None
        assert monitor.series(key, 3 * HOUR, 90) is drawn


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_signal_draws_without_a_crash(key: str) -> None:
    drawn = JUDGES[key].series(Evidence(JUDGES[key].kind), NOON, HOUR, 60)
    assert drawn is None or set(drawn.values) == {None}


def failing(share: int, minutes: int = 12) -> list[Reading]:
    past = [one for one in history(NOON - minutes * MINUTE) if one.signal == "errors"]
    return past + [reading("errors", NOON - i * MINUTE, Ratio(share, 4)) for i in range(1, minutes + 1)]


def test_a_breach_says_what_was_counted_what_is_healthy_and_what_clears_it() -> None:
    verdict = JUDGES["errors"].judge(evidence_of(Ratio, failing(2)), look(NOON))
    assert verdict.words == (
        "24 of 48 answers failed in 12 min. Healthy is under 1 %: none of 48.",
        "If the true share were 1 %, this alarm would come less than once in 69 days.",
        "It says BREACH until 5 windows in a row are inside, each of 30 min or more with 299 answers; "
        "so far 0. Missing data does not clear it.",
    )
    proof = next(row for row in verdict.windows if row.window == "at the proof")
    assert proof.crossed is not None
    assert verdict.since is not None
    assert verdict.since < proof.crossed < NOON
    assert (proof.state, proof.line) == (State.BREACH, "9.0e+05")
    assert verdict.columns == ("failed", "answers", "share", "Wilson 95 %")


def test_every_signal_explains_itself_in_words_and_in_a_table() -> None:
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    monitor.take(KEYS, batch(NOON, history(NOON, failing_for=12)))
    for key, verdict in monitor.board().verdicts.items():
        assert len(verdict.words) >= 2, key
        assert all(text.endswith(".") and text.isprintable() for text in verdict.words), key
        assert verdict.windows, key
        assert verdict.method, key


def test_a_burn_rate_is_a_second_opinion_of_errors_alone() -> None:
    errors = JUDGES["errors"].judge(evidence_of(Ratio, failing(2, 60)), look(NOON))
    (burn,) = [row for row in errors.windows if row.window == "burn 1 h/5 m"]
    assert burn.note.startswith("second opinion: harm")
    feedback = JUDGES["feedback"].judge(evidence_of(Ratio, failing(2, 60)), look(NOON))
    assert not [row for row in feedback.windows if row.window.startswith("burn")]


def test_a_run_of_before_the_epoch_is_not_called_no_data() -> None:
    found = evidence_of(Score, [night_run(NOON.replace(hour=2))])
    verdict = JUDGES["evals"].judge(found, look(NOON, NOON - HOUR))
    assert verdict.state is State.TOO_FEW
    assert verdict.needs == "needs the next night"
