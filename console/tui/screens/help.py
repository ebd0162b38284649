"""Help, and why K does nothing in a console that only looks."""

from __future__ import annotations

from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.page import PageScreen
from console.tui.views.help import help_page
from console.tui.views.pages import read_only_page
from widgets.runbook import RunbookModel

READ_ONLY = "read-only"


def screen(host: Host) -> ConsoleScreen:
    """The place `help`."""
    return HelpScreen(host)


class HelpScreen(PageScreen):
    """Every key; aimed at "read-only", what K would do elsewhere."""

    place = actions.HELP
    _read_only = False

    def aim(self, target: str) -> None:
        """Choose the page."""
        super().aim(target)
        self._read_only = target == READ_ONLY

    def page(self, scene: Scene, width: int, top: int) -> RunbookModel:
        """The chosen one."""
        return read_only_page(scene, width, top) if self._read_only else help_page(width, top, scene.keys)
