"""Can I kill? Each lever with its proofs, made now."""

from __future__ import annotations

from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.page import PageScreen
from console.tui.views.pages import arming_page
from widgets.runbook import RunbookModel


def screen(host: Host) -> ConsoleScreen:
    """The place `arming`."""
    return ArmingScreen(host)


class ArmingScreen(PageScreen):
    """Proves each time it is gone to, and again with its own key."""

    place = actions.ARMING

    def aim(self, target: str) -> None:
        """Prove now."""
        super().aim(target)
        self.host.run(self._prove())

    def page(self, scene: Scene, width: int, top: int) -> RunbookModel:
        """The list."""
        return arming_page(scene, width, top)

    async def _prove(self) -> None:
        await self.host.backend.prove()
        self.host.proved()
