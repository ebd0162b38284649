"""The journal: what people and the kill switch did, in rows that cannot be changed unseen.

It has two places, each a chain of its own (`console.store.chain`). A row goes to the first; when that cannot
be written in time, to the second; when neither can, the caller is told and goes on. No append waits for the
disk longer than `SECONDS`.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.store.chain import Chain, Entry, Finding, Row, canonical

if TYPE_CHECKING:
    from console.killswitch.record import KillRecord

SECONDS = 0.25
"""The most that an append waits for the disk, both places together."""
FIRST_SECONDS = 0.17
"""Of these, what the first place may take before the second is asked beside it."""
READ_BUSY_SECONDS = 1.0

__all__ = ["Entry", "Finding", "Journal", "JournalError", "Row", "Written"]


class JournalError(Exception):
    """The journal cannot be read; the message names the files and what is wrong with each."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an append.

    Attributes:
        row: the row's number at its place; None when it could not be written in time.
        place: the file that has it; None when none has.
        problem: why the first place (or neither) has it, in words, or "".
    """

    row: int | None
    place: Path | None
    problem: str


@dataclass(slots=True)
class _Job:
    entry: Entry | None
    """None only opens the file, so that the first row finds it open."""
    done: threading.Event = field(default_factory=threading.Event)
    number: int | None = None
    problem: str = ""
    given_up: bool = False


class _Place:
    """One chain and the thread that writes to it.

    The thread is a daemon, since one that hangs in a dead disk can neither be joined nor stopped.
    """

    def __init__(self, path: Path, *, busy: float) -> None:
        self.path = path
        self._chain = Chain(path, busy=busy)
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, entry: Entry | None) -> _Job:
        job = _Job(entry)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f"journal {self.path.name}", daemon=True
                )
                self._thread.start()
        self._jobs.put(job)
        return job

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if not job.given_up:
                try:
                    if job.entry is None:
                        self._chain.open()
                    else:
                        job.number = self._chain.append(job.entry)
                except Exception as error:  # noqa: BLE001 - any failure of a disk means: the other place
                    job.problem = f"{self.path}: {error}"
            job.done.set()


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
        self._places = (_Place(path, busy=FIRST_SECONDS - 0.02), _Place(second, busy=SECONDS))
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
    ) -> Written:
        """Add a row, durably, waiting `SECONDS` at most. Never raises for what the disk does.

        Args:
            kind: "intent", "step", "abandoned", ...
            body: plain JSON values, without secrets.
        """
        entry = Entry(self._clock(), kind, feature, environment, kill_id, body)
        limit = time.monotonic() + SECONDS
        first, second = self._places
        job = first.submit(entry)
        if job.done.wait(FIRST_SECONDS) and job.number is not None:
            return Written(job.number, first.path, "")
        other = second.submit(entry)
        other.done.wait(max(0.0, limit - time.monotonic()))
        # A row that has not been begun by now is written nowhere later, where nobody would expect it.
        job.given_up = other.given_up = True
        problem = job.problem or (f"{first.path}: the disk does not answer" if job.number is None else "")
        if job.number is not None:
            return Written(job.number, first.path, "")
        if other.number is not None:
            return Written(other.number, second.path, problem)
        also = other.problem or f"{second.path}: the disk does not answer"
        return Written(None, None, f"{problem}; {also}")

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

        Raises:
            JournalError: nothing was found, and a place that might have it cannot be read.
        """
        import sqlite3

        conditions, values = ["1"], []
        for column, value in (("feature", feature), ("environment", environment), ("kill_id", kill_id)):
            if value is not None:
                conditions.append(f"{column} = ?")
                values.append(value)
        if kinds:
            conditions.append(f"kind IN ({','.join('?' * len(kinds))})")
            values += kinds
        found: list[Row] = []
        problems: list[str] = []
        for place in self._places:
            try:
                chain = Chain(place.path, busy=READ_BUSY_SECONDS)
                found += chain.rows(" AND ".join(conditions), tuple(values))
            except (OSError, sqlite3.Error, ValueError) as error:
                problems.append(f"{place.path}: {error}")
        if problems and not found:
            raise JournalError(f"the journal cannot be read: {'; '.join(problems)}")
        # A first place that was only slow has the row as well as the second, which was asked in its stead.
        once: dict[tuple[datetime, str, str, str], Row] = {}
        for row in found:
            once.setdefault((row.at, row.kind, row.kill_id, canonical(row.body)), row)
        return sorted(once.values(), key=lambda row: row.at)

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
        """Compute both chains again; each finding names the row. Waits for the disk."""
        import sqlite3

        findings: list[Finding] = []
        for place in self._places:
            try:
                findings += Chain(place.path, busy=READ_BUSY_SECONDS).verify()
            except (OSError, sqlite3.Error, ValueError) as error:
                findings.append(Finding(place.path, None, f"cannot be read: {error}"))
        return tuple(findings)
