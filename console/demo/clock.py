"""The event clock: the world's own time, which may run faster than the real one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from console.demo.acme import DAY, TUESDAY

START = TUESDAY * DAY + 10.5 * 3600
"""Acme's clock when the world starts: Tuesday, 10:30."""


class EventClock:
    """Event time, in two notations: Acme's clock, which every draw is made by, and instants in UTC.

    Acme's clock counts seconds from a Monday 00:00 and reads Tuesday 10:30 at the start, so that the same
    seed gives the same day on whatever date. At speed 1 event time is the real clock exactly, so that
    Prometheus, which has a clock of its own, and the world agree; Acme's clock is then shifted against it.

    Args:
        speed: event seconds in one real second.
        wall: the real clock, UTC.
        monotonic: seconds of a clock that is never set.
    """

    def __init__(
        self,
        speed: float,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self._wall = wall
        self._monotonic = monotonic
        self._began = monotonic()
        now = wall()
        if speed == 1:
            # Whole minutes, so that minutes of Acme's clock are minutes of event time.
            self._origin = now.replace(second=0, microsecond=0)
        else:
            self._origin = _tuesday(now)
        self._zero = self._origin.timestamp() - START
        self._newest = START

    def start(self) -> None:
        """Begin to run now, at Tuesday 10:30; what it took to get ready is no event time. Not for speed 1."""
        self._began = self._monotonic()
        self._newest = START

    def acme(self) -> float:
        """Acme's clock now, in seconds. Never goes back."""
        if self.speed == 1:
            now = self._wall().timestamp() - self._zero
        else:
            now = START + (self._monotonic() - self._began) * self.speed
        self._newest = max(self._newest, now)
        return self._newest

    def instant(self, acme: float) -> datetime:
        """The event time at a moment of Acme's clock."""
        return datetime.fromtimestamp(self._zero + acme, UTC)


def _tuesday(now: datetime) -> datetime:
    """The last Tuesday, 10:30 on this machine's wall clock, that is not ahead of now."""
    local = now.astimezone()
    start = local.replace(hour=10, minute=30, second=0, microsecond=0)
    start -= timedelta(days=(local.weekday() - TUESDAY) % 7)
    return start if start <= local else start - timedelta(days=7)
