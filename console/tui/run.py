"""Running the screen in this process's terminal."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from console.tui.app import ConsoleApp
from console.tui.backend import Backend

if TYPE_CHECKING:
    from console.drilling.target import DrillOrder

_COLLECT_AFTER = 20_000


def run_console(
    backend: Backend, *, mouse: bool = False, table: bool = False, drill: DrillOrder | None = None
) -> int:
    """Run the full-screen console until the person leaves; returns the exit status.

    Args:
        mouse: take the mouse, which costs the terminal's own selection.
        table: begin with the table of features, where there are several.
        drill: begin with a drill; the exit status says what it was worth.
    """
    if not (sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        print("console: the full screen needs a terminal; `console status` does not", file=sys.stderr)
        return 2
    # A console stays open for days, and half a file of bytecode on a disk that fills up breaks later starts.
    sys.dont_write_bytecode = True
    app = ConsoleApp(backend, table=table, drill=drill)
    # Hardly anything here is cyclic garbage, and a full collection over a month of readings stops the keys.
    gc.set_threshold(_COLLECT_AFTER)
    status = app.run(mouse=mouse)
    if app.killing and not backend.demo:
        print(
            "console: the kill goes on without this screen; `console status` shows how it stands",
            file=sys.stderr,
        )
    if app.drill_left and not backend.demo:
        print("console: the drill was left; what it has killed is restored by itself", file=sys.stderr)
    if drill is not None:
        return app.drills.status if app.drills.status is not None else 1
    return app.return_code or status or 0
