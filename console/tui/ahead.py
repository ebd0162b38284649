"""What the kill dialog shows from files: read ahead of time, since it must never wait for a disk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.tui.backend import Backend, RunbookText


class Ahead:
    """Runbook and manual card of the chosen feature.

    Attributes:
        book: as last read; None until it was.
        card: a line each; () until it was made.
    """

    def __init__(self, backend: Backend) -> None:
        self.book: RunbookText | None = None
        self.card: tuple[str, ...] = ()
        self._backend = backend

    async def read(self) -> None:
        """Read both anew."""
        before = self._chosen()
        book = await asyncio.to_thread(self._backend.runbook)
        card = await self._backend.card()
        if self._chosen() == before:
            # Another feature's steps beside this one's kill would be worse than none.
            self.book, self.card = book, card

    def forget(self) -> None:
        """Another feature was chosen."""
        self.book, self.card = None, ()

    def _chosen(self) -> str:
        snapshot = self._backend.snapshot
        return snapshot.config.name if snapshot else ""
