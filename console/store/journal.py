"""The journal: what people and the kill switch did, in rows that cannot be changed unseen.

It has two places, each a chain of its own (`console.store.chain`). A row goes to the first; when that cannot
be written in time, to the second; when neither can, the caller is told and goes on. No append waits for the
disk longer than `SECONDS`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.store.chain import Chain
from console.store.held import Held
from console.store.place import Job, Place
from console.store.rows import Entry, Finding, Mark, Row, Stretch

if TYPE_CHECKING:
    from console.killswitch.record import KillRecord

SECONDS = 0.25
"""The most that an append waits for the disk, both places together."""
FIRST_SECONDS = 0.17
"""Of these, what the first place may take before the second is asked beside it."""
OPEN_SECONDS = 0.04
"""After this, the second place is opened meanwhile: making a file costs more than what would be left."""
READ_BUSY_SECONDS = 1.0

__all__ = ["Entry", "Finding", "Found", "Journal", "JournalError", "Position", "Row", "Written"]


class JournalError(Exception):
    """The journal cannot be read; the message names the files and what is wrong with each."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an append.

    Attributes:
        row: the row's number at its place; None when it could not be written in time.
        place: the file that has it; None when none has.
        problem: why the first place (or neither) has it, in words, or "".
        held: none has it yet, and it is tried again.
    """

    row: int | None
    place: Path | None
    problem: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Up to where the journal has been read. Only to be handed back."""

    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of both places, oldest first.

    Attributes:
        position: to read on from.
        problem: why a place, or some of its rows, could not be read; "" when this is all there is.
        finding: a place that was read before does not have its rows any more; "" when all do.
    """

    rows: tuple[Row, ...]
    position: Position
    problem: str = ""
    finding: str = ""


class Journal:
    """A hash-chained journal with a second place. Safe to use from several threads and processes.

    Args:
        path: SQLite file of the first place; it may hold other tables as well.
        second: SQLite file of the second place.
        clock: instants of rows, UTC.
    """

    def __init__(
        self, path: Path, second: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._clock = clock
        self._places = (Place(path, busy=FIRST_SECONDS - 0.02), Place(second, busy=SECONDS))
        self._held = Held(lambda entry: self._append(entry)[1])
        self._heads = tuple(Chain(place.path, busy=0).head for place in self._places)

    def warm(self) -> None:
        """Open the first place without waiting for it, so that the first row need not."""
        self._places[0].submit(None)

    def append(
        self,
        kind: str,
        *,
        feature: str = "",
        environment: str = "",
        kill_id: str = "",
        body: Mapping[str, Any],
        hold: bool = False,
    ) -> Written:
        """Add a row, durably, waiting `SECONDS` at most. Never raises for what the disk does.

        Args:
            kind: "intent", "step", "abandoned", ...
            body: plain JSON values, without secrets.
            hold: when neither place takes it, keep it and try again, for as long as this process lives.
        """
        entry = Entry(self._clock(), kind, feature, environment, kill_id, body)
        written, jobs = self._append(entry)
        if written.row is None and hold:
            self._held.hold(entry, jobs)
            return replace(written, held=True)
        return written

    @property
    def held(self) -> int:
        """Rows that no place has taken yet, and that are tried again."""
        return len(self._held)

    def settle(self, seconds: float) -> int:
        """Wait until no row is held any more, but no longer than this; give how many are."""
        return self._held.settle(seconds)

    def _append(self, entry: Entry) -> tuple[Written, tuple[Job, ...]]:
        limit = time.monotonic() + SECONDS
        first, second = self._places
        job = first.submit(entry)
        if not job.done.wait(OPEN_SECONDS):
            second.submit(None)
            job.done.wait(FIRST_SECONDS - OPEN_SECONDS)
        if job.number is not None:
            return Written(job.number, first.path, ""), (job,)
        other = second.submit(entry)
        other.done.wait(max(0.0, limit - time.monotonic()))
        # A row that has not been begun by now is written nowhere later, where nobody would expect it.
        job.given_up = other.given_up = True
        problem = job.problem or (f"{first.path}: the disk does not answer" if job.number is None else "")
        jobs = (job, other)
        if job.number is not None:
            return Written(job.number, first.path, ""), jobs
        if other.number is not None:
            return Written(other.number, second.path, problem), jobs
        also = other.problem or f"{second.path}: the disk does not answer"
        return Written(None, None, f"{problem}; {also}"), jobs

    def revision(self) -> tuple[int, ...]:
        """Something that changes whenever anyone adds a row. Costs microseconds and waits for no lock."""
        stamps: list[int] = []
        for head in self._heads:
            try:
                found = head.stat()
            except OSError:
                stamps += (0, 0)
            else:
                stamps += (found.st_mtime_ns, found.st_ino)
        return tuple(stamps)

    def rows(
        self,
        *,
        feature: str | None = None,
        environment: str | None = None,
        kinds: tuple[str, ...] = (),
        kill_id: str | None = None,
    ) -> list[Row]:
        """Read rows of both places, oldest first. Waits for the disk: call it off the event loop.

        Whether these are all is known to `rows_after` alone.

        Raises:
            JournalError: nothing was found, and a place that might have it cannot be read.
        """
        found = self.rows_after(None, feature=feature, environment=environment, kinds=kinds, kill_id=kill_id)
        if found.problem and not found.rows:
            raise JournalError(f"the journal cannot be read: {found.problem}")
        return list(found.rows)

    def rows_after(
        self,
        position: Position | None,
        *,
        feature: str | None = None,
        environment: str | None = None,
        kinds: tuple[str, ...] = (),
        kill_id: str | None = None,
        since: datetime | None = None,
        last: int | None = None,
    ) -> Found:
        """Read what both places took after a position, oldest first. Waits for the disk, and never raises.

        Costs a look into each file while nothing is new. A place that cannot be read now is read on from the
        same row once it can be. A row that was already told from one place is not told from the other.

        Args:
            position: from the reading before, with the same filters; None for all from the beginning.
            since: with None, leave out rows that are older.
            last: with None, only the newest so many of each place.
        """
        import sqlite3

        where, values = _conditions(feature, environment, kinds, kill_id)
        if position is None and since is not None:
            where += " AND at >= ?"
            values += (since.astimezone(UTC).isoformat(timespec="microseconds"),)
        most = last if position is None and last is not None else -1
        before = position or Position(tuple(Mark() for _ in self._places))
        stretches: list[Stretch] = []
        problems: list[str] = []
        findings: list[str] = []
        for place, mark in zip(self._places, before.marks, strict=True):
            try:
                chain = Chain(place.path, busy=READ_BUSY_SECONDS)
                stretch = chain.stretch(mark, where, values, last=most)
            except (OSError, sqlite3.Error, ValueError) as error:
                problems.append(f"{place.path}: {error}")
                stretches.append(Stretch(mark=mark))
                continue
            stretches.append(stretch)
            if stretch.odd:
                numbers = ", ".join(map(str, stretch.odd[:5])) + ("…" if len(stretch.odd) > 5 else "")
                problems.append(f"{place.path}: cannot be understood: row {numbers}")
            if stretch.anew:
                findings.append(f"{place.path}: its rows up to {mark.number} are not there any more")
        rows = _told_once([stretch.rows for stretch in stretches])
        if position is not None:
            rows = [row for row in rows if not self._told(row, stretches, before)]
        after = Position(tuple(stretch.mark for stretch in stretches))
        return Found(tuple(rows), after, "; ".join(problems), "; ".join(findings))

    def _told(self, row: Row, stretches: list[Stretch], before: Position) -> bool:
        """Whether the other place had told a row before this one did."""
        import sqlite3

        first, second = self._places
        other, mark = (second, before.marks[1]) if row in stretches[0].rows else (first, before.marks[0])
        if mark.number == 0:
            return False
        try:
            return Chain(other.path, busy=READ_BUSY_SECONDS).has(row, mark.number)
        except (OSError, sqlite3.Error):
            # Told twice rather than not at all; why, its own reading says.
            return False

    def latest_kill(self, feature: str, environment: str) -> KillRecord | None:
        """Give the newest kill of a feature as its rows tell it. Waits for the disk, as `rows` does.

        Args:
            feature: its key.

        Raises:
            JournalError: as `rows`.
        """
        # The types of a kill belong to the kill switch, which imports this module.
        from console.killswitch.history import latest_kill

        return latest_kill(self, feature, environment)

    def verify(self) -> tuple[Finding, ...]:
        """As `console.store.audit.Audit.verify`."""
        from console.store.audit import Audit

        return Audit(*(place.path for place in self._places)).verify()


def _conditions(
    feature: str | None, environment: str | None, kinds: tuple[str, ...], kill_id: str | None
) -> tuple[str, tuple[object, ...]]:
    """A condition of SQL, and its values."""
    conditions, values = ["1"], []
    for column, value in (("feature", feature), ("environment", environment), ("kill_id", kill_id)):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    if kinds:
        conditions.append(f"kind IN ({','.join('?' * len(kinds))})")
        values += kinds
    return " AND ".join(conditions), tuple(values)


def _told_once(places: list[tuple[Row, ...]]) -> list[Row]:
    """Rows of all places, oldest first.

    A first place that was only slow has the row as well as the second, which was asked in its stead.
    """
    once: dict[tuple[datetime, str, str, str], Row] = {}
    for rows in places:
        for row in rows:
            once.setdefault(row.identity, row)
    return sorted(once.values(), key=lambda row: row.at)
