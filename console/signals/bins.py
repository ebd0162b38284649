"""Readings laid into equal bins of event time, for charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.signals.port import Reading
from console.signals.evidence import Evidence, minute_of

_START = datetime(1970, 1, 1, tzinfo=UTC)
MONTH = 30
"""Days that are shown of what comes once a day, where the span is shorter than two."""


def days_of(span: timedelta) -> int:
    """How many days a chart shows of what comes once a day."""
    days = span // timedelta(days=1)
    return days if days >= 2 else MONTH


@dataclass(frozen=True, slots=True)
class Bins:
    """Equal bins that end at or just after an event time, on a fixed grid, so that bars stand still.

    Attributes:
        start: of the first bin, UTC.
        width: of each.
        count: how many.
    """

    start: datetime
    width: timedelta
    count: int

    @classmethod
    def until(cls, at: datetime, span: timedelta, count: int) -> Bins:
        """Bins over a span of which `at` lies in the last, or ends it."""
        width = max(span / count, timedelta(seconds=1))
        end = _START + -(-(at - _START) // width) * width
        return cls(end - count * width, width, count)

    @property
    def end(self) -> datetime:
        """End of the last bin."""
        return self.start + self.count * self.width

    def edges(self, index: int) -> tuple[datetime, datetime]:
        """Begin and end of one bin."""
        return self.start + index * self.width, self.start + (index + 1) * self.width

    def sums(
        self, evidence: Evidence, amounts: Callable[[Reading], tuple[float, ...]]
    ) -> list[tuple[float, ...] | None]:
        """Add up amounts by bin; None is a bin of which nothing was read.

        A reading that is shorter than a bin counts where its middle lies; a longer one is spread evenly.
        """
        found: list[list[float] | None] = [None] * self.count
        for reading in self._readings(evidence):
            seen = amounts(reading)
            for index, part in self._places(reading):
                there = found[index]
                if there is None:
                    there = found[index] = [0.0] * len(seen)
                for place, amount in enumerate(seen):
                    there[place] += amount * part
        return [None if one is None else tuple(one) for one in found]

    def groups(self, evidence: Evidence) -> list[list[Reading]]:
        """Readings by bin, for what does not add up by numbers alone; a long one stands in each it covers."""
        found: list[list[Reading]] = [[] for _ in range(self.count)]
        for reading in self._readings(evidence):
            for index, _ in self._places(reading):
                found[index].append(reading)
        return found

    def _readings(self, evidence: Evidence) -> Iterator[Reading]:
        for reading in evidence.long_readings():
            if reading.end > self.start and reading.start < self.end:
                yield reading
        # A reading stands at the minute in which it ends, and may have begun a quarter of an hour before.
        yield from evidence.between(minute_of(self.start), minute_of(self.end) + 16)

    def _places(self, reading: Reading) -> Iterator[tuple[int, float]]:
        length = reading.end - reading.start
        if length <= self.width:
            index = (reading.start + length / 2 - self.start) // self.width
            if 0 <= index < self.count:
                yield index, 1.0
            return
        half = self.width / 2
        first = -(-(reading.start - self.start - half) // self.width)
        last = -(-(reading.end - self.start - half) // self.width)
        for index in range(max(0, first), min(self.count, last)):
            yield index, self.width / length
