"""What kills took, in words: this one beside the last real ones and the drills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.killswitch.steps import Ladder, Outcome
from console.killswitch.times import KillTimes, confirmed_after, median, trend
from console.tui.views import when

if TYPE_CHECKING:
    from console.snapshot import Snapshot

_LAST = 3
"""So many real kills are named one by one, the newest last."""


def time_to_kill(snapshot: Snapshot | None, ladder: Ladder) -> tuple[str, str]:
    """``time to kill 7.9 s`` and ``drills 0.9 s median of 4 · real 8.0 s, 7.9 s``; "" where unproven."""
    took = confirmed_after(ladder)
    if took is None or ladder.outcome is not Outcome.CONFIRMED:
        return "", ""
    known = trend(snapshot.kills, snapshot.drills) if snapshot else trend((), ())
    ids = [one.kill_id for one in known.real]
    earlier = known.real[: ids.index(ladder.kill_id)] if ladder.kill_id in ids else known.real
    before = [one.confirmed for one in earlier]
    said = [_drills(known.drills)] if known.drills else []
    if before:
        said.append(f"real {', '.join(when.seconds(one) for one in [*before, took][-_LAST:])}")
    return f"time to kill {when.seconds(took)}", " · ".join(said) or "the first that is on record"


def last_time(snapshot: Snapshot | None) -> str:
    """``Last drill, same point:  0.9 s confirmed · 11.4 s quiet``; "" where there was none."""
    known = trend(snapshot.kills, snapshot.drills) if snapshot else trend((), ())
    kind, listed = ("drill", known.drills) if known.drills else ("kill", known.real)
    if not listed:
        return ""
    steps = [f"{when.seconds(took)} {step}" for step, took in listed[-1].by_step.items() if took is not None]
    return f"Last {kind}, same point:  {' · '.join(steps)}"


def _drills(drills: tuple[KillTimes, ...]) -> str:
    middle = median(drills)
    assert middle is not None  # noqa: S101 - there are some
    if len(drills) == 1:
        return f"drill {when.seconds(middle)}"
    return f"drills {when.seconds(middle)} median of {len(drills)}"
