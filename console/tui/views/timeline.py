"""What happened last, by everyone, under the signals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.tui.scene import Scene
from console.tui.views import when
from widgets.timeline import TimelineModel, TimelineRow

if TYPE_CHECKING:
    from console.incident.happening import Happening

_TOGETHER = 3
_ROWS = 60
"""More than any terminal has under the signals."""


def timeline(scene: Scene, joint: int | None = None) -> TimelineModel:
    """The newest, oldest first, in event time."""
    snapshot = scene.panels
    # What became known last happened last, give or take a few.
    newest = in_order(scene, snapshot.happenings[-2 * _ROWS :])[-_ROWS:] if snapshot else ()
    return TimelineModel(
        rows=tuple(_row(scene, together) for together in grouped(scene, newest)),
        hint="5 all" if newest else "",
        joint=joint,
    )


def grouped(scene: Scene, happenings: tuple[Happening, ...]) -> list[list[Happening]]:
    """Verdicts that change into the same state within a second stand together where they are many.

    Under the signals there is room for a few rows, and seven that say OFF would hide the kill before them.
    """
    groups: list[list[Happening]] = []
    for each in happenings:
        if groups and _alike(scene, groups[-1][-1], each):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [
        part for group in groups for part in ([group] if len(group) >= _TOGETHER else [[o] for o in group])
    ]


def _alike(scene: Scene, one: Happening, other: Happening) -> bool:
    return (
        one.kind == other.kind == "verdict"
        and one.text.rpartition(" → ")[2] == other.text.rpartition(" → ")[2]
        and abs(happened_at(scene, other) - happened_at(scene, one)) <= timedelta(seconds=1)
    )


def _row(scene: Scene, together: list[Happening]) -> TimelineRow:
    newest = together[-1]
    text = newest.text
    if len(together) > 1:
        text = f"{len(together)} signals → {newest.text.rpartition(' → ')[2]}"
    at = when.second(happened_at(scene, newest), scene.event_now, scene.tz)
    return TimelineRow(at, newest.kind, text, newest.who)


def in_order(scene: Scene, happenings: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """By when they happened, which is not when they became known; those of one instant as they were told."""
    return tuple(sorted(happenings, key=lambda each: happened_at(scene, each)))


def happened_at(scene: Scene, happening: Happening) -> datetime:
    """When it happened, in event time."""
    clock = scene.snapshot.board.clock if scene.snapshot else None
    return scene.times.of(happening, clock)
