"""Where the console keeps things: the journal in its two places, the history, and kills that never ended."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from console.doctor.finding import Finding, Severity
from console.killswitch.steps import Outcome
from console.text import plain

if TYPE_CHECKING:
    from console.killswitch.record import KillRecord

SCANT = 50 << 20
"""Bytes that should be free where something is kept."""
LOCK_SECONDS = 0.5
OLD = timedelta(days=7)
"""A kill that ended without a word longer ago than this is history, and no alarm."""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """One file that something is kept in.

    Attributes:
        path: the file.
        exists: it is there; else it is made with the first row.
        size: bytes, without SQLite's own side files.
        problem: why it cannot be read or written, or "".
        exposed: who else can read or write it, or "".
        free: bytes free on its disk; None where nobody says.
        schema: names of the migrations that it has seen; () for the journal.
    """

    path: str
    exists: bool = False
    size: int = 0
    problem: str = ""
    exposed: str = ""
    free: int | None = None
    schema: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainFact:
    """Something about the journal's chain of hashes that is not as it was written.

    Attributes:
        changed: a row is not what it was, or is gone; else it merely cannot be told.
    """

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class UnfinishedKill:
    """A kill that was begun and never ended, by a process that is gone.

    Attributes:
        feature: ``KEY@ENVIRONMENT``.
        later: another kill of this feature came after it and ended.
    """

    feature: str
    flag_key: str
    operator: str
    at: datetime
    confirmed: bool
    later: bool = False


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """The journal.

    Attributes:
        places: the first and the second.
        chain: what `Journal.verify` found; None when it did not end in time.
        rows: how many rows it was computed over; None where that is not known.
        unfinished: kills.
        problem: why it cannot be read at all, or "".
        unpublished: why its head cannot be published where that is configured, or "".
    """

    places: tuple[PlaceFacts, ...]
    chain: tuple[ChainFact, ...] | None = ()
    rows: int | None = None
    unfinished: tuple[UnfinishedKill, ...] = ()
    problem: str = ""
    unpublished: str = ""


def of_journal(journal: JournalFacts, now: datetime) -> Iterator[Finding]:
    """Judge the journal."""
    lost = bool(journal.places) and all(place.problem for place in journal.places)
    for place in journal.places:
        yield from _of_place("journal", place, Severity.BROKEN if lost else Severity.WARNING)
    if journal.problem:
        yield Finding(
            Severity.BROKEN,
            "journal",
            "",
            "rows",
            journal.problem,
            "What was done is not seen here. Look at the files' owner, and at their disk.",
        )
    if journal.chain is None:
        what = "its chain of hashes could not be computed again in time"
        yield Finding(
            Severity.WARNING, "journal", "", "chain", what, "Run the doctor again when it is quiet."
        )
    elif not journal.chain and not journal.problem:
        rows = "" if journal.rows is None else f" of {journal.rows:,} row{'s' * (journal.rows != 1)}"
        yield Finding(Severity.FINE, "journal", "", "chain", f"the chain{rows} is whole")
    for fact in journal.chain or ():
        severity = Severity.BROKEN if fact.changed else Severity.WARNING
        todo = "Keep a copy of the file, and find out who could write it." if fact.changed else ""
        yield Finding(severity, "journal", "", "chain", fact.text, todo)
    if journal.unpublished:
        todo = "Give its folder to whoever runs the console, or choose another `[store] published_head`."
        yield Finding(Severity.WARNING, "journal", "", "published head", journal.unpublished, todo)
    for kill in journal.unfinished:
        yield _of_unfinished(kill, now)


def of_history(history: PlaceFacts) -> Iterator[Finding]:
    """Judge the history. Nothing that matters in an incident waits for it."""
    yield from _of_place("history", history, Severity.WARNING)


def _of_place(area: str, place: PlaceFacts, worst: Severity) -> Iterator[Finding]:
    def found(severity: Severity, what: str, todo: str = "") -> Finding:
        return Finding(severity, area, "", place.path, what, todo)

    if place.problem:
        todo = "Look at the directory's owner and mode, and at the disk. A kill works without it."
        yield found(worst, place.problem, todo)
        return
    if place.exposed:
        yield found(Severity.WARNING, place.exposed, f"chmod 600 {place.path}")
    if place.free is not None and place.free < SCANT:
        yield found(Severity.WARNING, f"{_bytes(place.free)} are left on its disk", "Make room.")
    if not place.exposed:
        size = (
            (_bytes(place.size) if place.size else "empty")
            if place.exists
            else "not there yet; made with the first row"
        )
        schema = f", schema {place.schema[-1]}" if place.schema else ""
        yield found(Severity.FINE, f"can be written, {size}{schema}")


def _of_unfinished(kill: UnfinishedKill, now: datetime) -> Finding:
    at = f"{kill.at.astimezone():%Y-%m-%d %H:%M:%S %z}"
    what = f"the kill of {kill.flag_key} that {kill.operator} began at {at} never ended: its process is gone"
    subject = "unfinished kill"
    if kill.later:
        return Finding(Severity.FINE, "journal", kill.feature, subject, f"{what}; a later one ended")
    if kill.confirmed:
        what = f"{what}. It was confirmed; nobody watched the rest"
        todo = "See on the screen that users get the fallback."
        return Finding(Severity.WARNING, "journal", kill.feature, subject, what, todo)
    severity = Severity.WARNING if now - kill.at > OLD else Severity.BROKEN
    key = kill.feature.split("@")[0]
    todo = f"Its request may have left. If the flag is not off: console kill {key} --confirm {kill.flag_key}"
    return Finding(severity, "journal", kill.feature, subject, what, todo)


def look_at(path: Path) -> PlaceFacts:
    """Look at one SQLite file, and whether it could be written; nothing is. Waits for the disk."""
    name = plain(str(path))
    free = _free(_nearest(path))
    try:
        found = path.stat()
    except FileNotFoundError:
        return PlaceFacts(name, problem=_cannot_make(path), free=free)
    except OSError as error:
        return PlaceFacts(name, problem=_reason(error), free=free)
    if not stat.S_ISREG(found.st_mode):
        return PlaceFacts(name, exists=True, problem="is no regular file", free=free)
    problem, schema = _try(path)
    return PlaceFacts(
        name,
        exists=True,
        size=found.st_size,
        problem=problem,
        exposed=_exposed(found),
        free=free,
        schema=schema,
    )


def _try(path: Path) -> tuple[str, tuple[str, ...]]:
    """Take SQLite's write lock and give it back: (why that does not work, migrations)."""
    import sqlite3

    if not os.access(path, os.W_OK):
        return "cannot be written: no permission, or a read-only disk", ()
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
            return "", _migrations(database)
    except sqlite3.Error as error:
        return f"cannot be written: {error}", ()


def _migrations(database: object) -> tuple[str, ...]:
    import sqlite3

    assert isinstance(database, sqlite3.Connection)  # noqa: S101
    try:
        rows = database.execute("SELECT name FROM _sqlite_migrations ORDER BY applied_at, id").fetchall()
    except sqlite3.Error:
        return ()
    return tuple(plain(str(name)) for (name,) in rows)


def _cannot_make(path: Path) -> str:
    parent = _nearest(path)
    if not parent.is_dir():
        return f"cannot be made: {plain(str(parent))} is no directory"
    try:
        # A file without a name, gone when it is closed: what may be written is not always what modes say.
        tempfile.TemporaryFile(dir=parent).close()
    except OSError as error:
        return f"cannot be made in {plain(str(parent))}: {(error.strerror or 'an error').lower()}"
    return ""


def _free(folder: Path) -> int | None:
    """Bytes free on a disk; None where it does not count them."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return usage.free if usage.total else None


def _nearest(path: Path) -> Path:
    """The nearest thing above a path that is there."""
    return next((parent for parent in path.parents if parent.exists()), Path("/"))


def _exposed(found: os.stat_result) -> str:
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid not in (0, os.geteuid()):
        return f"it belongs to uid {found.st_uid}"
    if mode & 0o077:
        return f"others can {'write' if mode & 0o022 else 'read'} it (mode {mode:o})"
    return ""


def _reason(error: OSError) -> str:
    return f"cannot be looked at: {(error.strerror or 'an error').lower()}"


def _bytes(number: int) -> str:
    if number < 1 << 20:
        return f"{number >> 10} KiB"
    return f"{number / (1 << 20):,.0f} MiB"


def unfinished(kill: KillRecord, latest: KillRecord | None) -> UnfinishedKill:
    """What the journal says of a kill that never ended.

    Args:
        latest: the newest kill of the same feature.
    """
    ladder = kill.ladder
    later = latest is not None and latest.ladder.kill_id != ladder.kill_id and latest.ladder.finished
    return UnfinishedKill(
        f"{ladder.feature}@{ladder.environment}",
        plain(ladder.flag_key),
        plain(ladder.operator),
        kill.at,
        confirmed=ladder.outcome in (Outcome.CONFIRMED, Outcome.ALREADY),
        later=later,
    )
