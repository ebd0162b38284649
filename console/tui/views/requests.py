"""F2: the exact requests of every lever, as a person would send them by hand."""

from __future__ import annotations

from console.text import plain
from console.tui.scene import Scene
from widgets.line import Line, Role, wrap
from widgets.runbook import RunbookModel


def requests(scene: Scene, width: int, top: int) -> RunbookModel:
    """One block a lever. Secrets stand as ``$NAME``."""
    prepared = scene.killing.prepared if scene.killing else None
    lines: list[Line] = []
    if prepared is None:
        lines.append((("   The kill's own process has not said yet what it would send.", Role.PLAIN),))
    else:
        for number, lever in enumerate(prepared.levers, start=1):
            lines.append(((f" lever {number}  {plain(lever.label)}: {plain(lever.does)}", Role.TITLE),))
            for sketch in lever.sketches:
                lines.append(((f"   {plain(sketch.what)}", Role.DIM),))
                lines.extend(
                    (("     " + piece, Role.PLAIN),) for piece in wrap(plain(sketch.command), width - 6)
                )
            lines.append(())
        if prepared.problem:
            lines.append(((f" {plain(prepared.problem)}", Role.DANGER),))
    lines.append(((" Nothing is sent from this page. F2 or esc goes back to the word.", Role.DIM),))
    return RunbookModel(title="what is sent, by hand", lines=tuple(lines), top=top)
