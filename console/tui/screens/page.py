"""Pages that are read and scrolled: the runbook, can I kill?, help."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widget import Widget

from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen
from widgets.look import Look
from widgets.runbook import Runbook, RunbookModel, last_top

PageView = Callable[[Scene, int, int], RunbookModel]
"""(scene, width, first line shown) -> model."""


class PageScreen(ConsoleScreen):
    """One page at a time. `turn` it before it is shown."""

    def __init__(self, scene: Scene, look: Look) -> None:
        super().__init__(scene, look)
        self._view: PageView | None = None
        self._top = 0
        self._page = Runbook(look=look)

    def turn(self, place: str, view: PageView, top: int) -> None:
        """Show another page from now on.

        Args:
            place: what it is called in `console.tui.actions`.
            top: the line at which it opens.
        """
        self.place, self._view, self._top = place, view, top

    def body(self) -> Iterable[Widget]:
        """The page alone."""
        yield self._page

    def draw_body(self, scene: Scene) -> None:
        """The lines from where it is scrolled to."""
        if self._view is not None:
            self._page.show(self._view(scene, self._page.size.width or self.app.size.width, self._top))

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
