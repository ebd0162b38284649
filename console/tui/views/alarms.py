"""Rungs that did not come true: which of them somebody has seen, and who."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.killswitch.alarms import alarms
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when

if TYPE_CHECKING:
    from console.incident.acts import Done
    from console.killswitch.steps import Ladder, Step


def unseen(scene: Scene, ladder: Ladder) -> tuple[Step, ...]:
    """Alarms that nobody has acknowledged."""
    return tuple(step for step in alarms(ladder) if _seen(scene, ladder, step) is None)


def seen_by(scene: Scene, ladder: Ladder, step: Step) -> str:
    """Who has acknowledged an alarm, and when: ``seen by Jonas Ek 03:15``; "" when nobody has."""
    done = _seen(scene, ladder, step)
    if done is None:
        return ""
    at = when.minute(scene.event_time(done.at), scene.event_now, scene.tz)
    return f"seen by {plain(done.operator.name)} {at}"


def _seen(scene: Scene, ladder: Ladder, step: Step) -> Done | None:
    records = scene.snapshot.records if scene.snapshot else None
    return records.alarms.get((ladder.kill_id, step.rung.value)) if records else None
