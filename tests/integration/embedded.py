"""The embedded world as a test sees it: the console on a terminal, and the flag in the service's database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.integration.terminal import Terminal
from tests.integration.world import CONSOLE, World

FLAG = "support-drafts-ai"


def screen(world: World, *, columns: int = 120, rows: int = 40) -> Terminal:
    """Open the console on a world, with seven signals on the screen soon."""
    return Terminal(
        [*CONSOLE, "--config", str(world.config)],
        environment={"HOME": os.environ["HOME"], "USER": "mara"},
        folder=world.folder,
        columns=columns,
        rows=rows,
    )


def flag_is_on(world: World) -> bool:
    """Whether the flag is on, by the row that the flag service keeps."""
    with closing(sqlite3.connect(f"file:{world.folder / 'flags.db'}?mode=ro", uri=True)) as database:
        row = database.execute("SELECT enabled FROM flags WHERE key = ?", (FLAG,)).fetchone()
    return bool(row[0])


def flag_service_is_silent(world: World) -> bool:
    """Whether the flag service takes a request and does not answer it, not even with an error."""
    try:
        urlopen(f"{world.url}/flags/ofrep/v1/evaluate/flags", timeout=1).close()
    except HTTPError as answer:
        answer.close()
        return False
    except OSError:
        return True
    return False


def open_dialog(terminal: Terminal) -> None:
    """Press K and type the word, up to where Enter kills."""
    terminal.wait_for(r"ON +25 %", seconds=30)
    terminal.type("K")
    terminal.wait_for("KILL  support-drafts")
    terminal.type(*"kill")
    terminal.wait_for("Enter kills")
