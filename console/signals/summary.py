"""The board in one line: what a person reads first."""

from __future__ import annotations

from console.signals import words
from console.signals.verdict import Board, State, Verdict

SEVERITY = (
    State.BREACH,
    State.ERROR,
    State.NO_DATA,
    State.STALE,
    State.WATCH,
    State.TOO_FEW,
    State.OFF,
    State.OK,
)
"""Worst first. A BREACH that another state hides counts as BREACH."""

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def severity(verdict: Verdict) -> int:
    """How bad a verdict is: 0 is the worst."""
    return 0 if verdict.was is State.BREACH else SEVERITY.index(verdict.state)


def worst(board: Board) -> Verdict | None:
    """The verdict that a person should hear of first; of equals the first in order. None without signals."""
    return min(board.verdicts.values(), key=severity, default=None)


def verdict_line(board: Board) -> str:
    """Say in one line how the signals stand, without the state's word and without since when."""
    found = worst(board)
    if found is None:
        return "no signals configured"
    everything = board.verdicts.values()
    others = len(everything) - 1
    if found.state is State.OK:
        number = _words(len(everything))
        return f"{'all ' if len(everything) > 1 else ''}{number} in band{_proof(board)}"
    if found.state is State.TOO_FEW:
        return _too_few(board)
    if found.state is State.OFF:
        return "AI path off by a kill; signals that need answers rest"
    if found.state is State.NO_DATA and all(one.state in (State.NO_DATA, State.OFF) for one in everything):
        return "no data from any signal yet"
    rest_fine = others and sum(one.state is State.OK for one in everything) == others
    tail = f"; {_words(others)} other{'s' * (others != 1)} in band" if rest_fine else ""
    return f"{found.headline or found.title}{tail if found.state is not State.BREACH else ''}"


def _too_few(board: Board) -> str:
    counted = _answers(board)
    seen = f": {words.count(counted)} in all" if counted is not None else ""
    suspicious = [one for one in board.verdicts.values() if one.state is State.TOO_FEW and _outside(one)]
    if suspicious:
        return f"too few answers to judge{seen}; {suspicious[0].headline}"
    waiting = sum(one.state is State.TOO_FEW for one in board.verdicts.values())
    if waiting < len(board.verdicts):
        fine = sum(one.state is State.OK for one in board.verdicts.values())
        return f"too few to judge {_words(waiting)} of {_words(len(board.verdicts))}; {_words(fine)} in band"
    return f"too few answers to judge{seen}; nothing looks bad"


def _outside(verdict: Verdict) -> bool:
    gauge = verdict.gauge
    if gauge is None or gauge.value is None:
        return False
    over = gauge.healthy_high is not None and gauge.value > gauge.healthy_high
    under = gauge.healthy_low is not None and gauge.value < gauge.healthy_low
    return over or under


def _proof(board: Board) -> str:
    counted = _answers(board)
    return "" if counted is None else f", proven on {words.count(counted)} answers"


def _answers(board: Board) -> float | None:
    """Answers that the error rate rests on."""
    verdict = board.verdicts.get("errors")
    if verdict is None:
        return None
    text = dict(verdict.numbers).get("answers")
    return None if text is None else float(text.replace(",", ""))


def _words(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
