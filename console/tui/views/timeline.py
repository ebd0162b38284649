"""What happened last: verdict changes, changes of the flag, arming, and kills."""

from __future__ import annotations

from datetime import datetime

from console.killswitch.steps import Ladder, Outcome
from console.signals.verdict import Change, State
from console.text import plain, sanitize
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.arming import provider_label
from console.tui.views.banner import percent
from console.tui.views.standing import confirmed_at
from widgets.timeline import TimelineModel, TimelineRow

_ROWS = 60
_TOGETHER = 3
"""As many signals that change into the same state at one instant make one row."""

_Event = tuple[datetime, str, str, str]
"""Event time, kind, words, source."""


def timeline(scene: Scene, joint: int | None = None) -> TimelineModel:
    """Everything with an instant, oldest first, in event time."""
    snapshot = scene.panels
    if snapshot is None:
        return TimelineModel(rows=(), joint=joint)
    happened = _verdicts(snapshot.board.changes)
    state = snapshot.flag.state
    if state is not None and state.changed_at is not None:
        by = f" by {sanitize(state.changed_by)}" if state.changed_by else ""
        share = f" {percent(state.percent)}" if state.on and state.percent is not None else ""
        words = f"flag {'ON' if state.on else 'OFF'}{share}{by}"
        happened.append((scene.event_time(state.changed_at), "flag", words, provider_label(snapshot)))
    if snapshot.arming is not None:
        levers = snapshot.arming.levers
        armed = sum(1 for lever in levers if lever.armed)
        words = f"checked: {armed} of {len(levers)} levers armed"
        happened.append((scene.event_time(snapshot.arming.proven_at), "arming", words, "console"))
    if snapshot.journal.problem:
        since = scene.event_time(snapshot.journal.since) if snapshot.journal.since else scene.event_now
        happened.append((since, "journal", plain(snapshot.journal.problem), "console"))
    happened.extend(_kill(scene))
    happened.sort(key=lambda row: row[0])
    return TimelineModel(
        rows=tuple(
            TimelineRow(when.second(at, scene.event_now, scene.tz), kind, text, source)
            for at, kind, text, source in happened[-_ROWS:]
        ),
        joint=joint,
    )


def _kill(scene: Scene) -> list[_Event]:
    ladder = scene.ladder()
    if ladder is None:
        return []
    started = datetime.fromisoformat(ladder.started)
    rows = [(scene.event_time(started), "kill", f"{plain(ladder.operator)} pressed Enter: kill", "console")]
    confirmed = confirmed_at(scene, ladder)
    if confirmed is not None:
        rows.append((scene.event_time(confirmed), "kill", _proof(ladder), "console"))
    return rows


def _proof(ladder: Ladder) -> str:
    words = "already killed, confirmed" if ladder.outcome is Outcome.ALREADY else "confirmed"
    return f"{words} by lever {ladder.killed_by}" if ladder.killed_by else words


def _verdicts(changes: tuple[Change, ...]) -> list[_Event]:
    together: dict[tuple[datetime, State], list[Change]] = {}
    for change in changes:
        together.setdefault((change.at, change.after), []).append(change)
    rows: list[_Event] = []
    for (at, after), listed in together.items():
        if len(listed) >= _TOGETHER:
            rows.append((at, "verdict", f"{len(listed)} signals → {after.value}", "console"))
        else:
            rows.extend(
                (at, "verdict", f"{plain(change.title)} {change.before.value} → {after.value}", "console")
                for change in listed
            )
    return rows
