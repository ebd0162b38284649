"""What the app itself does for an action that the screen on top does not do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.tui import actions

if TYPE_CHECKING:
    from console.tui.app import ConsoleApp

_PLACES = (
    actions.SIGNALS,
    actions.FEATURES,
    actions.CHECKLIST,
    actions.WALK,
    actions.TIMELINE,
    actions.RUNBOOK,
    actions.ARMING,
    actions.CARD,
    actions.HELP,
    actions.LADDER,
)


class Dispatch:
    """One table from action to deed."""

    def __init__(self, app: ConsoleApp) -> None:
        self._app = app
        host = app.host
        self._deeds: dict[str, Callable[[], None]] = {place: self._going(place) for place in _PLACES}
        self._deeds |= {
            "kill": app.kills.open,
            "back": self._back,
            "note": lambda: host.go(actions.FORM, "note"),
            "refresh": self._refresh,
            "hold": app.toggle_hold,
            "palette": app.open_palette,
            "interrupt": lambda: app.say("q leaves the console; a confirmed kill goes on without it"),
            "quit": lambda: app.exit(0),
        }

    def do(self, action: str) -> bool:
        """Do it; False when this is no action of the app's."""
        deed = self._deeds.get(action)
        if deed is None:
            return False
        deed()
        return True

    def _going(self, place: str) -> Callable[[], None]:
        return lambda: self._app.host.go(place)

    def _back(self) -> None:
        app = self._app
        app.host.back()
        if app.killing:
            app.say("the kill goes on without its screen: line 2 follows it, K shows it")

    def _refresh(self) -> None:
        self._app.say("reading flag and runbook, and proving arming")
        self._app.host.run(self._app.refresh_all())
