"""Waiting for a disk no longer than one is willing to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from adapters.aside import on_thread

Result = TypeVar("Result")


async def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Do `work` on a thread that nobody has to join: one that hangs in a dead disk can be left behind.

    Raises:
        TimeoutError: it was not done in time.
        Exception: whatever `work` raises.
    """
    async with asyncio.timeout(seconds):
        return await on_thread(work, "patience")


class Lane:
    """Work on one disk, one piece at a time, so that a disk that hangs costs one thread and not many."""

    def __init__(self) -> None:
        self._busy = threading.Lock()

    async def within(self, seconds: float, work: Callable[[], Result]) -> Result:
        """As the function `within`.

        Raises:
            TimeoutError: besides, at once, while an earlier piece that was left behind has not come back.
        """
        if not self._busy.acquire(blocking=False):
            raise TimeoutError

        def run() -> Result:
            try:
                return work()
            finally:
                self._busy.release()

        return await within(seconds, run)
