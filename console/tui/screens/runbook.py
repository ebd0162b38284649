"""The runbook, at the signal in breach."""

from __future__ import annotations

from console.incident.acts import Acknowledge
from console.runbook.text import version
from console.text import plain
from console.tui import actions
from console.tui.backend import RunbookText
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.page import PageScreen
from console.tui.views.pages import runbook_page, runbook_top
from console.tui.written import written
from widgets.runbook import RunbookModel


def screen(host: Host) -> ConsoleScreen:
    """The place `runbook`."""
    return RunbookScreen(host)


class RunbookScreen(PageScreen):
    """Read anew each time it is gone to."""

    place = actions.RUNBOOK
    _opened_at = 0
    _shown: RunbookText | None = None

    def aim(self, target: str) -> None:
        """Open at the signal in breach."""
        scene = self.host.scene()
        self._top = self._opened_at = runbook_top(scene, self.host.book, self.host.width)
        self.host.run(self.host.read_book())

    def act(self, action: str) -> bool:
        """Acknowledge what is shown, or scroll."""
        if action != "acknowledge":
            return super().act(action)
        book = self._shown
        if book is None or book.problem or not book.text:
            self.host.say("there is no runbook to have read: it could not be read here either")
        else:
            self.host.run(self._acknowledge(version(book.text)))
        return True

    def page(self, scene: Scene, width: int, top: int) -> RunbookModel:
        """The text as last read."""
        self._shown = self.host.book
        return runbook_page(scene, self._shown, width, top, self._opened_at)

    async def _acknowledge(self, read: str) -> None:
        """Of the version that stood on the screen, whatever stands in the file by now."""
        act = Acknowledge(read)
        problem = await self.host.backend.record(act)
        if problem:
            self.host.say(f"NOT WRITTEN: {plain(problem)}")
            return
        scene = self.host.scene()
        newest = scene.snapshot.runbook.version if scene.snapshot else ""
        said = written(act, scene)
        if newest not in ("", read):
            said += f"; the file has changed since, to {plain(newest)}: 4 shows it"
        self.host.say(said)
