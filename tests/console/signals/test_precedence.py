"""One state a signal: which stands above which."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import TimedOut
from console.signals.precedence import Facts, final
from console.signals.verdict import State, Verdict
from tests.console.signals.made import NOON

QUIET = Facts(
    newest=NOON,
    off=None,
    before_kill="",
    problem=None,
    problem_since=None,
    answered=True,
    age=timedelta(0),
    max_age=timedelta(minutes=3),
    partial="",
    returned="",
)
TIMED_OUT = TimedOut(
    "did not answer within 5 s", where="prometheus at 127.0.0.1:9090", todo="Check that it runs."
)
OFF = {"off": NOON}
ERROR = {"problem": TIMED_OUT}
STALE = {"age": timedelta(minutes=4)}
UNANSWERED = {"answered": False}
PARTIAL = {"partial": "3 events dropped by the server"}


def judged(state: State) -> Verdict:
    return Verdict(
        "errors", "error rate", state, NOON, headline="error rate 9 %: 9 of 100 answers failed", why="w"
    )


@pytest.mark.parametrize("state", [State.OK, State.WATCH, State.TOO_FEW, State.BREACH, State.NO_DATA])
@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({}, None),
        ({**OFF, **ERROR, **STALE, **UNANSWERED}, State.OFF),
        ({**ERROR, **STALE, **UNANSWERED}, State.ERROR),
        ({**STALE, **UNANSWERED}, State.NO_DATA),
        (STALE, State.STALE),
        (OFF, State.OFF),
        (ERROR, State.ERROR),
    ],
)
def test_off_error_no_data_and_stale_stand_above_the_judge(
    state: State, facts: dict[str, object], wanted: State | None
) -> None:
    found = final(judged(state), replace(QUIET, **facts))
    if state is State.NO_DATA and wanted is State.STALE:
        wanted = State.NO_DATA
    assert found.state is (wanted or state)


@pytest.mark.parametrize("facts", [ERROR, STALE])
def test_a_breach_that_is_hidden_is_still_told(facts: dict[str, object]) -> None:
    found = final(judged(State.BREACH), replace(QUIET, **facts))
    assert found.was is State.BREACH
    assert "9 of 100 answers failed" in found.headline
    assert final(judged(State.OK), replace(QUIET, **facts)).was is None


def test_an_error_says_what_where_and_what_to_do() -> None:
    found = final(judged(State.OK), replace(QUIET, **ERROR))
    assert found.problem == "prometheus at 127.0.0.1:9090: did not answer within 5 s. Check that it runs."


@pytest.mark.parametrize(
    ("state", "wanted"),
    [(State.OK, State.WATCH), (State.BREACH, State.BREACH), (State.TOO_FEW, State.TOO_FEW)],
)
def test_partial_data_is_marked_and_never_ok(state: State, wanted: State) -> None:
    found = final(judged(state), replace(QUIET, **PARTIAL))
    assert found.state is wanted
    assert found.partial == "3 events dropped by the server"
    assert "3 events dropped by the server" in found.why


def test_answers_after_a_kill_are_never_ok() -> None:
    found = final(judged(State.OK), replace(QUIET, returned="AI answers after the kill: 12 in 3 min"))
    assert found.state is State.WATCH
    assert found.why.startswith("AI answers after the kill: 12")


def test_off_shows_no_number_as_if_it_were_live() -> None:
    found = final(replace(judged(State.BREACH), value=0.09, value_text="9 %"), replace(QUIET, **OFF))
    assert (found.value, found.value_text, found.count_text) == (None, "", "")
    assert found.since == NOON
