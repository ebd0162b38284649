"""When the screen is drawn: once a second, at once for what a person has caused, never into a key's way."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

TICK_SECONDS = 1.0
"""Data and the clock share one tick, so that a quiet line carries one small write a second."""
SOON_SECONDS = 0.25
"""Between two drawings of what cannot wait for the tick: a ladder that climbs, the first data."""
SETTLING_SECONDS = 10.0
"""After the start every panel that gets its first data shows it soon."""
CALM_SECONDS = 0.15
"""A tick gives way for so long to a key that was just pressed, but never twice in a row."""


class Cadence:
    """Plans drawings on an app's timers.

    Args:
        draw: draws the present moment.
    """

    def __init__(self, app: App[Any], draw: Callable[[], None]) -> None:
        self._app = app
        self._draw = draw
        self._drawn = self._key = -SETTLING_SECONDS
        self._planned = False
        self._settled_at = 0.0

    def start(self) -> None:
        """Begin to tick."""
        self._settled_at = monotonic() + SETTLING_SECONDS
        self._app.set_timer(TICK_SECONDS, self._tick)

    def key(self) -> None:
        """A key was pressed: what it changes is drawn by whoever handles it."""
        self._key = monotonic()

    def drawn(self) -> None:
        """Something was drawn just now."""
        self._drawn = monotonic()

    def data(self) -> None:
        """New data: the next tick shows it."""
        if monotonic() < self._settled_at:
            self.soon()

    def soon(self) -> None:
        """Draw in a moment, together with whatever else comes until then."""
        if self._planned:
            return
        self._planned = True
        wait = self._drawn + SOON_SECONDS - monotonic()
        if wait <= 0:
            self._app.call_later(self._as_planned)
        else:
            self._app.set_timer(wait, self._as_planned)

    def _as_planned(self) -> None:
        self._planned = False
        self._draw()

    def _tick(self, gave_way: bool = False) -> None:
        since_key = monotonic() - self._key
        if since_key < CALM_SECONDS and not gave_way:
            self._app.set_timer(CALM_SECONDS - since_key, lambda: self._tick(gave_way=True))
            return
        self._draw()
        self._app.set_timer(TICK_SECONDS, self._tick)
