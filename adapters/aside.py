"""Blocking work on a thread of its own, which nobody has to join: one that hangs must hold no kill.

What hangs for ever (a dead network file system) is not begun again without end: beyond `MOST` of one name,
more are refused at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from adapters.errors import Effect, TimedOut

Result = TypeVar("Result")

MOST = 8
"""Threads of one name that may hang at a time."""
_running: Counter[str] = Counter()
_counting = threading.Lock()


async def aside(work: Callable[[], Result], name: str) -> Result:
    """Do `work` there, and wait for it; a caller that is cancelled leaves it behind.

    Raises:
        TimedOut: too many of that name hang; this one was not begun.
        Exception: whatever `work` raises.
    """
    with _counting:
        if _running[name] >= MOST:
            todo = "See what its disk or its network is doing."
            raise TimedOut(f"{MOST} earlier requests still hang", where=name, todo=todo, effect=Effect.NONE)
        _running[name] += 1

    def counted() -> Result:
        try:
            return work()
        finally:
            with _counting:
                _running[name] -= 1

    return await on_thread(counted, name)


async def on_thread(work: Callable[[], Result], name: str) -> Result:
    """As `aside`, however many hang.

    Raises:
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
        result, error = None, None
        try:
            result = work()
        except Exception as raised:  # noqa: BLE001 - it is raised again where it is waited for
            error = raised
        # The loop may have stopped waiting, and be closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done
