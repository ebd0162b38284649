"""One signal: its verdict, value, gauge, history, counts, age and reason, in four, two or one lines."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.gauge import GaugeModel
from widgets.history import HistoryModel
from widgets.marks import State


@dataclass(frozen=True, slots=True)
class SignalModel:
    """What one signal's panel says. Texts are short, plain and fit to be shown.

    Attributes:
        title: "error rate".
        state: the one state.
        value: "36.8 %".
        band: "< 1 %".
        band_long: "healthy < 1 %".
        count: "14/38".
        count_long: "14 of 38 answers, 30 min".
        why: the reason in a line.
        since: "since 02:58", or "".
        newest: time of the newest event it rests on, "03:11:04", or "".
        gauge: None when it cannot be drawn.
        history: None when there is none.
    """

    title: str
    state: State
    value: str = ""
    band: str = ""
    band_long: str = ""
    count: str = ""
    count_long: str = ""
    why: str = ""
    since: str = ""
    newest: str = ""
    gauge: GaugeModel | None = None
    history: HistoryModel | None = None
