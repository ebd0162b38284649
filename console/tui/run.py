"""Running the screen in this process's terminal."""

from __future__ import annotations

import gc
import sys

from console.tui.app import ConsoleApp
from console.tui.backend import Backend

_COLLECT_AFTER = 20_000


def run_console(backend: Backend, *, mouse: bool = False, table: bool = False) -> int:
    """Run the full-screen console until the person leaves; returns the exit status.

    Args:
        mouse: take the mouse, which costs the terminal's own selection.
        table: begin with the table of features, where there are several.
    """
    if not (sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        print("console: the full screen needs a terminal; `console status` does not", file=sys.stderr)
        return 2
    # A console stays open for days, and half a file of bytecode on a disk that fills up breaks later starts.
    sys.dont_write_bytecode = True
    app = ConsoleApp(backend, table=table)
    # Hardly anything here is cyclic garbage, and a full collection over a month of readings stops the keys.
    gc.set_threshold(_COLLECT_AFTER)
    status = app.run(mouse=mouse)
    if app.killing and not backend.demo:
        print(
            "console: the kill goes on without this screen; `console status` shows how it stands",
            file=sys.stderr,
        )
    return app.return_code or status or 0
