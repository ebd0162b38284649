"""Dashboards, the nightly eval, and whether signals were there before the first user. In event time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from console.readiness.gates import GateState
from console.signals.verdict import Clock, State
from tests.console.readiness.made import (
    CONFIG,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    READY,
    SEVEN,
    also,
    attested,
    board,
    evals,
    gate,
    verdict,
)


def test_four_fresh_dashboards_pass_also_while_one_of_them_is_in_breach() -> None:
    shown = gate(replace(READY, board=board(verdict("errors", State.BREACH))), "dashboards")
    assert shown.state is GateState.PASS
    assert shown.evidence == "cost, latency, error rate, eval score: fresh, on this console"


def test_a_stale_dashboard_is_named_with_its_age_and_the_fresh_ones_too() -> None:
    stale = board(verdict("cost", State.STALE, age=11 * MINUTE))
    shown = gate(replace(READY, board=stale), "dashboards")
    assert shown.state is GateState.FAIL
    assert shown.missing == "cost is 11 min old, which is stale"
    assert shown.evidence.endswith("; latency, error rate, eval score fresh")


def test_a_source_that_fails_fails_the_gate_with_its_reason() -> None:
    broken = board(verdict("latency", State.ERROR, age=3 * HOUR, why="no answer in 5 s: prometheus"))
    assert gate(replace(READY, board=broken), "dashboards").missing == (
        "latency cannot be read, and is 3 h old: no answer in 5 s: prometheus"
    )


def test_a_signal_whose_table_cannot_be_used_fails_the_gate_with_the_sentence() -> None:
    faulty = replace(READY, config=replace(CONFIG, faulty={"errors": "unknown key 'bda'"}))
    assert gate(faulty, "dashboards").missing == "error rate cannot be used: unknown key 'bda'"


def test_what_is_not_configured_here_may_be_seen_elsewhere_and_is_attested() -> None:
    verdicts = {key: one for key, one in READY.board.verdicts.items() if key != "cost"}
    without = replace(READY, board=replace(READY.board, verdicts=verdicts))
    assert gate(without, "dashboards").state is GateState.UNKNOWN
    assert gate(without, "dashboards").missing == "cost is not configured here"
    there = also(without, attested("dashboards", evidence="https://grafana.test/d/cost"))
    assert gate(there, "dashboards").state is GateState.PASS


def test_a_killed_feature_shows_nothing_and_is_no_failure() -> None:
    off = board(*(verdict(key, State.OFF) for key in SEVEN))
    shown = gate(replace(READY, board=off), "dashboards")
    assert shown.state is GateState.UNKNOWN
    assert shown.fix.startswith("it shows again once the feature is back on")


def test_a_dashboard_without_data_says_what_it_waits_for() -> None:
    empty = board(verdict("cost", State.NO_DATA, newest=None, why="waiting for the source's first answer"))
    shown = gate(replace(READY, board=empty), "dashboards")
    assert shown.state is GateState.UNKNOWN
    assert shown.missing == "cost has no data: waiting for the source's first answer"


def test_the_nightly_eval_says_when_on_how_many_and_how_many_nights() -> None:
    shown = gate(READY, "nightly-eval")
    assert shown.state is GateState.PASS
    assert shown.evidence == "last run 6 h ago, 200 answers, 9 nights of 9"
    assert shown.at == NOW - 6 * HOUR


def test_nights_that_did_not_run_are_counted() -> None:
    shown = gate(replace(READY, board=board(evals(nights=7))), "nightly-eval")
    assert shown.evidence.endswith("7 nights of 9")


@pytest.mark.parametrize(("nights", "first"), [(30, NOW - 60 * DAY), (0, NOW - DAY)])
def test_a_history_that_cannot_tell_counts_no_nights(nights: int, first: datetime) -> None:
    shown = gate(replace(READY, board=board(evals(nights=nights), first={"evals": first})), "nightly-eval")
    assert "nights of" not in shown.evidence


def test_a_run_of_26_hours_ago_counts_and_an_older_one_is_a_night_that_is_missing() -> None:
    assert gate(replace(READY, board=board(evals(age=26 * HOUR))), "nightly-eval").state is GateState.PASS
    missed = replace(READY, board=board(evals(age=26 * HOUR + MINUTE)))
    shown = gate(missed, "nightly-eval")
    assert shown.state is GateState.FAIL
    assert shown.missing == "last night did not run: the last run is 26 h old"
    assert gate(also(missed, attested("nightly-eval")), "nightly-eval").state is GateState.FAIL


def test_the_night_is_measured_in_event_time_and_not_by_this_machines_clock() -> None:
    fast = Clock(at=NOW + 300 * DAY, real=NOW, speed=60.0)
    ran = evals(newest=fast.at - 6 * HOUR)
    world = replace(READY, board=board(ran, clock=fast))
    assert gate(world, "nightly-eval").state is GateState.PASS
    later = gate(world, "nightly-eval", NOW + timedelta(minutes=21))
    assert later.state is GateState.FAIL, "21 minutes are 21 hours in a world that runs 60 times as fast"
    assert later.at == NOW - timedelta(minutes=6)


def test_without_the_source_nobody_can_tell_whether_the_night_ran() -> None:
    broken = replace(READY, board=board(evals(State.ERROR, age=40 * HOUR, problem="prometheus: refused")))
    shown = gate(broken, "nightly-eval")
    assert shown.state is GateState.UNKNOWN
    assert "prometheus: refused" in shown.missing
    assert gate(also(broken, attested("nightly-eval")), "nightly-eval").state is GateState.PASS
    recent = gate(replace(READY, board=board(evals(State.ERROR))), "nightly-eval")
    assert recent.state is GateState.PASS
    assert recent.evidence.endswith("its source fails now")


def test_a_killed_feature_has_nothing_to_sample() -> None:
    shown = gate(replace(READY, board=board(evals(State.OFF, age=50 * HOUR))), "nightly-eval")
    assert shown.state is GateState.UNKNOWN
    assert "off by a kill" in shown.missing


def test_no_run_no_clock_and_no_table_are_unknown() -> None:
    never = evals(State.NO_DATA, newest=None, why="no run of the production eval yet")
    shown = gate(replace(READY, board=board(never)), "nightly-eval")
    assert shown.state is GateState.UNKNOWN
    assert shown.missing == "no run has been seen: no run of the production eval yet"
    dark = replace(READY, board=replace(READY.board, clock=None))
    assert gate(dark, "nightly-eval").state is GateState.UNKNOWN
    gone = replace(READY, board=replace(READY.board, verdicts={}))
    assert gate(gone, "nightly-eval").missing == "no eval score is configured"


def test_every_signal_was_there_before_the_first_user() -> None:
    shown = gate(READY, "answered")
    assert shown.state is GateState.PASS
    assert shown.evidence == "7 of 7 answered, from before the first AI answer"
    assert not shown.definition.counted


def test_a_signal_that_never_answered_while_answers_are_given_fails_and_is_named() -> None:
    first = {key: NOW - 9 * DAY for key in (*SEVEN, "traffic") if key not in ("tickets", "injection")}
    shown = gate(replace(READY, board=board(first=first)), "answered")
    assert shown.state is GateState.FAIL
    assert shown.missing == "5 of 7: no evidence of tickets, injection, and AI answers are being given"


def test_before_the_first_answer_there_is_still_time() -> None:
    waiting = gate(replace(READY, board=board(first={"errors": NOW})), "answered")
    assert waiting.state is GateState.UNKNOWN
    assert waiting.missing.startswith("1 of 7: no evidence of cost today")
    ready = gate(replace(READY, board=board(first=dict.fromkeys(SEVEN, NOW))), "answered")
    assert ready.evidence == "7 of 7 answered, no AI answer has been seen yet"


def test_evidence_that_begins_too_late_is_named_and_may_have_been_watched_elsewhere() -> None:
    begun = {**dict.fromkeys((*SEVEN, "traffic"), NOW - 9 * DAY), "cost": NOW - 9 * DAY + 3 * HOUR}
    late = replace(READY, board=board(first=begun))
    shown = gate(late, "answered")
    assert shown.state is GateState.UNKNOWN
    assert shown.missing == "6 of 7: evidence begins after the first AI answer: cost today 3 h"
    assert gate(also(late, attested("answered")), "answered").state is GateState.PASS


def test_the_first_eval_run_may_come_a_night_after_the_first_answer_that_it_samples() -> None:
    begun = dict.fromkeys((*SEVEN, "traffic"), NOW - 9 * DAY)
    night = replace(READY, board=board(first={**begun, "evals": NOW - 8 * DAY}))
    assert gate(night, "answered").state is GateState.PASS
    two = replace(READY, board=board(first={**begun, "evals": NOW - 7 * DAY}))
    assert gate(two, "answered").state is GateState.UNKNOWN


def test_a_signal_whose_table_cannot_be_used_is_one_that_should_have_answered() -> None:
    first = dict.fromkeys((*SEVEN, "traffic"), NOW - DAY)
    faulty = replace(READY, config=replace(CONFIG, faulty={"extra": "bad"}), board=board(first=first))
    assert gate(faulty, "answered").missing.startswith("7 of 8: no evidence of extra")


def test_without_any_signal_nobody_knows() -> None:
    bare = replace(READY, config=replace(CONFIG, signals={}), board=replace(READY.board, verdicts={}))
    assert gate(bare, "answered").state is GateState.UNKNOWN
