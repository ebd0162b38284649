"""What can be done about a gate, wherever it is shown: attest, waive, read the runbook, export."""

from __future__ import annotations

from console.text import plain
from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import Host

_FORMS = ("attest", "waive")


class GateKeys:
    """The keys that the checklist and the walk-through share."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def act(self, action: str, gate: str, scene: Scene) -> bool:
        """Do it about a gate (its key; "" is none yet); False when it is about something else."""
        if action in _FORMS:
            if gate:
                self._host.go(actions.FORM, f"{action}:{gate}")
            else:
                self._host.say("no gate is known yet")
        elif action == "acknowledge":
            self._host.go(actions.RUNBOOK)
            self._host.say("read it first; o then says that you have read this version")
        elif action == "export":
            self._host.run(self._export(scene))
        else:
            return False
        return True

    async def _export(self, scene: Scene) -> None:
        from console.readiness.assess import assess
        from console.readiness.markdown import markdown

        snapshot = scene.snapshot
        if snapshot is None:
            self._host.say("nothing is known yet that could be written")
            return
        text = markdown(snapshot, assess(snapshot, scene.now), scene.now, scene.tz)
        try:
            path = await self._host.backend.export("launch-review", text)
        except OSError as error:
            self._host.say(f"NOT WRITTEN: {error.strerror or error}")
        else:
            self._host.say(f"written: {_end_of(path, self._host.width - 12)}")


def _end_of(path: str, most: int) -> str:
    """The end of a path, which names the file, in at most so many characters."""
    shown = plain(path)
    return shown if len(shown) <= most else f"…{shown[-max(1, most - 1) :]}"
