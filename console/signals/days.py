"""Readings by local day: totals, and how a day's spend builds up over its hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import accumulate

from adapters.signals.port import Observation
from console.signals.evidence import Evidence

HOUR = timedelta(hours=1)
_KEPT = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day.

    Attributes:
        date: the day.
        start, end: its instants; a day of daylight saving has 23 or 25 hours.
        sofar: amount from `start` to the end of each hour, a 0 first.
        known: share of its hours of which something was read.
    """

    date: date
    start: datetime
    end: datetime
    sofar: tuple[float, ...]
    known: float

    @property
    def total(self) -> float:
        """Everything that was read of it."""
        return self.sofar[-1]

    @property
    def weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.date.weekday() >= 5

    def until(self, elapsed: timedelta) -> float:
        """Amount in the first part of the day, in straight lines within an hour."""
        hours = max(0.0, min(elapsed / HOUR, len(self.sofar) - 1))
        whole = int(hours)
        after = self.sofar[min(whole + 1, len(self.sofar) - 1)]
        return self.sofar[whole] + (after - self.sofar[whole]) * (hours - whole)


def start_of(day: date, zone: tzinfo) -> datetime:
    """The instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class _Sum:
    """Amount of the minutes from `first` up to, without, `minute`, at a version of the evidence."""

    first: int
    minute: int
    total: float
    version: int


class Days:
    """Local days of one signal, whole hours kept between judgements so that each minute is read once.

    Args:
        amount: what one observation counts for.
        zone: whose days.
    """

    def __init__(self, amount: Callable[[Observation], float | None], zone: tzinfo) -> None:
        self._amount = amount
        self._zone = zone
        self._key: tuple[int, int, datetime | None] | None = None
        self._past: list[Day] = []
        self._version = -1
        self._sum: _Sum | None = None

    def local_date(self, at: datetime) -> date:
        """Day in which an instant lies."""
        return at.astimezone(self._zone).date()

    def past(self, evidence: Evidence, before: date) -> list[Day]:
        """Days before a date, oldest first, without gaps; read anew only when the past has changed."""
        limit = start_of(before, self._zone)
        first_changed = evidence.oldest_change(self._version) if self._version >= 0 else None
        touched = first_changed is not None and first_changed * 60 < limit.timestamp()
        key = (evidence.coarse_version, 0, limit)
        if self._key != key or touched or self._version < 0:
            self._past = self._read(evidence, limit)
            self._key = key
        self._version = evidence.version
        return self._past

    def since(self, evidence: Evidence, start: datetime, at: datetime) -> float:
        """Amount read from `start` to `at`; minutes that were added up once are not read again."""
        first, last = int(start.timestamp() // 60), int(at.timestamp() // 60)
        done = self._sum
        changed = None if done is None else evidence.oldest_change(done.version)
        stale = changed is not None and done is not None and changed < done.minute
        if done is not None and done.first == first and done.minute > last and not stale:
            return self._until(evidence, done, start, at)
        if done is None or done.first != first or stale:
            done = _Sum(first, first, 0.0, evidence.version)
        total = done.total
        # One by one, not by sum(): so the last digit does not depend on how often it was asked.
        for one in evidence.between(done.minute, last):
            total += self._amount(one.observation) or 0.0
        self._sum = _Sum(first, last, total, evidence.version)
        return total + self._long(evidence, start, at)

    def _until(self, evidence: Evidence, done: _Sum, start: datetime, at: datetime) -> float:
        """The same for a time shortly before the one that was asked for last, which stays as it is."""
        later = evidence.between(int(at.timestamp() // 60), done.minute)
        after = sum(self._amount(one.observation) or 0.0 for one in later)
        return done.total - after + self._long(evidence, start, at)

    def _long(self, evidence: Evidence, start: datetime, at: datetime) -> float:
        total = 0.0
        for one in reversed(evidence.long_readings()):  # oldest first, and weeks of them lie before today
            if one.start < start:
                break
            if one.end <= at:
                total += self._amount(one.observation) or 0.0
        return total

    def _read(self, evidence: Evidence, limit: datetime) -> list[Day]:
        first, last = evidence.first_minute, evidence.last_minute
        readings = evidence.long_readings()
        if first is not None and last is not None:
            readings += evidence.between(first, last + 1)
        earliest = limit - _KEPT
        hours: dict[date, dict[int, float]] = {}
        starts: dict[date, float] = {}
        for one in readings:
            amount = self._amount(one.observation)
            if amount is None or not earliest <= one.start < limit:
                continue
            day = one.start.astimezone(self._zone).date()
            if day not in starts:
                starts[day] = start_of(day, self._zone).timestamp()
            by_hour = hours.setdefault(day, {})
            begin = int((one.start.timestamp() - starts[day]) // 3600)
            # A reading of several hours is spread over them, as far as they belong to this day.
            length = max(1, min(24 - begin, round((one.end - one.start) / HOUR)))
            for index in range(begin, begin + length):
                by_hour[index] = by_hour.get(index, 0.0) + amount / length
        if not hours:
            return []
        found, day = [], min(hours)
        while (start := start_of(day, self._zone)) < limit:
            end = start_of(day + timedelta(days=1), self._zone)
            count = max(1, round((end.timestamp() - start.timestamp()) / 3600))
            by_hour = hours.get(day, {})
            sofar = accumulate((by_hour.get(index, 0.0) for index in range(count)), initial=0.0)
            found.append(Day(day, start, end, tuple(sofar), min(1.0, len(by_hour) / count)))
            day += timedelta(days=1)
        return found
