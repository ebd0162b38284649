"""Waiting for a disk no longer than one is willing to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Do `work` on a thread that nobody has to join: one that hangs in a dead disk can be left behind.

    Raises:
        TimeoutError: it was not done in time.
        Exception: whatever `work` raises.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: Exception | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, broke = None, None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            broke = error
        # The loop may have stopped waiting, and be closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, broke)

    threading.Thread(target=run, name="patience", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await done


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
