"""Sums over a sliding window of minutes, in which whole hours are added up once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from adapters.signals.port import Reading
from console.signals.evidence import Evidence

_HOUR = 60
Total = TypeVar("Total")


class HourSums(Generic[Total]):
    """Totals of readings, kept by the hour until a minute in it changes.

    Args:
        new: makes an empty total.
        add: adds readings to a total, in place.
        join: adds the second total to the first, in place.
    """

    def __init__(
        self,
        new: Callable[[], Total],
        add: Callable[[Total, Iterable[Reading]], None],
        join: Callable[[Total, Total], None],
    ) -> None:
        self._new, self._add, self._join = new, add, join
        self._hours: dict[int, Total] = {}
        self._version = 0

    def between(self, evidence: Evidence, first: int, end: int) -> Total:
        """Total of the minutes from `first` up to, without, `end`. Always of the same evidence."""
        changed = evidence.oldest_change(self._version)
        if changed is not None or (self._hours and min(self._hours) < first // _HOUR - 24):
            limit = changed // _HOUR if changed is not None else max(self._hours) + 1
            oldest = first // _HOUR - 24
            self._hours = {hour: kept for hour, kept in self._hours.items() if oldest <= hour < limit}
        self._version = evidence.version
        total = self._new()
        at = first
        while at < end:
            hour = at // _HOUR
            until = min(end, (hour + 1) * _HOUR)
            if until - at == _HOUR:
                if hour not in self._hours:
                    self._hours[hour] = self._new()
                    self._add(self._hours[hour], evidence.between(at, until))
                self._join(total, self._hours[hour])
            else:
                self._add(total, evidence.between(at, until))
            at = until
        return total
