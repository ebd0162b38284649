"""What happened last, by everyone, under the signals."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from console.tui.scene import Scene
from console.tui.views import when
from widgets.timeline import TimelineModel, TimelineRow

if TYPE_CHECKING:
    from console.incident.happening import Happening

_ROWS = 60
"""More than any terminal has under the signals."""


def timeline(scene: Scene, joint: int | None = None) -> TimelineModel:
    """The newest, oldest first, in event time."""
    snapshot = scene.panels
    # What became known last happened last, give or take a few.
    newest = in_order(scene, snapshot.happenings[-2 * _ROWS :])[-_ROWS:] if snapshot else ()
    return TimelineModel(
        rows=tuple(
            TimelineRow(
                when.second(happened_at(scene, each), scene.event_now, scene.tz),
                each.kind,
                each.text,
                each.who,
            )
            for each in newest
        ),
        hint="5 all" if newest else "",
        joint=joint,
    )


def in_order(scene: Scene, happenings: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """By when they happened, which is not when they became known; those of one instant as they were told."""
    return tuple(sorted(happenings, key=lambda each: happened_at(scene, each)))


def happened_at(scene: Scene, happening: Happening) -> datetime:
    """When it happened, in event time."""
    clock = scene.snapshot.board.clock if scene.snapshot else None
    return scene.times.of(happening, clock)
