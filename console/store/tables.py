"""Reading and writing the history's tables, one transaction a call."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.signals.port import Reading, Score
from adapters.untrusted import Untrusted
from console.store.archive import writing
from console.store.instants import instant, length, maybe_instant, maybe_micros, micros
from console.store.kept import Latch, Observed, Presence, Prompt
from console.store.observations import decode, encode
from console.store.text import restored, stored

if TYPE_CHECKING:
    from sqlite_utils import Database

FINE = timedelta(minutes=15)
"""Readings of up to this length are kept as they are for a while only (`console.store.retention`)."""

UNREADABLE = (TypeError, ValueError, AttributeError, KeyError, OverflowError)
"""What comes of a value that is not what its type says."""

_PUT_READING = """
    INSERT INTO readings (series, coarse, start, "end", newest, partial, body, kept)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE
    SET newest = excluded.newest, partial = excluded.partial, body = excluded.body, kept = excluded.kept
    WHERE body IS NOT excluded.body OR newest IS NOT excluded.newest OR partial IS NOT excluded.partial
"""
_GET_READINGS = """
    SELECT series.signal, start, "end", newest, partial, body
    FROM series JOIN readings ON readings.series = series.id
    WHERE feature = ? AND environment = ? AND coarse IN (0, 1) AND start >= ?
    ORDER BY "end", start, series.id
"""

Place = tuple[str, str]
"""A feature and an environment."""


class Tables:
    """The tables of one open file. What cannot be written or read for what it is, is left out and counted.

    Attributes:
        skipped: values that were left out.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.skipped = 0
        self._series: dict[tuple[str, str, str], int] = {}

    def put_readings(
        self, place: Place, readings: Iterable[Reading], *, kept: datetime, age: timedelta
    ) -> dict[int, int]:
        """Keep readings; those that stand there already cost a look each, and nothing is written.

        Args:
            age: readings that are older than this by their source's clock are not taken.

        Returns:
            The sources' clocks as these readings tell them, in microseconds, by number of series.
        """
        now, oldest = micros(kept), length(age)
        rows: dict[str, list[tuple[int, int, int, int | None, str, str]]] = {}
        for reading in readings:
            try:
                rows.setdefault(reading.signal, []).append(reading_cells(reading))
            except UNREADABLE:
                self.skipped += 1
        clocks: dict[int, int] = {}
        with self._numbers(), writing(self.database):
            for signal, cells in rows.items():
                if not cells:
                    continue
                series = self.series(place, signal)
                # The middle one: a single odd reading of the year 9999 must not make all others old.
                clock = clocks[series] = sorted(end for _, _, end, *_ in cells)[len(cells) // 2]
                self.database.conn.executemany(
                    _PUT_READING, [(series, *one, now) for one in cells if one[2] >= clock - oldest]
                )
        return clocks

    def get_readings(self, place: Place, *, since: datetime) -> list[Reading]:
        """Give readings that begin at `since` or later, oldest first."""
        names = [*map(stored, place)]
        found: list[Reading] = []
        # Sorted by SQLite, which lets other threads run meanwhile.
        for row in self.database.execute(_GET_READINGS, [*names, micros(since)]):
            try:
                found.append(reading_of(*row))
            except UNREADABLE:
                self.skipped += 1
        return found

    def put_changes(self, changes: Iterable[Observed]) -> bool:
        """Keep what was observed; what stands there already stays as it is. Say whether any was new."""
        rows: list[dict[str, Any]] = []
        for seen in changes:
            try:
                rows.append(
                    {
                        "feature": stored(seen.feature),
                        "environment": stored(seen.environment),
                        "kind": stored(seen.kind),
                        "key": stored(seen.key),
                        "at": micros(seen.at),
                        "event_at": maybe_micros(seen.event_at),
                        "body": _json(seen.body),
                    }
                )
            except UNREADABLE:
                self.skipped += 1
        before = self.database.conn.total_changes
        self.database.table("changes").insert_all(rows, ignore=True)
        return self.database.conn.total_changes > before

    def get_changes(self, place: Place, *, since: datetime, limit: int) -> list[Observed]:
        """Give what was observed since, oldest first; of more than `limit`, the newest."""
        rows = self.database.table("changes").rows_where(
            "feature = ? AND environment = ? AND at >= ?",
            [*map(stored, place), micros(since)],
            order_by="at DESC, id DESC",
            limit=limit,
        )
        found: list[Observed] = []
        for row in rows:
            try:
                found.append(
                    Observed(
                        *place,
                        restored(row["kind"]),
                        restored(row["key"]),
                        instant(row["at"]),
                        maybe_instant(row["event_at"]),
                        _of_json(row["body"]),
                    )
                )
            except UNREADABLE:
                self.skipped += 1
        return found[::-1]

    def put_latch(self, place: Place, signal: str, latch: Latch | None) -> None:
        """Keep a latch, or take it away."""
        names = (*map(stored, place), stored(signal))
        if latch is None:
            self.database.table("latches").delete_where(
                "feature = ? AND environment = ? AND signal = ?", names
            )
            return
        try:
            row = {
                **dict(zip(("feature", "environment", "signal"), names, strict=True)),
                "since": micros(latch.since),
                "headline": stored(latch.headline),
                "numbers": _json(latch.numbers),
            }
        except UNREADABLE:
            self.skipped += 1
        else:
            self.database.table("latches").insert(row, replace=True)

    def get_latches(self, place: Place) -> dict[str, Latch]:
        """Give the latches that stand, by signal."""
        found: dict[str, Latch] = {}
        for row in self.database.table("latches").rows_where(
            "feature = ? AND environment = ?", [*map(stored, place)]
        ):
            try:
                signal = restored(row["signal"])
                numbers = tuple((str(name), str(value)) for name, value in _of_json(row["numbers"]))
                found[signal] = Latch(signal, instant(row["since"]), restored(row["headline"]), numbers)
            except UNREADABLE:
                self.skipped += 1
        return found

    def put_presence(self, console: str, presence: Presence | None) -> None:
        """Keep a console's sign of life, or take it away."""
        if presence is None:
            self.database.table("presence").delete_where("console = ?", [stored(console)])
            return
        try:
            row = {
                "console": stored(console),
                "operator": stored(presence.operator),
                "feature": stored(presence.feature),
                "environment": stored(presence.environment),
                "screen": stored(presence.screen),
                "seen": micros(presence.seen),
            }
        except UNREADABLE:
            self.skipped += 1
        else:
            self.database.table("presence").insert(row, replace=True)

    def get_presences(self, *, since: datetime) -> list[Presence]:
        """Give the consoles that were seen since, in an order that stays."""
        return [
            Presence(
                restored(row["console"]),
                restored(row["operator"]),
                restored(row["feature"]),
                restored(row["environment"]),
                restored(row["screen"]),
                instant(row["seen"]),
            )
            for row in self.database.table("presence").rows_where(
                "seen >= ?", [micros(since)], order_by="operator, console"
            )
        ]

    def put_prompt(self, place: Place, prompt: Prompt, *, kept: datetime) -> None:
        """Keep a text, once."""
        try:
            cells = (
                *map(stored, place),
                micros(prompt.at),
                stored(prompt.source),
                stored(prompt.text.raw),
            )
        except UNREADABLE:
            self.skipped += 1
            return
        self.database.execute(
            "INSERT INTO prompts (feature, environment, at, source, text, kept) "
            "SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM prompts WHERE "
            "(feature, environment, at, source, text) = (?1, ?2, ?3, ?4, ?5))",
            (*cells, micros(kept)),
        )

    def get_prompts(self, place: Place, *, since: datetime, limit: int) -> list[Prompt]:
        """Give texts since, oldest first; of more than `limit`, the newest."""
        rows = self.database.table("prompts").rows_where(
            "feature = ? AND environment = ? AND at >= ?",
            [*map(stored, place), micros(since)],
            order_by="at DESC, id DESC",
            limit=limit,
        )
        found = [
            Prompt(instant(row["at"]), restored(row["source"]), Untrusted(restored(row["text"])))
            for row in rows
        ]
        return found[::-1]

    def series(self, place: Place, signal: str) -> int:
        """Give the number under which a signal's readings stand; make it when it is new."""
        names = (stored(place[0]), stored(place[1]), stored(signal))
        number = self._series.get(names)
        if number is None:
            cells = dict(zip(("feature", "environment", "signal"), names, strict=True))
            # Another process may make the same one.
            self.database.table("series").insert(cells, ignore=True)
            number = self._all_series()[names]
            self._series[names] = number
        return number

    @contextmanager
    def _numbers(self) -> Iterator[None]:
        """Forget the numbers of series when what made them is undone."""
        try:
            yield
        except BaseException:
            self._series.clear()
            raise

    def _all_series(self) -> dict[tuple[str, str, str], int]:
        rows = self.database.execute("SELECT id, feature, environment, signal FROM series ORDER BY id")
        return {(feature, environment, signal): number for number, feature, environment, signal in rows}


def reading_cells(reading: Reading) -> tuple[int, int, int, int | None, str, str]:
    """Write a reading: (coarse, start, end, newest, partial, body).

    Raises:
        TypeError, ValueError, AttributeError, KeyError, OverflowError: it is not what the port says it is.
    """
    coarse = isinstance(reading.observation, Score) or reading.end - reading.start > FINE
    return (
        int(coarse),
        micros(reading.start),
        micros(reading.end),
        maybe_micros(reading.newest),
        stored(reading.partial),
        encode(reading.observation),
    )


def reading_of(signal: str, start: int, end: int, newest: int | None, partial: str, body: str) -> Reading:
    """Read what `reading_cells` wrote.

    Raises:
        ValueError, OverflowError: it is damaged, or written by a newer version.
    """
    return Reading(
        restored(signal),
        instant(start),
        instant(end),
        decode(body),
        maybe_instant(newest),
        partial=restored(partial),
    )


def _json(body: Mapping[str, Any] | Sequence[Any]) -> str:
    return msgspec.json.encode(_walk(body, stored)).decode()


def _of_json(text: str) -> Any:
    return _walk(msgspec.json.decode(text), restored)


def _walk(value: Any, each: Any) -> Any:
    """Rewrite every string in a JSON value. A number that JSON has not becomes a string."""
    match value:
        case str():
            return each(value)
        case float() if not math.isfinite(value):
            return str(value)
        case Mapping():
            return {each(key): _walk(one, each) for key, one in value.items()}
        case list() | tuple():
            return [_walk(one, each) for one in value]
    return value
