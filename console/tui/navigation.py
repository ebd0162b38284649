"""Going from place to place: one mounted screen a place, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from console.tui import actions

if TYPE_CHECKING:
    from textual.app import App

    from console.tui.screens.base import ConsoleScreen, Host

_LONGEST = 12
"""Places remembered for the way back."""


class Navigator:
    """Keeps the screens, mounted when first gone to: mounting costs more than all that a screen shows.

    Textual's stack holds the first screen and at most one other; the way back is kept here, so that coming
    back to a place that is shared (a page) shows it as it was left.

    Args:
        host: what each screen gets.
        ladder: shows the newest kill, or the one with an id, which has a screen of its own each time.
    """

    def __init__(self, app: App[Any], host: Host, ladder: Callable[[str], None]) -> None:
        self._app = app
        self._host = host
        self._ladder = ladder
        self._screens: dict[str, ConsoleScreen] = {}
        self._trail: list[str] = []
        self._kill = ""

    def first(self, screen: ConsoleScreen) -> None:
        """Keep the screen that the app begins with."""
        self._screens[actions.SIGNALS] = screen

    def go(self, place: str, target: str = "") -> None:
        """Show a place; one that stands on the way back already is gone back to."""
        if place == actions.LADDER:
            self._kill = target
            self._ladder(target)
            return
        screen = self._screens.get(place)
        if screen is None:
            screen = import_module(f"console.tui.screens.{place}").screen(self._host)
            self._screens[place] = screen
            self._app.install_screen(screen, place)
        screen.aim(target)
        if place in self._trail:
            del self._trail[self._trail.index(place) :]
        if place != actions.SIGNALS:
            self._trail = [*self._trail[1 - _LONGEST :], place]
        else:
            self._trail.clear()
        self._show(screen)

    def back(self) -> None:
        """Show the place before this one."""
        if self._trail:
            self._trail.pop()
        place = self._trail[-1] if self._trail else actions.SIGNALS
        if place == actions.LADDER:
            self._ladder(self._kill)
        else:
            self._show(self._screens[place])

    def home(self) -> None:
        """Show the first screen."""
        self._trail.clear()
        while len(self._app.screen_stack) > 1:
            self._app.pop_screen()
        self._host.backend.showing(actions.SIGNALS)

    def make_room(self, place: str, *, way_back: bool) -> None:
        """Take away what lies over the first screen, for a screen of its own that is pushed next.

        Args:
            way_back: from it one comes back to where one was; else to the first screen.
        """
        trail = [each for each in self._trail if each != place] if way_back else []
        self.home()
        self._trail = [*trail, place]
        self._host.backend.showing(place)

    def _show(self, screen: ConsoleScreen) -> None:
        app = self._app
        if app.screen is not screen:
            while len(app.screen_stack) > 2:
                app.pop_screen()
            if screen is self._screens[actions.SIGNALS]:
                self.home()
            elif len(app.screen_stack) == 2:
                app.switch_screen(screen)
            else:
                app.push_screen(screen)
        self._host.backend.showing(screen.place)
        screen.draw(self._host.scene())
