"""What the world remembers of its answers: minutes of the last day, hours of 28 days, and totals since the
start."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.demo.messages import Eval, Event, Rollup, Ticket
from console.demo.past import DAYS, MINUTES
from console.demo.tally import Tally

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Slot:
    """One interval of event time and what happened in it."""

    start: datetime
    tally: Tally


class Records:
    """Counts answers and tickets in the order of their time.

    Args:
        start: the full minute of event time at which live traffic begins.
    """

    def __init__(self, start: datetime) -> None:
        self._minutes: deque[Slot] = deque()
        self._hours: deque[Slot] = deque()
        self._open = Slot(start, Tally())
        self._closed = Tally()
        self.evals: list[Eval] = []

    def copy(self) -> Records:
        """What is known now, to go on apart. Intervals that are closed are shared, as they never change."""
        found = Records(self._open.start)
        found._minutes = self._minutes.copy()
        found._hours = self._hours.copy()
        if found._hours:
            found._hours[-1] = _copy(found._hours[-1])  # the running hour grows with each minute
        found._open = _copy(self._open)
        found._closed.merge(self._closed)
        found.evals = list(self.evals)
        return found

    def remember(self, start: datetime, seconds: int, tally: Tally) -> None:
        """Put in an interval of the past; intervals come oldest first, hours before minutes."""
        if seconds == 60:
            self._minutes.append(Slot(start, tally))
        self._into_hour(start, tally)

    def add(self, event: Event) -> None:
        """Count a live answer."""
        if event.time >= self._open.start + MINUTE:
            self.close_until(event.time)
        self._open.tally.add(event)

    def add_ticket(self, ticket: Ticket) -> None:
        """Count a live ticket; it may be a little older than the newest answer."""
        self._open.tally.tickets[ticket.category] += 1

    def close_until(self, now: datetime) -> None:
        """Close every minute that has ended by `now`."""
        while now >= self._open.start + MINUTE:
            done = self._open
            self._minutes.append(done)
            self._into_hour(done.start, done.tally)
            self._closed.merge(done.tally)
            self._open = Slot(done.start + MINUTE, Tally())
        oldest = full_hour(self._open.start - MINUTES * MINUTE)
        while self._minutes and self._minutes[0].start < oldest:
            self._minutes.popleft()
        while self._hours and self._hours[0].start < self._open.start - timedelta(days=DAYS):
            self._hours.popleft()

    def totals(self) -> Tally:
        """Everything since the start, for counters that only grow."""
        both = Tally()
        both.merge(self._closed)
        both.merge(self._open.tally)
        return both

    def rollups(self, minutes: int, days: int) -> list[Rollup]:
        """The past as a reader asks for it: hours, then minutes from a full hour on; the last one is still
        open.

        Args:
            minutes: by the minute, at least, as far as they are kept.
            days: by the hour before that.
        """
        if minutes <= 0 and days <= 0:
            return []
        now = self._open.start
        border = full_hour(now - min(minutes, MINUTES) * MINUTE)
        oldest = now - timedelta(days=min(days, DAYS))
        hours = [slot.tally.rollup(slot.start, 3600) for slot in self._hours if oldest <= slot.start < border]
        found = [slot.tally.rollup(slot.start, 60) for slot in self._minutes if slot.start >= border]
        return [*hours, *found, self._open.tally.rollup(now, 60)]

    def _into_hour(self, start: datetime, tally: Tally) -> None:
        hour = full_hour(start)
        if not self._hours or self._hours[-1].start != hour:
            self._hours.append(Slot(hour, Tally()))
        self._hours[-1].tally.merge(tally)


def _copy(slot: Slot) -> Slot:
    tally = Tally()
    tally.merge(slot.tally)
    return Slot(slot.start, tally)


def full_hour(at: datetime) -> datetime:
    """The full hour at or before an instant."""
    return at.replace(minute=0, second=0, microsecond=0)
