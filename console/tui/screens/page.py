"""Pages that are read and scrolled: the runbook, can I kill?, help."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from textual.widget import Widget

from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from widgets.runbook import Runbook, RunbookModel, last_top


class PageScreen(ConsoleScreen):
    """A text, as wide as the screen."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._top = 0
        self._page = Runbook(look=self.look)

    @abstractmethod
    def page(self, scene: Scene, width: int, top: int) -> RunbookModel:
        """The text at a width, scrolled to the line `top`."""

    def body(self) -> Iterable[Widget]:
        """The page alone."""
        yield self._page

    def draw_body(self, scene: Scene) -> None:
        """The lines from where it is scrolled to."""
        self._page.show(self.page(scene, self._page.size.width or self.app.size.width, self._top))

    def aim(self, target: str) -> None:
        """Open at its first line."""
        self._top = 0

    def act(self, action: str) -> bool:
        """Scroll."""
        moved = scrolled(action, self._top, self._page)
        if moved is None:
            return False
        self._top = moved
        self.redraw()
        return True


def scrolled(action: str, top: int, page: Runbook) -> int | None:
    """Where a page stands after an action; None when it is not about scrolling."""
    height = page.size.height
    steps = {"scroll_down": 1, "scroll_up": -1, "page_down": height - 2, "page_up": 2 - height}
    if action not in steps:
        return None
    lines = len(page.model.lines) if page.model else 0
    return max(0, min(top + steps[action], last_top(lines, height)))
