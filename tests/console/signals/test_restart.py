"""A console that is started again: what was known stands, and nothing is forgotten or made up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import ServerFault
from adapters.signals.port import Attempts, Batch, Ratio, Reading, Shape, Traffic
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.verdict import Board, Change, ModelChange, State, Verdict
from console.store.kept import Latch
from tests.console.signals.made import (
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    NOON,
    batch,
    configs,
    history,
    of_minute,
    quick,
    reading,
)

BROKEN = ServerFault("answered 503", where="prometheus at 127.0.0.1:9090", todo="See its log.")
SINCE = NOON - 5 * MINUTE
LATCH = Latch("errors", SINCE, "error rate 36.8 %: 14 of 38 answers failed", (("answers", "38"),))
MINUTES = 270
SEEDS = (0, 1)


@dataclass(frozen=True)
class Played:
    """A story, minute by minute, as a console saw it that was never stopped."""

    past: tuple[Reading, ...]
    minutes: tuple[tuple[Reading, ...], ...]
    boards: tuple[Board, ...]
    latches: tuple[dict[str, Latch], ...]


@cache
def played(seed: int) -> Played:
    """Twelve quiet days; then answers fail and slow down and a new injection passes; then all is well."""
    rng = random.Random(seed)
    begins = {key: rng.randrange(10, 60) for key in ("errors", "latency", "injection", "feedback")}
    lasts = {key: rng.randrange(10, 30) for key in begins}
    past = tuple(one for one in history(NOON, minutes=600, days=12) if one.signal != "injection")
    leak = Shape({"leak": Attempts(1, 0, 1)}, 120)
    past += tuple(reading("injection", NOON - 10 * DAY + i * HOUR, leak, HOUR) for i in range(230))
    past += tuple(reading("injection", NOON - (600 - i) * MINUTE, Shape({}, 2)) for i in range(600))
    minutes = []
    for index in range(MINUTES):
        start = NOON + index * MINUTE
        bad = {key: begins[key] <= index < begins[key] + lasts[key] for key in begins}
        found = []
        for key in ("errors", "latency", "feedback", "cost", "tickets", "injection", "traffic"):
            seen = of_minute(key, rng, 10, failing=0.4 if bad["errors"] else 0.002)
            if key == "latency" and bad[key]:
                seen = quick(0.5, 0.9, 10)
            if key == "feedback" and bad[key]:
                seen = Ratio(rng.randrange(3, 7), 10)
            if key == "injection" and bad[key]:
                seen = Shape({"new": Attempts(0, 1, 3)}, 10)
            if key == "injection" and not bad[key]:
                seen = Shape({}, 10)
            found.append(reading(key, start, seen))
        minutes.append(tuple(found))
    now = [NOON]
    monitor = Monitor(build_judges(configs()), clock=lambda: now[0])
    monitor.take(KEYS, batch(NOON, past))
    boards, latches = [], []
    for index, readings in enumerate(minutes):
        now[0] = NOON + (index + 1) * MINUTE
        monitor.take(KEYS, batch(now[0], readings))
        boards.append(monitor.board())
        latches.append(dict(monitor.latches()))
    return Played(past, tuple(minutes), tuple(boards), tuple(latches))


def restarted(story: Played, after: int, *, remembers: int = 0, later: int = 1) -> tuple[Monitor, datetime]:
    """A monitor that was stopped after a minute, and has taken one batch since.

    Args:
        remembers: minutes before the stop that the source sends once more.
        later: minutes that it was stopped for.
    """
    at = NOON + (after + later) * MINUTE
    monitor = Monitor(build_judges(configs()), clock=lambda: at)
    kept = [*story.past, *(one for minute in story.minutes[:after] for one in minute)]
    monitor.restore(kept, story.latches[after - 1], changes=story.boards[after - 1].changes)
    monitor.board()
    again = story.minutes[max(0, after - remembers) : after + later]
    monitor.take(KEYS, batch(at, [one for minute in again for one in minute]))
    return monitor, at


def said(verdict: Verdict) -> tuple[object, ...]:
    return verdict.state, verdict.was, verdict.since if verdict.state is State.BREACH else None


@pytest.mark.sim
def test_the_story_has_what_it_needs() -> None:
    for seed in SEEDS:
        found = {(key, one.state) for board in played(seed).boards for key, one in board.verdicts.items()}
        assert {("errors", State.BREACH), ("latency", State.BREACH), ("injection", State.BREACH)} <= found
        assert ("errors", State.OK) in found
        assert "errors" not in played(seed).latches[-1]


@pytest.mark.sim
@settings(max_examples=12, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    after=st.integers(1, MINUTES - 12),
    remembers=st.sampled_from([0, 3, 60]),
    later=st.sampled_from([1, 10]),
)
def test_a_restart_at_any_minute_gives_the_same_verdicts(
    seed: int, after: int, remembers: int, later: int
) -> None:
    story = played(seed)
    monitor, _ = restarted(story, after, remembers=remembers, later=later)
    board, wanted = monitor.board(), story.boards[after + later - 1]
    assert {key: said(one) for key, one in board.verdicts.items()} == {
        key: said(one) for key, one in wanted.verdicts.items()
    }
    assert board.changes == ()
    assert {key: one.since for key, one in monitor.latches().items()} == {
        key: one.since for key, one in story.latches[after + later - 1].items()
    }


@settings(max_examples=8, deadline=None)
@given(seed=st.sampled_from(SEEDS), after=st.integers(60, 200))
def test_a_restart_without_any_reading_kept_never_loses_a_breach(seed: int, after: int) -> None:
    story = played(seed)
    at = NOON + after * MINUTE
    now = [at]
    monitor = Monitor(build_judges(configs()), clock=lambda: now[0])
    monitor.restore((), story.latches[after - 1])
    for index in range(after, after + 5):
        now[0] = NOON + (index + 1) * MINUTE
        monitor.take(KEYS, batch(now[0], story.minutes[index]))
        for key, latch in story.latches[after - 1].items():
            verdict = monitor.board().verdicts[key]
            assert State.BREACH in (verdict.state, verdict.was)
            assert verdict.since == latch.since


def started(*, readings: tuple[Reading, ...] = (), latch: Latch = LATCH) -> Monitor:
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    monitor.restore(readings, {latch.signal: latch})
    return monitor


def test_before_the_source_has_answered_the_breach_stands_with_its_since() -> None:
    verdict = started().board().verdicts["errors"]
    assert (verdict.state, verdict.was, verdict.since) == (State.NO_DATA, State.BREACH, SINCE)
    assert verdict.was_since == SINCE
    assert "14 of 38 answers failed" in verdict.headline


def test_a_source_that_fails_at_once_does_not_hide_it() -> None:
    monitor = started()
    monitor.failed(("errors",), BROKEN)
    verdict = monitor.board().verdicts["errors"]
    assert (verdict.state, verdict.was, verdict.since) == (State.ERROR, State.BREACH, SINCE)
    assert verdict.headline.startswith("error rate: answered 503; was BREACH, ")


def test_a_source_that_has_nothing_to_say_does_not_clear_it() -> None:
    monitor = started()
    monitor.take(KEYS, batch(NOON))
    verdict = monitor.board().verdicts["errors"]
    assert (verdict.state, verdict.was, verdict.since) == (State.NO_DATA, State.BREACH, SINCE)
    assert monitor.latches() == {"errors": LATCH}


def test_a_source_that_has_gone_silent_shows_what_it_was() -> None:
    old = tuple(reading("errors", NOON - HOUR + i * MINUTE, Ratio(0, 3)) for i in range(10))
    monitor = started(readings=old, latch=Latch("errors", NOON - HOUR, LATCH.headline))
    monitor.take(KEYS, Batch(NOON, {}, ()))
    verdict = monitor.board().verdicts["errors"]
    assert (verdict.state, verdict.was, verdict.since) == (State.STALE, State.BREACH, NOON - HOUR)


def test_a_source_that_has_not_caught_up_yet_does_not_clear_it() -> None:
    monitor = started(readings=tuple(healthy(60, since=NOON - 2 * HOUR)))
    monitor.take(KEYS, batch(NOON, errors=SINCE - 30 * MINUTE))
    verdict = monitor.board().verdicts["errors"]
    assert State.BREACH in (verdict.state, verdict.was)
    assert verdict.since == SINCE
    monitor.take(KEYS, batch(NOON, [reading("errors", NOON - MINUTE, Ratio(0, 3))]))
    assert monitor.board().verdicts["errors"].state is State.BREACH


def test_what_is_not_seen_any_more_is_told_as_proven_before() -> None:
    monitor = started()
    monitor.take(KEYS, batch(NOON, [reading("errors", NOON - MINUTE, Ratio(0, 20))]))
    verdict = monitor.board().verdicts["errors"]
    assert (verdict.state, verdict.since) == (State.BREACH, SINCE)
    assert verdict.headline.endswith("; proven before: error rate 36.8 %: 14 of 38 answers failed")


def healthy(minutes: int, per_minute: int = 20, *, since: datetime = NOON) -> list[Reading]:
    return [reading("errors", since + i * MINUTE, Ratio(0, per_minute)) for i in range(minutes)]


@pytest.mark.parametrize(("minutes", "stands"), [(149, True), (152, False)])
def test_it_clears_after_five_windows_inside_as_any_other(minutes: int, stands: bool) -> None:
    monitor = started()
    monitor.take(KEYS, batch(NOON + minutes * MINUTE, healthy(minutes)))
    verdict = monitor.board().verdicts["errors"]
    assert (verdict.state is State.BREACH) is stands
    assert bool(monitor.latches()) is stands


def test_readings_newer_than_the_source_are_of_another_world() -> None:
    failing = tuple(reading("errors", NOON + i * MINUTE, Ratio(5, 5)) for i in range(30))
    monitor = started(readings=failing, latch=Latch("errors", NOON + HOUR, "of tomorrow"))
    monitor.take(KEYS, batch(NOON, [reading("errors", NOON - MINUTE, Ratio(0, 3))]))
    verdict = monitor.board().verdicts["errors"]
    assert verdict.state is State.TOO_FEW
    assert verdict.count_text == "0/299" or verdict.count_text.startswith("3/")
    assert monitor.latches() == {}


def test_a_kill_of_before_the_restart_ends_what_stood_before_it_and_is_no_news() -> None:
    story = played(0)
    after = next(i for i, kept in enumerate(story.latches) if "errors" in kept) + 5
    at = NOON + (after + 10) * MINUTE
    monitor = Monitor(build_judges(configs()), clock=lambda: at)
    monitor.restore([one for minute in story.minutes[:after] for one in minute], story.latches[after - 1])
    monitor.take(KEYS, batch(at))
    monitor.board()
    monitor.killed(NOON + after * MINUTE)
    board = monitor.board()
    assert board.verdicts["errors"].state is State.OFF
    assert "before it BREACH, error rate" in board.verdicts["errors"].why
    assert monitor.latches().keys() <= {"tickets"}
    assert board.changes == ()


def test_a_restore_of_before_the_restart_does_not_bring_the_old_breach_back() -> None:
    story = played(0)
    after = next(i for i, kept in enumerate(story.latches) if "errors" in kept) + 5
    at = NOON + (after + 60) * MINUTE
    monitor = Monitor(build_judges(configs()), clock=lambda: at)
    kept = [*story.past, *(one for minute in story.minutes[:after] for one in minute)]
    monitor.restore(kept, {})
    monitor.take(KEYS, batch(at))
    monitor.resumed(NOON + after * MINUTE)
    board = monitor.board()
    assert board.verdicts["errors"].state is not State.BREACH
    assert monitor.latches() == {}
    assert board.changes == ()


def test_a_state_of_which_no_judge_knows_the_beginning_keeps_it() -> None:
    begun = NOON - 9 * HOUR
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    past = tuple(one for one in history(NOON, minutes=600, days=12))
    monitor.restore(past, {}, changes=[Change(begun, "injection", State.TOO_FEW, State.WATCH)])
    passed = Shape({"leak": Attempts(0, 1, 1)}, 2)
    monitor.take(KEYS, batch(NOON, [reading("injection", NOON - MINUTE, passed)]))
    verdict = monitor.board().verdicts["injection"]
    assert (verdict.state, verdict.since) == (State.WATCH, begun)


def test_rubbish_that_was_kept_is_left_out_without_a_mark() -> None:
    bad = (
        reading("errors", NOON - 2 * MINUTE, Ratio(float("nan"), 3)),
        reading("errors", datetime(2026, 11, 24, 11, 0), Ratio(0, 3)),
        reading("errors", NOON - MINUTE, Traffic(1, 1)),
    )
    monitor = started(readings=bad)
    monitor.take(KEYS, batch(NOON))
    verdict = monitor.board().verdicts["errors"]
    assert verdict.partial == ""
    assert verdict.was is State.BREACH


def test_what_a_broken_history_gives_crashes_nothing() -> None:
    naive = datetime(2026, 11, 24, 11, 0)
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    monitor.restore(
        [Reading("mood", NOON - MINUTE, NOON, Ratio(0, 3), None)],
        {"errors": Latch("errors", naive, "of no time"), "mood": LATCH},
        changes=[Change(naive, "error rate", State.OK, State.BREACH)],
        models=[ModelChange(naive, "a", "b")],
    )
    monitor.take(KEYS, batch(NOON, [reading("errors", NOON - MINUTE, Ratio(0, 3))]))
    board = monitor.board()
    assert board.verdicts["errors"].state is State.TOO_FEW
    assert board.models == ()


def test_a_latch_keeps_the_numbers_of_its_proof() -> None:
    story = played(1)
    first = next(i for i, kept in enumerate(story.latches) if "errors" in kept)
    last = max(i for i, kept in enumerate(story.latches) if "errors" in kept)
    latch = story.latches[first]["errors"]
    assert story.latches[min(last, first + 20)]["errors"] == latch
    assert latch.headline.startswith("error rate ")
    assert dict(latch.numbers)["proof passed its line"]


def test_restoring_is_cheap() -> None:
    story = played(0)
    monitor, at = restarted(story, 250)
    assert monitor.board(at + timedelta(seconds=1)).clock is not None
