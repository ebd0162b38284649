"""The verdict line."""

from __future__ import annotations

from console.signals.summary import verdict_line, worst
from console.signals.verdict import Board, Gauge, State, Verdict


def board(**states: State | Verdict) -> Board:
    found = {
        key: one if isinstance(one, Verdict) else Verdict(key, key, one, None, headline=f"{key} headline")
        for key, one in states.items()
    }
    return Board(found, None, None, None, (), 1)


def errors(state: State, answers: str, value: float = 0.0) -> Verdict:
    gauge = Gauge(0, 0.04, "0", "4 %", None, 0.01, None, value)
    headline = "error rate 36.8 %: 14 of 38 answers failed"
    return Verdict(
        "errors", "error rate", state, None, headline=headline, gauge=gauge, numbers=(("answers", answers),)
    )


def test_a_breach_is_the_line() -> None:
    found = board(cost=State.WATCH, errors=errors(State.BREACH, "38"))
    assert verdict_line(found) == "error rate 36.8 %: 14 of 38 answers failed"


def test_all_ok_says_on_how_much() -> None:
    sevenfold = dict.fromkeys("abcdef", State.OK)
    assert verdict_line(board(errors=errors(State.OK, "2,416"), **sevenfold)) == (
        "all seven in band, proven on 2,416 answers"
    )


def test_too_few_everywhere_says_how_few_and_that_nothing_looks_bad() -> None:
    found = board(errors=errors(State.TOO_FEW, "41"), cost=State.TOO_FEW)
    assert verdict_line(found) == "too few answers to judge: 41 in all; nothing looks bad"


def test_too_few_that_look_bad_are_not_called_fine() -> None:
    found = board(errors=errors(State.TOO_FEW, "38", 0.08), cost=State.TOO_FEW)
    assert verdict_line(found).endswith("error rate 36.8 %: 14 of 38 answers failed")


def test_the_worst_is_first_and_a_hidden_breach_is_the_worst() -> None:
    hidden = Verdict("evals", "eval score", State.STALE, None, was=State.BREACH, headline="h")
    found = worst(board(errors=State.ERROR, cost=State.WATCH, evals=hidden))
    assert found is hidden


def test_one_stale_among_good_ones_says_so() -> None:
    line = verdict_line(board(evals=State.STALE, errors=State.OK, cost=State.OK))
    assert line == "evals headline; two others in band"


def test_no_signals_and_no_data_are_said() -> None:
    assert verdict_line(board()) == "no signals configured"
    assert worst(board()) is None
    assert verdict_line(board(errors=State.NO_DATA, cost=State.NO_DATA)) == "no data from any signal yet"


def test_a_kill_is_said() -> None:
    assert "off by a kill" in verdict_line(board(errors=State.OFF, tickets=State.OK))
