"""A drill: how far it has come, and what it was worth."""

from __future__ import annotations

from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.page import PageScreen
from console.tui.views.drill import drill_page
from widgets.marks import Mark
from widgets.runbook import RunbookModel


def screen(host: Host) -> ConsoleScreen:
    """The place `drill`."""
    return DrillScreen(host)


class DrillScreen(PageScreen):
    """The steps with their times; once it is over, the score."""

    place = actions.DRILL

    def page(self, scene: Scene, width: int, top: int) -> RunbookModel:
        """The steps, or the score."""
        return drill_page(scene, width, top, self.look.mark(Mark.PASS), self.look.mark(Mark.FAIL))
