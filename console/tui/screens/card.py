"""The manual card: how to kill, and undo it, by hand."""

from __future__ import annotations

from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.page import PageScreen
from console.tui.views.card import card_page
from widgets.runbook import RunbookModel


def screen(host: Host) -> ConsoleScreen:
    """The place `card`."""
    return CardScreen(host)


class CardScreen(PageScreen):
    """Made anew each time it is gone to."""

    place = actions.CARD

    def aim(self, target: str) -> None:
        """Make it."""
        super().aim(target)
        self.host.run(self.host.read_book())

    def page(self, scene: Scene, width: int, top: int) -> RunbookModel:
        """As last made."""
        return card_page(self.host.card, width, top)
