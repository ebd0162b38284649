"""Everything about one feature at one moment, as screens and commands read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.killswitch.record import PRODUCTION
from console.readiness.records import Records

if TYPE_CHECKING:
    from adapters.flags.port import FlagState
    from console.config import FeatureConfig
    from console.drilling.rows import Drill
    from console.incident.acts import Done
    from console.incident.happening import Happening
    from console.killswitch.arming import Arming
    from console.killswitch.record import DrillRecord, KillRecord
    from console.signals.verdict import Board
    from console.store.kept import Presence


LEFT_KILLED = ("void", "not restored")
"""Values of `console.drilling.lease.Result` after which a flag may stand killed by nobody's decision."""

RESTORE_TAKES = timedelta(seconds=30)
"""So long after it was begun, a flag that is turned back is taken for its restore's."""


@dataclass(frozen=True, slots=True)
class FlagView:
    """The flag as last read.

    Attributes:
        state: None until it has been read once.
        problem: why the last attempt to read it failed, plain words, or "".
        checked_at: when the last attempt ended, UTC; None before the first.
    """

    state: FlagState | None
    problem: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class JournalView:
    """Whether the journal can be read.

    Attributes:
        problem: why it cannot, or "": then nobody can tell here what other consoles have done.
        since: when it was first found so, UTC.
    """

    problem: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Whether readings, verdicts and latches are being kept.

    Attributes:
        problem: why they are not, or "": then a restart would forget them.
        since: when it was first found so, UTC.
    """

    problem: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where one signal comes from.

    Attributes:
        label: how a person names the source.
        queries: what it is asked, as (name, query) pairs.
        heard_at: real instant (UTC) of its last answer; None before the first.
    """

    label: str
    queries: tuple[tuple[str, str], ...] = ()
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunbookView:
    """The runbook's file.

    Attributes:
        version: of what stands in it (`console.runbook.text.version`); "" when it could not be read.
        problem: why it could not, or "".
    """

    version: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything about one feature at one moment. Immutable.

    Attributes:
        arming: None until it was proven once.
        kill: the newest kill in the journal; None when there is none.
        last_confirmed_kill: instant (UTC) at which a lever of this flag was last pulled and proven; None when
            none was.
        kills: the last few kills in the journal, oldest first.
        drills: the kills of the last few drills, oldest first.
        rehearsed: the last drills as a whole, oldest first.
        trainees: everybody who has been through a drill of this feature.
        prints: marks of the levers as they are now (`console.killswitch.fingerprint`), by number.
        happenings: the timeline, oldest first, the last few hundred.
        records: what people have vouched for, waived, read and said.
        rotation: names of those who take turns on call, as configured.
        others: consoles that are open now besides this one, on any feature.
        sources: by signal key.
        reload: why console.toml as it stands on the disk is not in use, or "".
    """

    config: FeatureConfig
    board: Board
    flag: FlagView
    arming: Arming | None
    kill: KillRecord | None
    journal: JournalView = field(default_factory=JournalView)
    history: HistoryView = field(default_factory=HistoryView)
    last_confirmed_kill: datetime | None = None
    kills: tuple[KillRecord, ...] = ()
    drills: tuple[DrillRecord, ...] = ()
    rehearsed: tuple[Drill, ...] = ()
    trainees: tuple[str, ...] = ()
    prints: Mapping[int, str] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    records: Records = field(default_factory=Records)
    rotation: tuple[str, ...] = ()
    others: tuple[Presence, ...] = ()
    sources: Mapping[str, SourceView] = field(default_factory=dict)
    runbook: RunbookView = field(default_factory=RunbookView)
    reload: str = ""

    @property
    def restored(self) -> Done | None:
        """The restore by which the newest kill ended; None where it stands, or somebody else ended it."""
        done = self.records.restored
        return done if done is not None and self.kill is not None and done.at > self.kill.at else None

    @property
    def _being_restored(self) -> bool:
        """A restore was begun a moment before the flag was read: how it ends is about to be journaled."""
        begun, state = self.records.restoring, self.flag.state
        if begun is None or state is None or self.kill is None or begun.at < self.kill.at:
            return False
        return state.read_at - begun.at < RESTORE_TAKES

    @property
    def drill(self) -> Drill | None:
        """The drill that is going on now, here or at another console."""
        newest = self.rehearsed[-1] if self.rehearsed else None
        return newest if newest is not None and newest.ended is None else None

    @property
    def left_killed(self) -> Drill | None:
        """The newest drill, where it has left the real flag killed and nobody has decided about it since."""
        newest, state = self.rehearsed[-1] if self.rehearsed else None, self.flag.state
        if newest is None or newest.ended is None or newest.begun.kind != PRODUCTION or state is None:
            return None
        if newest.ended.result not in LEFT_KILLED or state.on is not (self.config.flag.kill_state == "on"):
            return None
        decided = self.kill is not None and self.kill.at > newest.at
        return None if decided else newest

    @property
    def over(self) -> bool:
        """The newest kill no longer stands."""
        return self.restored is not None or self.back_on

    @property
    def back_on(self) -> bool:
        """The flag was proven off by the newest kill, and has since been turned back outside a restore.

        A kill by another lever says nothing about the flag, so it stands until its lever is undone.
        """
        state = self.flag.state
        return (
            self.kill is not None
            and self.restored is None
            and not self._being_restored
            and self.kill.ladder.killed_by == 1
            and self.kill.confirmed_at is not None
            and state is not None
            and state.read_at > self.kill.confirmed_at
            and state.on is not (self.config.flag.kill_state == "on")
        )
