"""Drills in the journal. Every kind of row begins with "drill", so that none is ever read as a real one.

drill         begun: by whom, for whom, on which flag, how the flag stood, who carries the lease until when
drill-intent, drill-step   its kill (`console.killswitch.history`)
drill-mark    a person got somewhere, or the kill's state was read back
drill-taken   another process goes on with a lease whose own has ended
drill-end     how the lease ended
drill-score   what it proved and what it did not
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from console.drilling.score import Score
from console.killswitch.history import DRILL_INTENT, DRILL_STEP, drill_ladder, still_runs

if TYPE_CHECKING:
    from adapters.flags.port import FlagState
    from console.killswitch.steps import Ladder
    from console.store.journal import Row

BEGUN, MARKED, TAKEN, ENDED, SCORED = "drill", "drill-mark", "drill-taken", "drill-end", "drill-score"
OWN_KINDS = (BEGUN, MARKED, TAKEN, ENDED, SCORED)
KINDS = (*OWN_KINDS, DRILL_INTENT, DRILL_STEP)

KILLED = "killed"
"""Mark: the flag as it was read after the drill's kill; whatever it says later is somebody else's change."""


class Flag(msgspec.Struct, frozen=True):
    """A flag as a row has it. Texts are sanitized."""

    on: bool
    percent: float | None
    rules: list[str]
    version: str | None = None
    changed_at: str | None = None
    changed_by: str | None = None

    def same_users(self, other: Flag) -> bool:
        """Whether the same users get the feature."""
        return (self.on, self.percent, self.rules) == (other.on, other.percent, other.rules)

    def untouched(self, other: Flag) -> bool:
        """Whether nobody has changed it between the two readings, as far as its provider tells."""
        if None not in (self.version, other.version):
            return self.version == other.version
        return self.same_users(other) and self.changed_at == other.changed_at


class Begun(msgspec.Struct, frozen=True):
    """Body of a "drill" row, beside what it says of its process.

    Attributes:
        kind: "tabletop", "rehearsal" or "production".
        story: name of the story that is told.
        lease_seconds: after these it restores itself.
        before: how the flag stood; None for a tabletop.
    """

    operator: dict[str, Any]
    kind: str
    story: str
    trainee: str
    flag_key: str
    lease_seconds: float
    before: Flag | None


class Ended(msgspec.Struct, frozen=True):
    """Body of a "drill-end" row.

    Attributes:
        result: a value of `console.drilling.lease.Result`.
        text: how, in words.
        why: what ended the drill ("Priya ended it", "the lease was over").
    """

    result: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill, as its rows tell it.

    Attributes:
        at: when it began, UTC.
        marks: seconds since then, by name.
        ours: the flag right after the drill's kill, where that was read.
        ladder: of its kill; None while there was none.
        ended, ended_at, score: None while they are not journaled.
        orphaned: no process carries it any more.
    """

    id: str
    feature: str
    environment: str
    at: datetime
    begun: Begun
    marks: Mapping[str, float] = field(default_factory=dict)
    ours: Flag | None = None
    ladder: Ladder | None = None
    ended: Ended | None = None
    ended_at: datetime | None = None
    score: Score | None = None
    orphaned: bool = False

    @property
    def over_at(self) -> datetime:
        """When its lease ends, UTC."""
        return self.at + timedelta(seconds=self.begun.lease_seconds)


def drills(rows: Iterable[Row]) -> list[Drill]:
    """Read drills back from rows of theirs, oldest first. One whose rows are odd is passed over."""
    by_id: dict[str, list[Row]] = {}
    for row in rows:
        by_id.setdefault(row.kill_id, []).append(row)
    found = []
    for drill_id, mine in by_id.items():
        begun = next((row for row in mine if row.kind == BEGUN), None)
        if begun is None:
            continue
        try:
            found.append(_drill(drill_id, begun, mine))
        except (msgspec.ValidationError, KeyError, TypeError, ValueError):
            # Written by another version: said by nobody, and never restored by a guess.
            continue
    return sorted(found, key=lambda drill: drill.at)


def flag_of(state: FlagState) -> Flag:
    """A flag that was just read."""
    from console.killswitch.execution import flag_body

    return msgspec.convert({**flag_body(state)}, Flag)


def _drill(drill_id: str, begun: Row, mine: list[Row]) -> Drill:
    marks: dict[str, float] = {}
    ours: Flag | None = None
    ended: Ended | None = None
    ended_at: datetime | None = None
    score: Score | None = None
    for row in mine:
        if row.kind == MARKED:
            marks.setdefault(str(row.body["mark"]), float(row.body["seconds"]))
            if row.body["mark"] == KILLED and row.body.get("flag"):
                ours = msgspec.convert(row.body["flag"], Flag)
        elif row.kind == ENDED and ended is None:
            ended, ended_at = msgspec.convert(row.body, Ended), row.at
        elif row.kind == SCORED:
            score = msgspec.convert(row.body, Score)
    carriers = [row for row in mine if row.kind in (BEGUN, TAKEN)]
    return Drill(
        drill_id,
        begun.feature,
        begun.environment,
        begun.at,
        msgspec.convert(begun.body, Begun),
        marks,
        ours,
        drill_ladder(mine),
        ended,
        ended_at,
        score,
        orphaned=ended is None and not any(still_runs(row.body) for row in carriers),
    )
