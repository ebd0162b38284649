"""A series as a chart: its scale, its times, and what happened meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from console.incident.happening import Happening
from console.signals.series import Series
from console.signals.verdict import Verdict
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.scale import scale
from widgets.chart import ChartModel, EventModel

_TIMES = 6
"""Labels of the time that a chart has about."""

_MOST_EVENTS = 12

_GRIDS = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2 * 1440, 5 * 1440, 7 * 1440)
)


def chart(scene: Scene, verdict: Verdict, series: Series) -> ChartModel:
    """One signal over time, with the events of its feature that fall into the span."""
    ends = scale(series, verdict.gauge)
    return ChartModel(
        bins=series.values,
        low=ends.low,
        high=ends.high,
        ticks=ends.ticks,
        times=times(series.start, series.end, scene.tz),
        healthy_low=series.low_edge,
        healthy_high=series.high_edge,
        band=f"band: {plain(verdict.band_text)}" if verdict.band_text else "",
        floor=verdict.band_text.startswith(("≥", ">")),
        events=events(scene, verdict, series),
    )


def times(start: datetime, end: datetime, tz: tzinfo) -> tuple[tuple[float, str], ...]:
    """Round local times within a span, as (place from 0 to 1, text)."""
    whole = end - start
    if whole <= timedelta(0):
        return ()
    grid = next((each for each in _GRIDS if whole / each <= _TIMES), _GRIDS[-1])
    form = "%H:%M" if grid < timedelta(days=1) else ""
    local = start.astimezone(tz)
    at = local.replace(hour=0, minute=0, second=0, microsecond=0)
    found: list[tuple[float, str]] = []
    # Counted from local midnight, so that the labels are hours and not fractions of the span.
    while at < end:
        if at >= start:
            text = at.strftime(form) if form else f"{at.day} {at:%b}"
            found.append(((at - start) / whole, text))
        at += grid
    return tuple(found)


def events(scene: Scene, verdict: Verdict, series: Series) -> tuple[EventModel, ...]:
    """Kills, changes of the flag and of the model, and this signal's own changes, oldest first."""
    snapshot, whole = scene.panels, series.end - series.start
    if snapshot is None or whole <= timedelta(0):
        return ()
    title = plain(verdict.title)
    told: list[tuple[datetime, str]] = []
    for happening in snapshot.happenings:
        label = _label(happening, title)
        if label:
            told.append((happening.event_at or scene.event_time(happening.at), label))
    if not any(one.kind == "verdict" for one in snapshot.happenings):
        told += [
            (change.at, change.after.value)
            for change in snapshot.board.changes
            if change.title == verdict.title
        ]
    if not any(one.kind == "model" for one in snapshot.happenings):
        told += [(change.at, "model changed") for change in snapshot.board.models]
    inside = sorted((at, label) for at, label in told if series.start <= at <= series.end)
    return tuple(
        EventModel((at - series.start) / whole, f"{label} {when.minute(at, scene.event_now, scene.tz)}")
        for at, label in inside[-_MOST_EVENTS:]
    )


def _label(happening: Happening, title: str) -> str:
    """What the chart calls a happening, in a word or two; "" where it is none of the chart's."""
    text = plain(happening.text)
    if happening.kind == "kill":
        return {"pressed Enter: kill": "kill"}.get(text, "confirmed" if text.startswith("confirmed") else "")
    if happening.kind == "flag":
        # "flag ON 5 % → ON 25 %, by Ana": what it became is what the chart is about.
        return f"flag {text.rsplit('→', 1)[-1].removeprefix('flag ').split(',', 1)[0].strip()}"
    if happening.kind == "model":
        return "model changed"
    if happening.kind == "verdict" and text.startswith(f"{title} ") and "→" in text:
        return text.rsplit("→", 1)[1].strip()
    return ""
