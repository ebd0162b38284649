"""The runbook, at the signal in breach."""

from __future__ import annotations

from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.page import PageScreen
from console.tui.views.pages import runbook_page, runbook_top
from widgets.runbook import RunbookModel


def screen(host: Host) -> ConsoleScreen:
    """The place `runbook`."""
    return RunbookScreen(host)


class RunbookScreen(PageScreen):
    """Read anew each time it is gone to."""

    place = actions.RUNBOOK
    _opened_at = 0

    def aim(self, target: str) -> None:
        """Open at the signal in breach."""
        scene = self.host.scene()
        self._top = self._opened_at = runbook_top(scene, self.host.book, self.host.width)
        self.host.run(self.host.read_book())

    def page(self, scene: Scene, width: int, top: int) -> RunbookModel:
        """The text as last read."""
        return runbook_page(scene, self.host.book, width, top, self._opened_at)
