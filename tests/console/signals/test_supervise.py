"""Running a source: what fails is told, and asked again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

import pytest

from adapters.errors import RateLimited, Unreachable
from adapters.signals.port import Batch
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.supervise import run_source
from console.signals.verdict import State
from tests.console.signals.made import NOON, batch, configs


class Scripted:
    """A source that plays one act each time it is asked."""

    label = "a scripted source"

    def __init__(self, *acts: Iterable[Batch | Exception]) -> None:
        self.acts = list(acts)

    def query_text(self, signal: str) -> tuple[tuple[str, str], ...]:
        return ()

    async def batches(self) -> AsyncIterator[Batch]:
        for step in self.acts.pop(0):
            if isinstance(step, Exception):
                raise step
            yield step

    async def aclose(self) -> None:
        return None


async def played(
    source: Scripted, then: Callable[[Monitor], None] = lambda monitor: None
) -> tuple[Monitor, list[float]]:
    """Run a source until its acts are over; the pauses it made."""
    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        then(monitor)
        if not source.acts:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await run_source(source, ("errors", "cost"), monitor, lambda: None, sleep=sleep, jitter=lambda: 0.0)
    return monitor, pauses


DOWN = Unreachable("refused the connection", where="prometheus at 127.0.0.1:9090", todo="Start it.")


async def test_a_failure_marks_its_signals_and_no_others() -> None:
    monitor, _ = await played(Scripted([DOWN]))
    found = monitor.board().verdicts
    assert (found["errors"].state, found["cost"].state) == (State.ERROR, State.ERROR)
    assert found["latency"].state is State.NO_DATA


async def test_pauses_grow_to_15_seconds_and_start_over_after_an_answer() -> None:
    _, pauses = await played(Scripted(*[[DOWN]] * 6, [batch(NOON), DOWN], [DOWN]))
    assert pauses == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 1.0, 2.0]


async def test_an_unexpected_exception_is_told_without_its_text() -> None:
    monitor, _ = await played(Scripted([KeyError("secret")]))
    problem = monitor.board().verdicts["errors"].problem
    assert problem.startswith("a scripted source: failed unexpectedly (KeyError).")
    assert "secret" not in problem


async def test_a_source_that_ends_is_an_error() -> None:
    monitor, _ = await played(Scripted([batch(NOON)]))
    assert "stopped sending" in monitor.board().verdicts["errors"].problem


async def test_a_source_that_asks_for_time_gets_it_within_reason() -> None:
    def limited(seconds: float) -> RateLimited:
        return RateLimited("wants fewer requests", where="there", todo="Wait.", retry_after=seconds)

    _, pauses = await played(Scripted([limited(60)], [limited(1e6)]))
    assert pauses == [60.0, 300.0]


async def test_every_batch_and_failure_is_notified() -> None:
    source = Scripted([batch(NOON), batch(NOON), DOWN])
    told: list[int] = []

    async def sleep(seconds: float) -> None:
        raise asyncio.CancelledError

    monitor = Monitor(build_judges(configs()), clock=lambda: NOON)
    with pytest.raises(asyncio.CancelledError):
        await run_source(source, ("errors",), monitor, lambda: told.append(1), sleep=sleep)
    assert len(told) == 3
