"""The launch checklist, unmet first."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from console.readiness.assess import unmet_first
from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.gate_keys import GateKeys
from console.tui.views.checklist import gates_of
from console.tui.views.gates import gate_list
from widgets.gates import Gates

_STEPS = {"next_item": 1, "previous_item": -1}


def screen(host: Host) -> ConsoleScreen:
    """The place `checklist`."""
    return ChecklistScreen(host)


class ChecklistScreen(ConsoleScreen):
    """A cursor that stays on its gate, however the order changes."""

    place = actions.CHECKLIST

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._gates = Gates(look=self.look)
        self._keys = GateKeys(host)
        self._cursor = ""

    def body(self) -> Iterable[Widget]:
        """The list alone."""
        yield self._gates

    def draw_body(self, scene: Scene) -> None:
        """The gates as they stand now."""
        self._settle(scene)
        self._gates.show(gate_list(scene, self._cursor))

    def aim(self, target: str) -> None:
        """Begin at the first gate that is not met, or at the one named."""
        self._cursor = target

    def act(self, action: str) -> bool:
        """Move, go into a gate, or do something about it."""
        # A key may come before the first drawing.
        listed = self._settle(self.scene)
        if action in _STEPS:
            if listed:
                at = listed.index(self._cursor) + _STEPS[action]
                self._cursor = listed[max(0, min(at, len(listed) - 1))]
                self.redraw()
        elif action == "into":
            self.host.go(actions.WALK, self._cursor)
        else:
            return self._keys.act(action, self._cursor, self.scene)
        return True

    def _settle(self, scene: Scene) -> list[str]:
        """Put the cursor on a gate that there is; the keys of all of them, in the order shown."""
        listed = [gate.definition.key for gate in unmet_first(gates_of(scene))]
        if self._cursor not in listed:
            self._cursor = listed[0] if listed else ""
        return listed
