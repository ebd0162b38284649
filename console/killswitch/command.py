"""The kill without a screen, as `console kill` does it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from console.exits import Exit
from console.killswitch.client import ExecutorClient
from console.killswitch.steps import Ladder, Mark, Outcome, Rung

if TYPE_CHECKING:
    from console.config import Config, FeatureConfig
    from console.identity import Operator

FIRST_SIGN_SECONDS = 5.0
"""An executor that has said nothing of the kill for so long is not waited for: this process kills itself."""
_BELOW = {"evaluated": Rung.EVALUATED, "quiet": Rung.QUIET, "fallback": Rung.FALLBACK}


async def kill_command(
    config: Config,
    feature: FeatureConfig,
    *,
    reason: str,
    wait: str,
    operator: Operator,
    emit: Callable[[Ladder], None],
) -> int:
    """Kill a feature and wait for one rung.

    The kill runs in an executor, which goes on with retries and the lower rungs when this returns, or when
    this process dies. Without an executor (none could be started, or it died before it had proven anything)
    this process is one itself.

    Args:
        wait: "confirmed", "evaluated", "quiet" or "fallback".
        emit: gets the ladder as it climbs. An OSError of it (nobody reads the terminal or pipe any more) ends
            neither the kill nor the wait.

    Returns:
        An exit status of `console.exits.Exit`, for the rung that was waited for. A rung that the
        configuration cannot show is never passed: `Exit.NO`.
    """

    def show(ladder: Ladder) -> None:
        with suppress(OSError):
            emit(ladder)

    with _ignoring_hangups():
        status = await _by_executor(config, feature, reason, wait, operator, show)
        if status is None:
            status = await _in_this_process(config, feature, reason, wait, operator, show)
    return status


def awaited(ladder: Ladder, wait: str) -> int | None:
    """The exit status that a ladder means for one who waits for this rung; None while it is open."""
    if ladder.outcome is Outcome.ASKING or ladder.exit_status is None:
        return None
    if wait not in _BELOW or ladder.outcome not in (Outcome.CONFIRMED, Outcome.ALREADY):
        return ladder.exit_status
    step = next((step for step in ladder.steps if step.rung is _BELOW[wait]), None)
    if step is None or step.mark in (Mark.TO_COME, Mark.NOW):
        return Exit.NO if ladder.finished else None
    return ladder.exit_status if step.mark is Mark.TRUE else Exit.NO


async def _by_executor(
    config: Config,
    feature: FeatureConfig,
    reason: str,
    wait: str,
    operator: Operator,
    emit: Callable[[Ladder], None],
) -> int | None:
    """Kill by an executor. None when it is no use."""
    try:
        client = ExecutorClient.start(config.path, feature.name, operator=operator)
    except OSError:
        return None
    readable = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(client.fileno(), readable.set)
    try:
        client.go(reason)
        return await _follow(client, readable, wait, emit)
    except OSError:
        return None
    finally:
        loop.remove_reader(client.fileno())
        client.leave()


async def _follow(
    client: ExecutorClient, readable: asyncio.Event, wait: str, emit: Callable[[Ladder], None]
) -> int | None:
    loop = asyncio.get_running_loop()
    first_sign: float | None = loop.time() + FIRST_SIGN_SECONDS
    while not client.closed:
        try:
            async with asyncio.timeout_at(first_sign):
                await readable.wait()
        except TimeoutError:
            return None
        readable.clear()
        for report in client.receive():
            if isinstance(report, Ladder):
                first_sign = None
                emit(report)
                status = awaited(report, wait)
                if status is not None:
                    return status
            elif not report.levers:
                return None
    return None


async def _in_this_process(
    config: Config,
    feature: FeatureConfig,
    reason: str,
    wait: str,
    operator: Operator,
    emit: Callable[[Ladder], None],
) -> int:
    from console.killswitch.clock import SystemClock
    from console.killswitch.execution import Execution
    from console.killswitch.levers import close_levers, open_levers
    from console.store.journal import Journal

    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def publish(ladder: Ladder) -> None:
        emit(ladder)
        status = awaited(ladder, wait)
        if status is not None and not answer.done():
            answer.set_result(status)

    levers = open_levers(feature)
    execution = Execution(
        feature,
        levers,
        operator=operator,
        reason=reason,
        journal=Journal(config.store, config.second_journal),
        clock=SystemClock(),
        publish=publish,
    )
    running = asyncio.create_task(execution.run())
    # Once the kill is over for good, whatever was waited for has been answered or never will be.
    running.add_done_callback(lambda _: answer.done() or answer.cancel())
    try:
        return await answer
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await close_levers(levers)


@contextmanager
def _ignoring_hangups() -> Iterator[None]:
    """A terminal that goes away ends neither the kill nor the wait for its exit status."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
