"""Journaling what people do by merely using the screen: that they looked, asked, or opened the dialog."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.incident.acts import Act
    from console.tui.app import ConsoleApp

LOOK_SECONDS = 10 * 60.0
"""A screen that is looked at again within these is the same look."""

ASIDE_SECONDS = 0.3
"""After the key: what it shows is painted before anything is written."""


class Looks:
    """Writes each act in a worker, a moment after the key."""

    def __init__(self, app: ConsoleApp, *, clock: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._clock = clock
        self._looked: dict[tuple[str, str], float] = {}

    def looked(self, screen: str) -> None:
        """A person looked at a screen that shows signals."""
        snapshot = self._app.backend.snapshot
        if not screen or snapshot is None or self._app.drills.going:
            return
        about = (snapshot.config.name, screen)
        last = self._looked.get(about)
        if last is not None and self._clock() - last < LOOK_SECONDS:
            return
        self._looked[about] = self._clock()

        def act() -> Act:
            from console.incident.acts import Look

            return Look(screen)

        self.aside(act)

    def opened(self) -> None:
        """A person opened the kill dialog."""

        def act() -> Act:
            from console.incident.acts import Opened

            return Opened()

        self.aside(act)

    def proved(self) -> None:
        """A person asked whether it can be killed; what came out stands in the snapshot."""

        def act() -> Act:
            from console.incident.acts import Proved

            snapshot = self._app.backend.snapshot
            levers = snapshot.arming.levers if snapshot and snapshot.arming else ()
            return Proved(sum(1 for lever in levers if lever.armed), len(levers))

        self.aside(act)

    def aside(self, act: Callable[[], Act]) -> None:
        """Write an act out of everybody's way."""
        self._app.set_timer(ASIDE_SECONDS, lambda: self._app.host.run(self._record(act())))

    async def _record(self, act: Act) -> None:
        # A journal that cannot be written is said by the snapshot, in the banner, and not for every look.
        await self._app.backend.record(act)
