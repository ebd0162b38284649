"""The monitor: from batches, failures and kills to the board."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from adapters.errors import AdapterError, ServerFault
from adapters.signals.port import Attempts, Batch, Ratio, Reading, Shape, Traffic
from adapters.untrusted import Untrusted
from console.signals.monitor import Monitor
from console.signals.seven import ORDER, build_judges
from console.signals.verdict import Board, State
from tests.console.signals.made import (
    HOUR,
    KEYS,
    MINUTE,
    NOON,
    batch,
    configs,
    history,
    of_minute,
    reading,
)

BROKEN = ServerFault("answered 503", where="prometheus at 127.0.0.1:9090", todo="See its log.")
ANSWERED = ("errors", "latency", "cost", "feedback", "evals", "injection")


class Feed:
    """A monitor with a clock in hand, one event second a real second unless told otherwise."""

    def __init__(self, keys: tuple[str, ...] = KEYS) -> None:
        self.now = NOON
        self.rng = random.Random(2)
        self.monitor = Monitor(build_judges(configs(keys)), clock=lambda: self.now)

    def take(self, readings: Iterable[Reading], at: datetime | None = None, **complete: datetime) -> Board:
        self.now = at or self.now
        self.monitor.take(KEYS, batch(self.now, readings, **complete))
        return self.monitor.board()

    def minutes(self, count: int, *, failing: float = 0.0, ai: int = 3, traffic: int | None = None) -> Board:
        board = self.monitor.board()
        for _ in range(count):
            start = self.now
            found = [
                reading(key, start, of_minute(key, self.rng, ai, failing=failing))
                for key in KEYS
                if key not in ("evals", "tickets")
            ]
            found.append(reading("traffic", start, Traffic(ai if traffic is None else traffic, 5 - ai)))
            board = self.take(found, start + MINUTE)
        return board


@pytest.fixture
def feed() -> Feed:
    """A feature that was healthy for twelve days."""
    found = Feed()
    month = history(NOON, minutes=720, days=12)
    found.take([one for one in month if one.signal != "injection"] + usual_attempts())
    return found


def usual_attempts() -> list[Reading]:
    begin = NOON - timedelta(days=10)
    seen = Shape({"leak": Attempts(1, 0, 1)}, 120)
    past = [reading("injection", begin + i * HOUR, seen, HOUR) for i in range(228)]
    return past + [reading("injection", NOON - (720 - i) * MINUTE, Shape({}, 2)) for i in range(720)]


def states(board: Board) -> dict[str, State]:
    return {key: verdict.state for key, verdict in board.verdicts.items()}


def test_the_panels_stand_in_a_fixed_order(feed: Feed) -> None:
    assert tuple(feed.monitor.board().verdicts) == ORDER


def test_before_any_answer_nothing_is_known_and_nothing_is_green() -> None:
    board = Feed().monitor.board()
    assert set(states(board).values()) == {State.NO_DATA}
    assert board.clock is None
    assert board.flow is None
    assert board.verdicts["errors"].why == "waiting for the source's first answer"


def test_a_healthy_month_reads_healthy(feed: Feed) -> None:
    found = states(feed.monitor.board())
    assert [key for key in found if found[key] is not State.OK] == ["tickets"]
    assert found["tickets"] is State.TOO_FEW


def test_failures_become_a_breach_and_a_change_for_the_timeline(feed: Feed) -> None:
    board = feed.minutes(12, failing=0.5)
    verdict = board.verdicts["errors"]
    assert verdict.state is State.BREACH
    assert verdict.since is not None
    assert abs(verdict.since - NOON) <= 3 * MINUTE
    (change,) = [one for one in board.changes if one.after is State.BREACH]
    assert change.title == "error rate"
    assert NOON < change.at <= NOON + 12 * MINUTE


def test_the_board_is_the_same_object_while_nothing_differs(feed: Feed) -> None:
    board = feed.monitor.board()
    assert feed.monitor.board(feed.now + timedelta(seconds=1)) is board
    later = feed.minutes(1)
    assert later is not board
    assert later.revision > board.revision


def test_a_board_that_was_kept_does_not_change(feed: Feed) -> None:
    board = feed.monitor.board()
    before = states(board)
    feed.minutes(12, failing=0.5)
    assert states(board) == before


def test_a_silent_source_goes_stale_by_the_clock_alone(feed: Feed) -> None:
    fresh = feed.monitor.board(feed.now + timedelta(minutes=3))
    assert fresh.verdicts["errors"].state is State.OK
    board = feed.monitor.board(feed.now + timedelta(minutes=3, seconds=2))
    found = states(board)
    assert {found[key] for key in KEYS if key != "evals"} == {State.STALE}
    assert found["evals"] is State.OK
    assert board.verdicts["errors"].since == NOON + timedelta(minutes=3)
    assert feed.monitor.board(feed.now + timedelta(hours=30)).verdicts["evals"].state is State.STALE


def test_a_source_that_vouches_for_silence_is_not_stale(feed: Feed) -> None:
    board = feed.take([], NOON + timedelta(minutes=20))
    assert board.verdicts["errors"].state is State.OK


def test_a_source_that_answers_without_vouching_goes_stale(feed: Feed) -> None:
    late = NOON + timedelta(minutes=20)
    feed.now = late
    feed.monitor.take(KEYS, Batch(late, {}, ()))
    assert feed.monitor.board().verdicts["errors"].state is State.STALE


def test_a_breach_behind_a_silent_source_is_still_told(feed: Feed) -> None:
    feed.minutes(12, failing=0.5)
    verdict = feed.monitor.board(feed.now + timedelta(hours=1)).verdicts["errors"]
    assert (verdict.state, verdict.was) == (State.STALE, State.BREACH)


def test_on_a_fast_clock_five_real_seconds_are_waited_for() -> None:
    feed = Feed()
    feed.monitor.take(KEYS, batch(NOON, history(NOON, days=0), speed=60.0))
    assert feed.monitor.board(NOON + timedelta(seconds=4.9)).verdicts["errors"].state is not State.STALE
    assert feed.monitor.board(NOON + timedelta(seconds=5.2)).verdicts["errors"].state is State.STALE


def test_one_failing_source_is_its_own_panels_alone(feed: Feed) -> None:
    feed.monitor.failed(("errors",), BROKEN)
    board = feed.monitor.board()
    verdict = board.verdicts["errors"]
    assert verdict.state is State.ERROR
    assert verdict.problem == "prometheus at 127.0.0.1:9090: answered 503. See its log."
    assert verdict.since == NOON
    assert board.verdicts["latency"].state is State.OK
    assert feed.minutes(1).verdicts["errors"].state is State.OK


def test_a_problem_with_one_signal_of_a_source_is_that_panels_alone(feed: Feed) -> None:
    known = batch(feed.now)
    feed.monitor.take(KEYS, Batch(known.at, known.complete_to, (), problems={"cost": BROKEN}))
    found = states(feed.monitor.board())
    assert found["cost"] is State.ERROR
    assert found["errors"] is State.OK


def test_a_defect_in_a_judge_is_its_own_panels_alone(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = feed.monitor._tracks["cost"].judge
    monkeypatch.setattr(judge, "judge", lambda evidence, look: 1 / 0)
    found = feed.minutes(2)
    assert found.verdicts["cost"].state is State.ERROR
    assert "defect of the console" in found.verdicts["cost"].problem
    assert found.verdicts["errors"].state is State.OK


def test_after_a_kill_the_signals_that_need_answers_rest(feed: Feed) -> None:
    feed.minutes(12, failing=0.5)
    feed.monitor.killed(feed.now)
    board = feed.minutes(30, ai=0)
    found = states(board)
    assert {found[key] for key in ANSWERED} == {State.OFF}
    assert found["tickets"] is State.TOO_FEW
    assert "before it BREACH, error rate" in board.verdicts["errors"].why
    assert board.flow is not None
    assert (board.flow.ai_per_hour, board.flow.fallback_per_hour) == (0.0, 300.0)


def test_answers_in_the_minute_of_the_kill_are_not_taken_for_a_return(feed: Feed) -> None:
    feed.minutes(5)
    feed.monitor.killed(feed.now + timedelta(seconds=30))
    assert feed.minutes(1).verdicts["errors"].state is State.OFF


def test_answers_that_come_back_after_a_kill_are_judged_again(feed: Feed) -> None:
    feed.monitor.killed(feed.now)
    feed.minutes(10, ai=0)
    board = feed.minutes(3, failing=0.0)
    verdict = board.verdicts["errors"]
    assert verdict.state is State.WATCH
    assert verdict.why.startswith("AI answers after the kill: ")
    assert verdict.count_long == "0 of 9 answers, 13 min"
    assert feed.minutes(8, failing=0.9).verdicts["errors"].state is State.BREACH
    assert feed.minutes(6, ai=0).verdicts["errors"].state is State.OFF


def test_our_own_kill_is_never_low_cost(feed: Feed) -> None:
    feed.monitor.killed(feed.now)
    feed.minutes(300, ai=0)
    feed.monitor.killed(None)
    assert feed.minutes(3).verdicts["cost"].state is not State.BREACH


def test_a_restore_begins_a_new_epoch_without_the_old_latch(feed: Feed) -> None:
    feed.minutes(12, failing=0.5)
    feed.monitor.killed(feed.now)
    feed.minutes(5, ai=0)
    feed.monitor.killed(None)
    verdict = feed.minutes(3).verdicts["errors"]
    assert verdict.state is State.TOO_FEW
    assert verdict.count_text == "9/299"


def test_saying_the_same_kill_again_changes_nothing(feed: Feed) -> None:
    feed.monitor.killed(feed.now)
    board = feed.monitor.board()
    feed.monitor.killed(feed.now)
    assert feed.monitor.board() is board


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0, 1e300])
def test_a_number_that_cannot_be_never_reads_ok(feed: Feed, number: float) -> None:
    verdict = feed.take([reading("errors", NOON, Ratio(0, number))], NOON + MINUTE).verdicts["errors"]
    assert verdict.state is State.WATCH
    assert verdict.partial == "1 reading unusable: not a count"


def test_a_partial_mark_stands_for_an_hour(feed: Feed) -> None:
    partial = Reading(
        "errors", NOON, NOON + MINUTE, Ratio(0, 3), NOON, partial="5 events dropped by the server"
    )
    assert feed.take([partial], NOON + MINUTE).verdicts["errors"].state is State.WATCH
    assert feed.take([], NOON + 50 * MINUTE).verdicts["errors"].state is State.WATCH
    assert feed.take([], NOON + 70 * MINUTE).verdicts["errors"].partial == ""


def test_a_small_step_back_of_the_clock_changes_nothing(feed: Feed) -> None:
    before = states(feed.minutes(3, failing=0.0))
    feed.now -= timedelta(seconds=100)
    feed.monitor.take(KEYS, batch(feed.now))
    board = feed.monitor.board()
    assert states(board) == before
    assert board.notes == ()


def test_a_batch_without_a_usable_clock_is_an_error(feed: Feed) -> None:
    feed.monitor.take(KEYS, Batch(NOON, {}, (), speed=float("nan")))
    assert set(states(feed.monitor.board()).values()) == {State.ERROR}


def test_a_signal_that_this_source_does_not_serve_is_not_taken(feed: Feed) -> None:
    bad = [reading("errors", NOON + i * MINUTE, Ratio(9, 9)) for i in range(5)]
    feed.now = NOON + 5 * MINUTE
    feed.monitor.take(("latency",), batch(feed.now, bad))
    feed.take([])
    assert feed.monitor.board().verdicts["errors"].state is State.OK


def test_two_sources_do_not_count_the_same_traffic_twice() -> None:
    feed = Feed()
    traffic = [reading("traffic", NOON + i * MINUTE, Traffic(2, 1)) for i in range(10)]
    feed.now = NOON + 10 * MINUTE
    feed.monitor.take(("errors",), batch(feed.now, traffic))
    feed.monitor.take(("latency",), batch(feed.now, traffic))
    flow = feed.monitor.board().flow
    assert flow is not None
    assert flow.ai_per_hour == 120.0


def test_an_error_that_goes_on_keeps_its_first_moment(feed: Feed) -> None:
    feed.monitor.failed(KEYS, BROKEN)
    feed.now = NOON + 5 * MINUTE
    feed.monitor.failed(KEYS, AdapterError("again", where="there", todo="Wait."))
    assert feed.monitor.board().verdicts["errors"].since == NOON


def test_a_model_that_was_seen_is_on_the_board(feed: Feed) -> None:
    feed.monitor.take(KEYS, Batch(NOON, {}, (), model=Untrusted("m-2")))
    assert feed.monitor.board().model == "m-2"


def test_a_minute_later_judging_costs_little(feed: Feed) -> None:
    feed.minutes(3)
    spent = []
    for _ in range(20):
        start = feed.now
        found = [reading(key, start, of_minute(key, feed.rng, 3)) for key in KEYS if key != "evals"]
        feed.now = start + MINUTE
        feed.monitor.take(KEYS, batch(feed.now, found))
        began = time.process_time()
        feed.monitor.board()
        spent.append(time.process_time() - began)
    assert sorted(spent)[5] < 0.01


def test_a_source_that_answers_for_one_signal_after_another_has_told_all_only_at_the_end() -> None:
    monitor = Monitor(build_judges(configs(["errors", "latency"])), clock=lambda: NOON)
    both = ("errors", "latency")
    assert not monitor.told(both)
    monitor.take(both, Batch(NOON, {"errors": NOON}, ()))
    assert monitor.told(("errors",))
    assert not monitor.told(both)
    monitor.failed(("latency",), ServerFault("answered 503", where="prometheus", todo="It is asked again."))
    assert monitor.told(both)


def test_judging_goes_on_while_the_source_keeps_its_time() -> None:
    now = [NOON]
    monitor = Monitor(build_judges(configs(["errors"])), clock=lambda: now[0])
    minute = timedelta(minutes=1)
    judged = []
    for number in range(3):
        start = NOON + (number - 1) * minute
        now[0] = start + minute
        seen = Reading("errors", start, start + minute, Ratio(0, 100), start + minute / 2)
        monitor.take(("errors",), Batch(now[0], {"errors": now[0]}, (seen,)))
        judged.append(dict(monitor.board().verdicts["errors"].numbers)["answers"])
    assert judged == ["100", "200", "300"]
