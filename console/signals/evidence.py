"""What is known about one signal: its readings, kept by the interval they cover.

Readings of a quarter of an hour or less are kept as they came for a day and a bit, then added up to hours;
hours are kept for five weeks, eval runs for sixty. So memory is bounded whatever arrives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from adapters.signals.port import Observation, Reading, Score
from console.signals.merge import merged

MINUTE = 60
KEEP_MINUTES = 26 * 60
KEEP_HOURS = timedelta(days=35)
KEEP_RUNS = 60
_MOST_HOURS = 35 * 24 + 48
_FINE = timedelta(minutes=15)


def minute_of(instant: datetime) -> int:
    """Index of the minute, counted from 1970, in which an instant lies."""
    return int(instant.timestamp() // MINUTE)


def instant_of(minute: int) -> datetime:
    """Begin of a minute."""
    return datetime.fromtimestamp(minute * MINUTE, UTC)


class Evidence:
    """Readings of one signal, of one kind of observation.

    Attributes:
        kind: the observation's type; others are not taken.
        version: grows with every change.
        newest: event time of the newest event seen; None while there was none.
        interval: how long an interval of this source is.
        late: readings that came when their minute had been given up.
    """

    def __init__(self, kind: type[Observation]) -> None:
        self.kind = kind
        self.version = 0
        self.coarse_version = 0
        self.newest: datetime | None = None
        self.interval = timedelta(minutes=1)
        self.late = 0
        self._minutes: dict[int, tuple[Reading, ...]] = {}
        self._hours: dict[tuple[datetime, datetime], Reading] = {}
        self._changes: deque[tuple[int, int]] = deque(maxlen=4096)
        self._first: int | None = None
        self._last: int | None = None
        self._floor = 0
        self._sorted: list[Reading] = []
        self._sorted_version = -1
        self._last_end = instant_of(0)

    @property
    def first_minute(self) -> int | None:
        """First minute of which something is known in minutes."""
        return self._first

    @property
    def last_minute(self) -> int | None:
        """Last minute of which something is known in minutes."""
        return self._last

    @property
    def empty(self) -> bool:
        """Whether nothing was ever read."""
        return not self._minutes and not self._hours

    def put(self, reading: Reading) -> bool:
        """Take a reading, in place of an earlier one of the same interval. Say whether anything changed."""
        if reading.newest is not None and (self.newest is None or reading.newest > self.newest):
            self.newest = reading.newest
        if self.kind is Score or reading.end - reading.start > _FINE:
            return self._put_coarse(reading)
        return self._put_fine(reading)

    def forget_after(self, at: datetime) -> None:
        """Drop what is not over by an instant: the source's clock was set back to it."""
        gone = [minute for minute, there in self._minutes.items() if any(one.end > at for one in there)]
        for minute in gone:
            kept = tuple(one for one in self._minutes.pop(minute) if one.end <= at)
            if kept:
                self._minutes[minute] = kept
        self._hours = {key: one for key, one in self._hours.items() if one.end <= at}
        self._first, self._last = min(self._minutes, default=None), max(self._minutes, default=None)
        self._floor = min(self._floor, minute_of(at))
        rest = [*self._hours.values(), *(one for there in self._minutes.values() for one in there)]
        self.newest = max((one.newest for one in rest if one.newest is not None), default=None)
        self.coarse_version += 1
        self._changed(min(gone, default=minute_of(at)))

    def _put_fine(self, reading: Reading) -> bool:
        # The minute in which the interval ends: a longer interval is known only then.
        minute = -int(-reading.end.timestamp() // MINUTE) - 1
        if minute < self._floor:
            self.late += 1
            return False
        there = self._minutes.get(minute, ())
        if reading in there:
            return False
        rest = [one for one in there if one.end <= reading.start or one.start >= reading.end]
        same = any(
            one.start == reading.start and one.end == reading.end and one.observation == reading.observation
            for one in there
        )
        self._minutes[minute] = tuple(sorted([*rest, reading], key=lambda one: one.start))
        if same and len(rest) == len(there) - 1:
            return False  # it was only closed, or its newest event told: nothing that is counted changed
        self.interval = reading.end - reading.start
        self._first = minute if self._first is None else min(self._first, minute)
        self._last = minute if self._last is None else max(self._last, minute)
        self._changed(minute)
        if self._last - self._first >= KEEP_MINUTES + 60:
            self._roll_up()
        return True

    def _put_coarse(self, reading: Reading) -> bool:
        key = (reading.start, reading.end)
        if self._hours.get(key) == reading:
            return False
        self._hours[key] = reading
        if not self._minutes:
            self.interval = reading.end - reading.start
        self.coarse_version += 1
        self.version += 1
        if self.kind is Score:
            if len(self._hours) > KEEP_RUNS:
                del self._hours[min(self._hours)]
        elif len(self._hours) > _MOST_HOURS:
            self._drop_old_hours(max(end for _, end in self._hours))
        return True

    def _drop_old_hours(self, now: datetime) -> None:
        for old in [key for key in self._hours if key[1] < now - KEEP_HOURS]:
            del self._hours[old]
        # Intervals shorter than an hour, or lying over each other: the oldest go, whatever they are.
        for old in sorted(self._hours)[: max(0, len(self._hours) - _MOST_HOURS)]:
            del self._hours[old]

    def _changed(self, minute: int) -> None:
        self.version += 1
        self._changes.append((self.version, minute))

    def _roll_up(self) -> None:
        """Add the oldest minutes up to whole hours."""
        if self._first is None or self._last is None:
            return
        keep_from = (self._last - KEEP_MINUTES) // 60 * 60
        by_hour: dict[int, list[Reading]] = {}
        for minute in [minute for minute in self._minutes if minute < keep_from]:
            by_hour.setdefault(minute // 60, []).extend(self._minutes.pop(minute))
        for hour, readings in sorted(by_hour.items()):
            total = merged(one.observation for one in sorted(readings, key=lambda one: one.start))
            start = instant_of(hour * 60)
            end = start + timedelta(hours=1)
            if total is None or (start, end) in self._hours:
                continue
            newest = max((one.newest for one in readings if one.newest is not None), default=None)
            self._hours[(start, end)] = Reading(readings[0].signal, start, end, total, newest)
        self._drop_old_hours(instant_of(self._last))
        self.coarse_version += 1
        self._floor = keep_from
        self._first = min(self._minutes)

    def in_minute(self, minute: int) -> tuple[Reading, ...]:
        """Readings that ended in this minute, oldest first."""
        return self._minutes.get(minute, ())

    def between(self, first: int, end: int) -> Iterator[Reading]:
        """Readings of the minutes from `first` up to, without, `end`."""
        get = self._minutes.get
        for minute in range(max(first, self._first if self._first is not None else end), end):
            yield from get(minute, ())

    def oldest_change(self, since: int) -> int | None:
        """First minute that changed after a version, or an earlier one; None when none did."""
        if since >= self.version:
            return None
        if self._changes and len(self._changes) == self._changes.maxlen and self._changes[0][0] > since + 1:
            return self._first
        lowest: int | None = None
        for version, minute in reversed(self._changes):
            if version <= since:
                break
            if lowest is None or minute < lowest:
                lowest = minute
        return lowest

    def long_readings(self) -> list[Reading]:
        """Hours (eval runs, days) that no kept minute covers as well, oldest first."""
        found = self._in_order()
        if self.kind is Score or self._first is None or not found:
            return found[:]
        border = instant_of(self._first)
        if self._last_end <= border:
            return found[:]
        return [one for one in found if one.end <= border or not self._covered(one.start, one.end)]

    @property
    def earliest(self) -> datetime | None:
        """Begin of the earliest reading."""
        begins = [one.start for one in self._in_order()[:1]]
        if self._first is not None:
            begins += [one.start for one in self._minutes.get(self._first, ())]
        return min(begins, default=None)

    def _in_order(self) -> list[Reading]:
        if self._sorted_version != self.coarse_version:
            self._sorted = [self._hours[key] for key in sorted(self._hours)]
            self._last_end = max((one.end for one in self._sorted), default=instant_of(0))
            self._sorted_version = self.coarse_version
        return self._sorted

    def _covered(self, start: datetime, end: datetime) -> bool:
        if self._first is None or self._last is None:
            return False
        first, last = (
            max(minute_of(start), self._first),
            min(minute_of(end - timedelta.resolution), self._last),
        )
        return any(minute in self._minutes for minute in range(first, last + 1))
