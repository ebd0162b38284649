"""Follows the journal, where this console and others write what people do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from console.drilling.rows import KINDS as DRILL_KINDS
from console.drilling.rows import drills
from console.incident.acts import KINDS, Done, done
from console.incident.happening import Happening
from console.incident.telling import of_act, of_drill, of_kill
from console.killswitch.fingerprint import same_lever
from console.killswitch.history import INTENT, STEP, drill_records, records
from console.killswitch.record import PRODUCTION
from console.killswitch.steps import Outcome
from console.patience import Lane
from console.readiness.records import Records, fold
from console.snapshot import JournalView

if TYPE_CHECKING:
    from console.drilling.rows import Drill
    from console.killswitch.record import DrillRecord, KillRecord
    from console.store.journal import Found, Journal, Position, Row

LOOK_SECONDS = 0.4
"""Between two looks at whether the journal has grown."""

TOLD = timedelta(days=14)
"""So far back what passes (looks, notes) is read at the start; what lasts is read from the beginning."""

READ_SECONDS = 5.0
"""What one reading may take; a disk that hangs is left behind, and asked again."""

_KILLS = 20
_PASSING = ("note", "look", "proved", "opened", "play")
_KILL = (INTENT, STEP)
_LASTING = (*_KILL, *DRILL_KINDS, *(kind for kind in KINDS if kind not in _PASSING))


class JournalFollower:
    """Keeps what a feature's rows say.

    Attributes:
        view: whether the journal can be read.
        kill: the newest kill.
        kills: the last few, oldest first.
        drills: the kills of the last few drills, oldest first.
        rehearsed: the last drills as a whole, oldest first.
        trainees: everybody who has been through a drill.
        prints: marks of the levers as they are now (`console.killswitch.fingerprint`), by number; whoever
            knows them sets them by `mark`.
        last_confirmed_kill: as `last_proof`.
        records: what people have vouched for, waived, read and said.

    Args:
        flag_key: as the flag is called today.
        changed: called on the event loop when any of these differs.
        told: is given what happened, from every row once and again when a kill goes on.
    """

    def __init__(
        self,
        journal: Journal,
        feature: str,
        environment: str,
        flag_key: str,
        *,
        changed: Callable[[], None],
        told: Callable[[list[Happening]], None],
    ) -> None:
        self.view = JournalView()
        self.kill: KillRecord | None = None
        self.kills: tuple[KillRecord, ...] = ()
        self.drills: tuple[DrillRecord, ...] = ()
        self.rehearsed: tuple[Drill, ...] = ()
        self.trainees: tuple[str, ...] = ()
        self.prints: Mapping[int, str] = {}
        self.last_confirmed_kill: datetime | None = None
        self.records = Records()
        self._journal = journal
        self._feature = feature
        self._environment = environment
        self._flag_key = flag_key
        self._changed = changed
        self._told = told
        self._read = asyncio.Event()
        self._acts: list[Done] = []
        self._kills: dict[str, list[Row]] = {}
        self._drills: list[Row] = []
        self._positions: dict[tuple[str, ...], Position] = {}
        self._reading = asyncio.Lock()
        self._lane = Lane()

    async def follow(self) -> None:
        """Look until cancelled."""
        revision: tuple[int, ...] | None = None
        while True:
            now = self._journal.revision()
            if now != revision or self.view.problem:
                revision = now
                await self.read()
            self._read.set()
            await asyncio.sleep(LOOK_SECONDS)

    async def settled(self) -> None:
        """Wait for the end of the first look."""
        await self._read.wait()

    async def read(self) -> None:
        """Read what is new, now."""
        async with self._reading:
            problem = ""
            for kinds in (_LASTING, _PASSING):
                try:
                    found = await self._lane.within(READ_SECONDS, partial(self._new, kinds))
                    self._positions[kinds] = found.position
                    problem = problem or found.problem or found.finding
                    self._take(found.rows)
                except TimeoutError:
                    problem = f"the journal does not answer: its disk hangs ({READ_SECONDS:g} s)"
                except Exception as error:  # noqa: BLE001 - an odd row must not end the watch over the journal
                    problem = problem or f"a row of the journal is odd ({type(error).__name__})"
        if problem != self.view.problem:
            since = self.view.since or datetime.now(UTC)
            self.view = JournalView(problem, since if problem else None)
            self._changed()

    def mark(self, prints: Mapping[int, str]) -> None:
        """The levers are these now: proofs of others no longer count."""
        if prints != self.prints:
            self.prints = prints
            self._prove()
            self._changed()

    def _prove(self) -> None:
        self.last_confirmed_kill = last_proof(self.kills, self.drills, self._flag_key, self.prints)

    def _new(self, kinds: tuple[str, ...]) -> Found:
        position = self._positions.get(kinds)
        since = datetime.now(UTC) - TOLD if kinds is _PASSING else None
        return self._journal.rows_after(
            position, feature=self._feature, environment=self._environment, kinds=kinds, since=since
        )

    def _take(self, rows: tuple[Row, ...]) -> None:
        new: list[Happening] = []
        moved: set[str] = set()
        drilled = False
        for row in rows:
            if row.kind in DRILL_KINDS:
                self._drills.append(row)
                drilled = True
                continue
            if row.kind in _KILL:
                self._kills.setdefault(row.kill_id, []).append(row)
                moved.add(row.kill_id)
                continue
            act = done(row)
            if act is not None:
                self._acts.append(act)
                new.append(of_act(act))
        if new:
            self.records = fold(sorted(self._acts, key=lambda one: (one.at, one.row)))
        if moved:
            kills = records([row for rows in self._kills.values() for row in rows])
            for kill in kills:
                if kill.ladder.kill_id in moved:
                    new.extend(of_kill(kill))
            self.kill = kills[-1] if kills else None
            self.kills = tuple(kills[-_KILLS:])
        if drilled:
            self.drills = tuple(drill_records(self._drills)[-_KILLS:])
            known = drills(self._drills)
            self.rehearsed = tuple(known[-_KILLS:])
            self.trainees = tuple(dict.fromkeys(one.begun.trainee for one in known if one.score is not None))
            for drill in self.rehearsed:
                new.extend(of_drill(drill))
        if moved or drilled:
            self._prove()
        if new or moved or drilled:
            self._told(new)
            self._changed()


def last_proof(
    kills: Iterable[KillRecord],
    drills: Iterable[DrillRecord],
    flag_key: str,
    prints: Mapping[int, str],
) -> datetime | None:
    """Instant (UTC) at which a lever of a flag was last proven to work, as it is today.

    A kill that found the flag killed already has pulled nothing; one of a flag of another name, or by a lever
    or a token that was changed since, says nothing of this one; and a rehearsal has a flag of its own.
    """
    pulled: list[KillRecord | DrillRecord] = [*kills, *(one for one in drills if one.kind == PRODUCTION)]
    proofs = (
        kill.confirmed_at
        for kill in pulled
        if kill.confirmed_at is not None
        and kill.ladder.outcome is Outcome.CONFIRMED
        and kill.ladder.flag_key == flag_key
        and same_lever(kill.prints, prints, kill.ladder.killed_by)
    )
    return max(proofs, default=None)
