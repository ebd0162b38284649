"""How the history stays small: what is old goes, minutes become hours, and the file gives its room back.

It works in slices of some milliseconds, each a transaction of its own, so that whatever waits comes between.
The age of a reading is told by its source's clock where that has been heard, since an embedded world may run
ahead of the real one; and by when it was kept, where a world that is gone had run ahead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters.signals.port import Reading
from console.signals.merge import merged
from console.store.archive import writing
from console.store.instants import length, micros
from console.store.tables import UNREADABLE, Tables, reading_cells, reading_of

if TYPE_CHECKING:
    from sqlite_utils import Database

KEEP_FINE = timedelta(hours=48)
"""After this, readings of minutes are added up to hours; a monitor keeps none that are older either."""
KEEP_ABSENT = timedelta(hours=1)
"""A console that left without saying so."""
MOST_BYTES = 2**30
"""What the file may hold, whatever its age."""
_SLICE = 500
_PAGES = 500
_HOUR = 3_600_000_000
_LONGEST_PARTIAL = 200
# A look at one end of each run of rows, and not at every row.
_OLDEST = """
    SELECT id, coarse, (
        SELECT min(start) FROM readings WHERE series = id AND readings.coarse = kinds.coarse
    ) AS first
    FROM series, (SELECT 0 AS coarse UNION SELECT 1) AS kinds
    WHERE first IS NOT NULL ORDER BY first LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept.

    Attributes:
        most_bytes: when it is more than this, the oldest readings go.
    """

    age: timedelta
    prompts: timedelta
    most_bytes: int = MOST_BYTES


def prune(tables: Tables, retention: Retention, now: datetime, clocks: Mapping[int, int]) -> Iterator[None]:
    """Let go of what is old; every `next` does one slice.

    Args:
        now: the real time.
        clocks: each source's own time in microseconds, by number of series, where it has been heard.
    """
    database = tables.database
    known = [
        (number, signal) for number, signal in database.execute("SELECT id, signal FROM series").fetchall()
    ]
    real = micros(now)
    age = length(retention.age)
    for number, signal in known:
        clock = clocks.get(number, real)
        yield from _drop(
            database,
            "readings",
            'series = ? AND coarse IN (0, 1) AND start < ? AND "end" < ?',
            number,
            clock - age,
            clock - age,
        )
        yield from _drop(
            database,
            "readings",
            "series = ? AND coarse IN (0, 1) AND start > ? AND kept < ?",
            number,
            max(clock, real),
            real - age,
        )
        yield from _thin(tables, number, signal, clock - length(KEEP_FINE))
    yield from _drop(database, "changes", "at < ?", real - age)
    yield from _drop(database, "presence", "seen < ?", real - length(KEEP_ABSENT))
    forgotten = real - length(retention.prompts)
    # A text is not kept longer because its source's clock runs ahead.
    yield from _drop(database, "prompts", "at < ? OR kept < ?", forgotten, forgotten)
    yield from _fit(database, retention.most_bytes)
    yield from _shrink(database)


def _drop(database: Database, table: str, where: str, *values: int) -> Iterator[None]:
    key = '(series, coarse, start, "end")' if table == "readings" else "rowid"
    columns = key.strip("()")
    while True:
        done = database.execute(
            f"DELETE FROM {table} WHERE {key} IN "  # noqa: S608 - our own names
            f"(SELECT {columns} FROM {table} WHERE {where} LIMIT {_SLICE})",
            values,
        ).rowcount
        yield
        if done < _SLICE:
            return


def _thin(tables: Tables, series: int, signal: str, before: int) -> Iterator[None]:
    """Add fine readings up to whole hours, an hour at a time, as `console.signals.evidence` does in memory.

    An hour that the source itself has told of stays as it is.
    """
    database = tables.database
    whole = before // _HOUR * _HOUR
    while True:
        ((first,),) = database.execute(
            "SELECT min(start) FROM readings WHERE series = ? AND coarse = 0 AND start < ?", (series, whole)
        ).fetchall()
        if first is None:
            return
        start = first // _HOUR * _HOUR
        with writing(database):
            rows = database.execute(
                "DELETE FROM readings WHERE series = ? AND coarse = 0 AND start >= ? AND start < ? "
                'RETURNING start, "end", newest, partial, body, kept',
                (series, start, start + _HOUR),
            ).fetchall()
            readings: list[Reading] = []
            for row in sorted(rows):
                try:
                    readings.append(reading_of(signal, *row[:5]))
                except UNREADABLE:
                    tables.skipped += 1
            total = merged(reading.observation for reading in readings)
            if total is not None:
                said = "; ".join(dict.fromkeys(one.partial for one in readings if one.partial))
                newest = max((row[2] for row in rows if row[2] is not None), default=None)
                hour = Reading(
                    signal,
                    readings[0].start,
                    readings[-1].end,
                    total,
                    None,
                    partial=said if len(said) <= _LONGEST_PARTIAL else f"{said[: _LONGEST_PARTIAL - 1]}…",
                )
                _, _, _, _, partial, body = reading_cells(hour)
                database.execute(
                    'INSERT OR IGNORE INTO readings (series, coarse, start, "end", newest, partial, body, '
                    "kept) VALUES (?, 1, ?, ?, ?, ?, ?, ?)",
                    (series, start, start + _HOUR, newest, partial, body, max(row[5] for row in rows)),
                )
        yield


def _fit(database: Database, most_bytes: int) -> Iterator[None]:
    """Let the oldest readings go until the file holds no more than it may."""
    while used(database) > most_bytes:
        oldest = database.execute(_OLDEST).fetchone()
        if oldest is None:
            return
        series, coarse, _ = oldest
        database.execute(
            'DELETE FROM readings WHERE (series, coarse, start, "end") IN (SELECT series, coarse, start, '
            '"end" FROM readings WHERE series = ? AND coarse = ? ORDER BY start LIMIT ?)',
            (series, coarse, _SLICE),
        )
        yield


def _shrink(database: Database) -> Iterator[None]:
    """Give free pages back to the disk, and the log with them."""
    before = None
    while (free := database.execute("PRAGMA freelist_count").fetchone()[0]) and free != before:
        before = free
        # One row a page: all of them must be fetched.
        database.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
        yield
    # Does what it can while others read.
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    yield


def used(database: Database) -> int:
    """Bytes of the file that hold something."""
    pages, free, size = (
        database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
