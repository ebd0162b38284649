"""The launch meeting: one gate a screen."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from console.readiness.assess import unmet_first
from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.gate_keys import GateKeys
from console.tui.views.checklist import gates_of
from console.tui.views.walk import walk
from widgets.walk import Walk, last_top

_STEPS = {"next": 1, "previous": -1}


def screen(host: Host) -> ConsoleScreen:
    """The place `walk`."""
    return WalkScreen(host)


class WalkScreen(ConsoleScreen):
    """Goes through the gates in the order in which they stood when it was opened."""

    place = actions.WALK

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._walk = Walk(look=self.look)
        self._keys = GateKeys(host)
        self._order: tuple[str, ...] = ()
        self._gate = ""
        self._top = 0

    def body(self) -> Iterable[Widget]:
        """The gate alone."""
        yield self._walk

    def draw_body(self, scene: Scene) -> None:
        """The gate as it stands now."""
        if not self._order:
            self._begin(scene)
        self._walk.show(walk(scene, self._gate, self._order, self._top))

    def aim(self, target: str) -> None:
        """Begin with a gate, by its key; with the first of the meeting without one."""
        self._gate, self._top = target, 0
        self._begin(self.host.scene())

    def act(self, action: str) -> bool:
        """Turn to another gate, scroll, write down what was said, or do something about the gate."""
        if action in _STEPS:
            self._turn(_STEPS[action])
        elif action == "note" and self._gate:
            self.host.go(actions.FORM, f"said:{self._gate}")
        elif action.startswith(("scroll_", "page_")):
            self._scroll(action)
        else:
            return self._keys.act(action, self._gate, self.scene)
        return True

    def _begin(self, scene: Scene) -> None:
        self._order = tuple(gate.definition.key for gate in unmet_first(gates_of(scene)))
        if self._gate not in self._order:
            self._gate = self._order[0] if self._order else ""

    def _turn(self, step: int) -> None:
        if self._gate in self._order:
            at = self._order.index(self._gate) + step
            self._gate = self._order[max(0, min(at, len(self._order) - 1))]
            self._top = 0
            self.redraw()

    def _scroll(self, action: str) -> None:
        model, size = self._walk.model, self._walk.size
        if model is None:
            return
        page = max(1, size.height - 4)
        steps = {"scroll_down": 1, "scroll_up": -1, "page_down": page, "page_up": -page}
        most = last_top(model, size.width, size.height, self.look)
        self._top = max(0, min(self._top + steps[action], most))
        self.redraw()
