"""Runs one source for ever: what it says goes to the monitor, and what goes wrong does too."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from adapters.errors import AdapterError, RateLimited
from adapters.signals.port import Batch, SignalSource

_log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0
LONGEST_ASKED = 300.0
"""Seconds of Retry-After that are honoured; a source must not be able to silence itself for a night."""


class Taker(Protocol):
    """Takes what sources say: a monitor, or what stands before it."""

    def take(self, signals: Iterable[str], batch: Batch) -> None:
        """Take what one source says about the signals that it serves."""
        ...

    def failed(self, signals: Iterable[str], error: AdapterError) -> None:
        """Note that the source of these signals failed."""
        ...


async def run_source(
    source: SignalSource,
    signals: Iterable[str],
    monitor: Taker,
    notify: Callable[[], None],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
) -> None:
    """Feed the monitor from one source until cancelled.

    A failure marks these signals and no others; the source is asked again after a pause that grows from 1
    to 15 s and is cut by up to half at random, so that many consoles do not come back in step. A source
    that hangs raises nothing: its signals become stale by the event clock.

    Args:
        source: asked again after each failure.
        signals: keys that it serves.
        notify: called after each batch and each failure.
        sleep, jitter: for tests; `jitter` gives 0 to 1.
    """
    served = tuple(signals)
    pause = FIRST_PAUSE
    while True:
        try:
            async for batch in source.batches():
                monitor.take(served, batch)
                pause = FIRST_PAUSE
                notify()
            error = AdapterError("stopped sending", where=source.label, todo="It is asked again by itself.")
        except AdapterError as problem:
            error = problem
        except Exception as problem:  # noqa: BLE001 (one source's defect is one panel's, never the console's)
            _log.exception("source %s failed unexpectedly", source.label)
            error = AdapterError(
                f"failed unexpectedly ({type(problem).__name__})",
                where=source.label,
                todo="It is asked again by itself; the log has the details.",
            )
        monitor.failed(served, error)
        notify()
        wait = pause * (1 - 0.5 * jitter())
        if isinstance(error, RateLimited) and error.retry_after is not None:
            wait = max(wait, min(error.retry_after, LONGEST_ASKED))
        await sleep(wait)
        pause = min(LONGEST_PAUSE, pause * 2)
