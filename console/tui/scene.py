"""What a screen is drawn from: one immutable moment of everything, and the clock to read it by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from console.tui.actions import KEYS, Keymap
from console.tui.event_times import EventTimes

if TYPE_CHECKING:
    from console.config import BrokenFeature
    from console.drilling.stories import Story
    from console.drilling.wire import Told
    from console.feature import Snapshot
    from console.killswitch.client import Prepared
    from console.killswitch.steps import Ladder


@dataclass(frozen=True, slots=True)
class Killing:
    """A kill that this screen has opened, as far as its executor has told.

    Attributes:
        prepared: what the executor would do; None until it has said.
        subject: title of the signal that was in breach when the kill was confirmed, or "".
        confirmed: the confirming Enter has been sent.
        ladder: the newest one; None before the first step.
        lost: the executor went away before the kill was finished.
        seconds: since the confirming Enter, on the monotonic clock; None before it.
    """

    subject: str = ""
    prepared: Prepared | None = None
    confirmed: bool = False
    ladder: Ladder | None = None
    lost: bool = False
    seconds: float | None = None

    @property
    def running(self) -> bool:
        """Confirmed, and something is still being tried or watched."""
        return self.confirmed and not self.lost and not (self.ladder and self.ladder.finished)


@dataclass(frozen=True, slots=True)
class Drilling:
    """A drill that is going on at this console, or is just over.

    Attributes:
        told: as far as its process has told; None before its first word.
        kind, trainee: as they were asked for.
        story: what is told.
        real: the feature as it really is; None until it has been read.
        lost: the process went away before the drill was over.
        hints: lines of advice that were asked for.
    """

    told: Told | None
    kind: str
    trainee: str
    story: Story
    real: Snapshot | None
    lost: bool = False
    hints: int = 0

    @property
    def over(self) -> bool:
        """Nothing of it goes on any more."""
        return self.lost or (self.told is not None and self.told.phase in ("over", "refused"))


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment, complete.

    Attributes:
        snapshot: None until the configuration has been read.
        message: what is being done or what is wrong, while there is no snapshot.
        now: instant of this machine's clock, UTC.
        tz: the time zone in which instants are shown.
        killing: the kill opened here last, if any.
        held: the snapshot in which the panels are held; None when they are live.
        held_at: instant (UTC) since which they are held.
        notice: a sentence about the last key, shown in place of the footer, or "".
        snapshots: every feature that is watched, in the configuration's order.
        broken: those that the configuration names and that cannot be watched.
        keys: which key does what, as rebound.
        drill: the drill of this console; then `snapshot` is staged: the drill's flag, and a made-up BREACH.
        times: when each happening happened; the same object in every scene of one console.
    """

    snapshot: Snapshot | None
    message: str
    now: datetime
    tz: tzinfo
    operator: str = ""
    read_only: bool = False
    demo: bool = False
    killing: Killing | None = None
    held: Snapshot | None = None
    held_at: datetime | None = None
    notice: str = ""
    snapshots: tuple[Snapshot, ...] = ()
    broken: tuple[BrokenFeature, ...] = ()
    keys: Keymap = KEYS
    drill: Drilling | None = None
    times: EventTimes = field(default_factory=EventTimes, compare=False)

    @property
    def panels(self) -> Snapshot | None:
        """What the panels show: the held snapshot, or the newest."""
        return self.held or self.snapshot

    @property
    def last_confirmed_kill(self) -> datetime | None:
        """Instant (UTC) of the newest confirmed kill of this flag; None when there is none."""
        return self.snapshot.last_confirmed_kill if self.snapshot else None

    @property
    def speed(self) -> float:
        """Event seconds in one real second; 1 while no source has answered."""
        clock = self.snapshot.board.clock if self.snapshot else None
        return clock.speed if clock else 1.0

    def event_time(self, instant: datetime) -> datetime:
        """The sources' event time at an instant of this machine's clock."""
        clock = self.snapshot.board.clock if self.snapshot else None
        return clock.event_time(instant) if clock else instant

    @property
    def event_now(self) -> datetime:
        """The sources' event time now."""
        return self.event_time(self.now)

    def kill_seconds(self, ladder: Ladder) -> float:
        """Seconds since the confirming Enter of a kill that is not proven yet.

        On the monotonic clock where Enter was pressed here; a kill of another console can only be told by the
        wall clock, which may have been set meanwhile, and is never less than what its own steps say.
        """
        own = self.killing
        passed = (self.now - datetime.fromisoformat(ladder.started)).total_seconds()
        if own is not None and own.seconds is not None and own.ladder is ladder:
            passed = own.seconds
        return max(passed, max((step.seconds or 0.0 for step in ladder.steps), default=0.0))

    def ladder(self) -> Ladder | None:
        """The newest ladder: of the kill opened here, else of the one in the journal."""
        record = self.snapshot.kill if self.snapshot else None
        own = self.killing.ladder if self.killing else None
        if own is not None and (record is None or own.kill_id == record.ladder.kill_id or self._running()):
            return own
        if record is not None and own is not None and own.started > record.ladder.started:
            return own
        return record.ladder if record else own

    def _running(self) -> bool:
        return self.killing is not None and self.killing.running
