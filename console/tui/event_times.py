"""When each happening happened, in event time: worked out once, so that no line of a timeline ever wavers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.incident.happening import Happening
    from console.signals.verdict import Clock

_MOST = 4_000


class EventTimes:
    """Remembers the event time of instants of the real clock.

    The sources' clock is an estimate that each batch moves a little: asked again, it would put the same
    instant a second earlier or later, and rows of the same second in another order.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, datetime], datetime] = {}

    def of(self, happening: Happening, clock: Clock | None) -> datetime:
        """The event time of a happening; the real one while no source has answered."""
        if happening.event_at is not None:
            return happening.event_at
        if clock is None:
            return happening.at
        name = (happening.key, happening.at)
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[name] = clock.event_time(happening.at)
        return known
