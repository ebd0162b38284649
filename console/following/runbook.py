"""Follows the file of a feature's runbook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from console.patience import Lane
from console.runbook.text import read_runbook, version
from console.snapshot import RunbookView

READ_SECONDS = 5.0


class RunbookFollower:
    """Keeps `view` as the file was read last; reads it again when it has changed.

    Args:
        changed: called on the event loop when `view` differs.
    """

    def __init__(self, path: Path | None, *, changed: Callable[[], None]) -> None:
        self.view = RunbookView()
        self._path = path
        self._changed = changed
        self._stamp: tuple[int, int, int] | None = None
        self._read = asyncio.Event()
        self._lane = Lane()

    async def settled(self) -> None:
        """Wait for the end of the first look."""
        await self._read.wait()

    async def follow(self) -> None:
        """Look until cancelled."""
        while True:
            await self.read()
            await asyncio.sleep(READ_SECONDS)

    async def read(self) -> None:
        """Look now."""
        try:
            view = await self._lane.within(READ_SECONDS, self._look)
        except TimeoutError:
            view = RunbookView("", f"{self._path}: its disk does not answer within {READ_SECONDS:g} s")
        self._read.set()
        if view != self.view:
            self.view = view
            self._changed()

    def _look(self) -> RunbookView:
        stamp = self._stamp_now()
        if stamp is not None and stamp == self._stamp:
            return self.view
        read = read_runbook(self._path)
        self._stamp = None if read.problem else stamp
        return RunbookView(version(read.text), read.problem)

    def _stamp_now(self) -> tuple[int, int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
