"""The seven panels."""

from __future__ import annotations

from console.signals.verdict import Gauge, State, Verdict
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.marks import SIGNAL_STATES
from widgets.gauge import GaugeModel
from widgets.history import HistoryModel
from widgets.signal_panel import SignalModel
from widgets.signals import SignalsModel

_SPAN = "last 60 min"


def signals(scene: Scene, cursor: str | None = None) -> SignalsModel:
    """Every signal in the configuration's order, so that the eye learns the places.

    Args:
        cursor: key of the signal that is marked, or None.
    """
    snapshot = scene.panels
    if snapshot is None:
        return SignalsModel(signals=())
    verdicts = snapshot.board.verdicts
    return SignalsModel(
        signals=tuple(_panel(scene, verdict) for verdict in verdicts.values()),
        span=_SPAN,
        selected=list(verdicts).index(cursor) if cursor is not None and cursor in verdicts else None,
    )


def moved(scene: Scene, cursor: str | None, step: int) -> str | None:
    """The key under the cursor `step` signals further on; 0 asks whether its signal is still there.

    The cursor is on no signal before the first one; it stops at the last.
    """
    keys = list(scene.panels.board.verdicts) if scene.panels else []
    at = keys.index(cursor) if cursor in keys else -1
    at = max(-1, min(at + step, len(keys) - 1))
    return keys[at] if at >= 0 else None


def why(verdict: Verdict) -> str:
    """The reason line: what failed, what it waits for, or what the judge said; and a latched BREACH."""
    text = verdict.why
    if verdict.state is State.ERROR and verdict.problem:
        text = verdict.problem
    elif verdict.state is State.TOO_FEW and verdict.needs:
        text = f"{verdict.why}; {verdict.needs}" if verdict.why else verdict.needs
    if verdict.partial:
        text = f"{text}; partial: {verdict.partial}" if text else f"partial: {verdict.partial}"
    if verdict.was is State.BREACH and verdict.state is not State.BREACH:
        text = f"was BREACH; {text}" if text else "was BREACH"
    return plain(text)


def _panel(scene: Scene, verdict: Verdict) -> SignalModel:
    now, tz = scene.event_now, scene.tz
    return SignalModel(
        title=plain(verdict.title),
        state=SIGNAL_STATES[verdict.state],
        value=plain(verdict.value_text),
        band=plain(verdict.band_text),
        band_long=plain(verdict.band_long),
        count=plain(verdict.count_text),
        count_long=plain(verdict.count_long),
        why=why(verdict),
        since=f"since {when.minute(verdict.since, now, tz)}" if verdict.since else "",
        newest=when.second(verdict.newest, now, tz) if verdict.newest else "",
        gauge=_gauge(verdict.gauge) if verdict.gauge else None,
        history=_history(verdict),
    )


def _gauge(gauge: Gauge) -> GaugeModel | None:
    if not gauge.low < gauge.high:
        return None
    return GaugeModel(
        low=gauge.low,
        high=gauge.high,
        low_text=plain(gauge.low_text),
        high_text=plain(gauge.high_text),
        healthy_low=gauge.healthy_low,
        healthy_high=gauge.healthy_high,
        baseline=gauge.baseline,
        value=gauge.value,
    )


def _history(verdict: Verdict) -> HistoryModel | None:
    """The past on a scale that does not follow the data: the gauge's, or twice the band.

    Only where a signal has neither does its own greatest value set the top.
    """
    known = [value for value in verdict.history if value is not None]
    if not verdict.history:
        return None
    low_edge, edge = verdict.history_low_edge, verdict.history_edge
    gauge = verdict.gauge
    if gauge is not None and edge is not None and gauge.healthy_high == edge and gauge.low < gauge.high:
        low, high = gauge.low, gauge.high
    elif edge is not None and low_edge is not None and edge > low_edge:
        low, high = low_edge - (edge - low_edge) / 2, edge + (edge - low_edge) / 2
    elif edge is not None and edge > 0:
        low, high = 0.0, 2 * edge
    elif low_edge is not None and gauge is not None and gauge.low < gauge.high:
        low, high = gauge.low, gauge.high
    else:
        low, high = 0.0, max([*known, 0.0])
    if not low < high:
        high = low + 1.0
    return HistoryModel(bins=verdict.history, low=low, high=high, healthy_low=low_edge, healthy_high=edge)
