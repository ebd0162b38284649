"""The event clock: the world's own time, which may run faster than the real one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from console.demo.acme import DAY
from console.demo.scenario import PLAIN

START = PLAIN
"""Acme's clock when the world starts, unless a scenario has another time."""


class EventClock:
    """Event time, in two notations: Acme's clock, which every draw is made by, and instants in UTC.

    Acme's clock counts seconds from a Monday 00:00 and reads Tuesday 10:30 at the start, or what a scenario
    says, so that the same seed gives the same day on whatever date. At speed 1 event time is the real clock
    exactly, so that Prometheus, which has a clock of its own, and the world agree; Acme's clock is then
    shifted against it.

    Args:
        speed: event seconds in one real second.
        start: Acme's clock at the start.
        wall: the real clock, UTC.
        monotonic: seconds of a clock that is never set.
    """

    def __init__(
        self,
        speed: float,
        *,
        start: float = START,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self.begin = start
        self._wall = wall
        self._monotonic = monotonic
        self._began = monotonic()
        now = wall()
        if speed == 1:
            # Whole minutes, so that minutes of Acme's clock are minutes of event time.
            self._origin = now.replace(second=0, microsecond=0)
        else:
            self._origin = _last(start, now)
        self._zero = self._origin.timestamp() - start
        self._newest = start

    def start(self) -> None:
        """Begin to run now, at the start; what it took to get ready is no event time. Not for speed 1."""
        self._began = self._monotonic()
        self._newest = self.begin

    def acme(self) -> float:
        """Acme's clock now, in seconds. Never goes back."""
        if self.speed == 1:
            now = self._wall().timestamp() - self._zero
        else:
            now = self.begin + (self._monotonic() - self._began) * self.speed
        self._newest = max(self._newest, now)
        return self._newest

    def instant(self, acme: float) -> datetime:
        """The event time at a moment of Acme's clock."""
        return datetime.fromtimestamp(self._zero + acme, UTC)


def _last(start: float, now: datetime) -> datetime:
    """The last such weekday and time of day on this machine's wall clock that is not ahead of now."""
    day, seconds = divmod(start % (7 * DAY), DAY)
    local = now.astimezone()
    hour, rest = divmod(int(seconds), 3600)
    found = local.replace(hour=hour, minute=rest // 60, second=rest % 60, microsecond=0)
    found -= timedelta(days=(local.weekday() - int(day)) % 7)
    return found if found <= local else found - timedelta(days=7)
