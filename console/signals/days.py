"""Readings by local day: totals, and how a day's spend builds up over its hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from adapters.signals.port import Observation, Reading
from console.signals.evidence import Evidence

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day.

    Attributes:
        date: the day.
        start, end: its instants; a day of daylight saving has 23 or 25 hours.
        hours: amounts by hour since `start`; None for an hour of which nothing was read.
    """

    date: date
    start: datetime
    end: datetime
    hours: tuple[float | None, ...]

    @property
    def total(self) -> float:
        """Everything that was read of it."""
        return sum(amount for amount in self.hours if amount is not None)

    @property
    def known(self) -> float:
        """Share of its hours of which something was read."""
        return sum(amount is not None for amount in self.hours) / len(self.hours)

    @property
    def weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.date.weekday() >= 5

    def until(self, elapsed: timedelta) -> float:
        """Amount in the first part of the day, in straight lines within an hour."""
        whole, rest = divmod(elapsed, HOUR)
        part = rest / HOUR
        sofar = sum(amount or 0.0 for amount in self.hours[:whole])
        if part and whole < len(self.hours):
            sofar += (self.hours[whole] or 0.0) * part
        return sofar


def start_of(day: date, zone: tzinfo) -> datetime:
    """The instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


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
        self._today: dict[date, float] = {}

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
        """Amount read from `start` to `at`."""
        return sum(self._amount(one.observation) or 0.0 for one in self._within(evidence, start, at))

    def _within(self, evidence: Evidence, start: datetime, at: datetime) -> list[Reading]:
        first, last = int(start.timestamp() // 60), int(at.timestamp() // 60)
        found = list(evidence.between(first, last))
        found += [one for one in evidence.long_readings() if start <= one.start and one.end <= at]
        return found

    def _read(self, evidence: Evidence, limit: datetime) -> list[Day]:
        hours: dict[datetime, float] = {}
        days: dict[date, float] = {}
        first, last = evidence.first_minute, evidence.last_minute
        readings = evidence.long_readings()
        if first is not None and last is not None:
            readings += evidence.between(first, last + 1)
        for one in readings:
            amount = self._amount(one.observation)
            if amount is None or one.start >= limit:
                continue
            local = one.start.astimezone(self._zone)
            if one.end - one.start > HOUR:
                days[local.date()] = days.get(local.date(), 0.0) + amount
                continue
            hour = one.start.replace(minute=0, second=0, microsecond=0)
            hours[hour] = hours.get(hour, 0.0) + amount
        dates = {hour.astimezone(self._zone).date() for hour in hours} | days.keys()
        if not dates:
            return []
        day, found = min(dates), []
        while start_of(day, self._zone) < limit:
            start, end = start_of(day, self._zone), start_of(day + timedelta(days=1), self._zone)
            count = max(1, round((end.timestamp() - start.timestamp()) / 3600))
            by_hour: list[float | None] = []
            for index in range(count):
                instant = datetime.fromtimestamp(start.timestamp() + 3600 * index, one.start.tzinfo)
                by_hour.append(hours.get(instant.replace(minute=0, second=0, microsecond=0)))
            if day in days:
                by_hour = [days[day] / count] * count
            found.append(Day(day, start, end, tuple(by_hour)))
            day += timedelta(days=1)
        return found
