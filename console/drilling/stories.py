"""What a drill tells: the stories of the embedded world, and made-up verdicts in which they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from console.demo.scenario import HARM, Reaches, Scenario
from console.demo.scenarios import SCENARIOS
from console.signals.verdict import Board, State, Verdict

DEFAULT = "schema-failures"


@dataclass(frozen=True, slots=True)
class _MadeUp:
    """How a signal in BREACH looks.

    Attributes:
        off: how far beyond the band's edge the made-up value lies, as a multiple of it.
    """

    title: str
    value_text: str
    headline: str
    count: str
    why: str
    off: float = 1.6


_MADE_UP: Mapping[str, _MadeUp] = MappingProxyType(
    {
        "errors": _MadeUp(
            "error rate",
            "36.8 %",
            "error rate 36.8 %: 14 of 38 answers failed",
            "14/38",
            "schema 13, time-out 1",
            36.8,
        ),
        "latency": _MadeUp(
            "latency p95", "7.1 s", "latency p95 7.1 s, 1.6 times the baseline", "612", "p50 3.0 s"
        ),
        "cost": _MadeUp(
            "cost today",
            "$ 9.40",
            "cost today $ 9.40, 4.2 times the forecast for this hour",
            "6 %",
            "tokens an answer 3.9 times as many",
        ),
        "feedback": _MadeUp(
            "thumbs-down",
            "26 %",
            "thumbs-down 26 %: 31 of 119 answers",
            "31/119",
            "many edited",
            2.6,
        ),
        "injection": _MadeUp(
            "injection attempts",
            "15 %",
            "injection: 12 attempts of a new class, 3 passed",
            "12",
            "class encoded, never seen before",
        ),
    }
)
"""By signal key; the same numbers each time, so that drills can be compared."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story.

    Attributes:
        tells: what is said to have happened.
        todo: what one should do; the trainer's answer, and the hint.
        signals: keys of the signals that are said to be in BREACH.
    """

    name: str
    tells: str
    todo: str
    signals: tuple[str, ...]

    @property
    def value(self) -> str:
        """``error rate 36.8 %``."""
        looks = _MADE_UP[self.signals[0]]
        return f"{looks.title} {looks.value_text}"

    @property
    def headline(self) -> str:
        """``error rate 36.8 %: 14 of 38 answers failed``."""
        return _MADE_UP[self.signals[0]].headline


def stories() -> Mapping[str, Story]:
    """Those of the embedded world in which a signal is in BREACH, by name."""
    found = {name: _story(scenario) for name, scenario in SCENARIOS.items()}
    return {name: story for name, story in found.items() if story.signals}


def story(name: str) -> Story:
    """The story of that name, or the first one."""
    known = stories()
    return known.get(name) or known[DEFAULT]


def staged(board: Board, told: Story, since: datetime, *, killed: bool) -> Board:
    """A board on which a story's signals are in BREACH. Everything else on it is real.

    Args:
        since: event time at which it is said to have begun.
        killed: the drill's kill is confirmed: its signals are off.
    """
    verdicts = dict(board.verdicts)
    for key in told.signals:
        verdicts[key] = _made_up(key, verdicts.get(key), since, killed)
    return replace(board, verdicts=MappingProxyType(verdicts))


def _story(scenario: Scenario) -> Story:
    signals = tuple(
        each.signal
        for each in scenario.expects
        if isinstance(each, Reaches) and each.states == HARM and each.signal in _MADE_UP
    )
    return Story(scenario.name, scenario.summary, scenario.do, signals)


def _made_up(key: str, real: Verdict | None, since: datetime, killed: bool) -> Verdict:
    looks = _MADE_UP[key]
    base = real or Verdict(key, looks.title, State.BREACH, since)
    gauge, value = base.gauge, base.value
    if gauge is not None:
        edge = gauge.healthy_high if gauge.healthy_high is not None else gauge.high
        value = edge * looks.off
        gauge = replace(gauge, value=value)
    history = base.history
    if history and value is not None:
        history = (*history[:-2], value, value)[-len(history) :]
    return replace(
        base,
        state=State.OFF if killed else State.BREACH,
        was=State.BREACH if killed else None,
        since=since,
        was_since=since if killed else None,
        value=value,
        value_text=looks.value_text,
        count_text=looks.count,
        count_long=f"{looks.count}, made up",
        headline=looks.headline,
        why=f"made up for the drill: {looks.why}",
        problem="",
        needs="",
        partial="",
        gauge=gauge,
        history=history,
        newest=since,
        words=("Made up for this drill: nothing here was counted, and nobody is affected.",),
        method="made up",
        windows=(),
        parts=(),
        numbers=(),
    )
