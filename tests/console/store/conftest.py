"""Histories that are closed when a test ends, and things to keep in them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.signals.port import Latency, Observation, Ratio, Reading
from console.store.history import History

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Open = Callable[..., History]


class Clock:
    """The real time, as a test sets it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "console-history.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def opened(path: Path, clock: Clock) -> AsyncIterator[Open]:
    """Open a history over the path; each is one console."""
    histories: list[History] = []

    def open_(*, retention: timedelta = 90 * DAY, prompts: timedelta = 14 * DAY, **more: int) -> History:
        history = History(path, retention=retention, prompts_retention=prompts, now=clock, **more)
        histories.append(history)
        return history

    yield open_
    await asyncio.gather(*(history.aclose() for history in histories))


@pytest.fixture
def history(opened: Open) -> History:
    return opened()


def ratio(bad: float = 1, n: float = 40) -> Ratio:
    return Ratio(bad, n, {"schema": bad}, 7)


def reading(
    start: datetime = NOW - MINUTE,
    span: timedelta = MINUTE,
    seen: Observation | None = None,
    *,
    signal: str = "errors",
    closed: bool = True,
) -> Reading:
    return Reading(signal, start, start + span, seen or ratio(), start + span / 2, closed)


def first_batch(now: datetime = NOW) -> list[Reading]:
    """What a source has to say at its start: 28 days by the hour and one by the minute, of eight signals."""
    signals = ("errors", "feedback", "latency", "cost", "tickets", "injection", "evals", "traffic")
    spans = [(now - number * HOUR, HOUR) for number in range(28 * 24, 24, -1)]
    spans += [(now - number * MINUTE, MINUTE) for number in range(24 * 60, 0, -1)]
    slow = Latency(tuple((0.1 * 2**number, float(number)) for number in range(12)))
    return [
        reading(start, span, slow if signal == "latency" else None, signal=signal)
        for signal in signals
        for start, span in spans
    ]


async def begin(history: History) -> History:
    """Have the file made."""
    history.unlatch("nothing", "nowhere", "none")
    await history.flush()
    return history


async def until(holds: Callable[[], object], seconds: float = 5.0) -> float:
    """Wait until something holds; give how long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it does not come true"
        await asyncio.sleep(0.01)
    return time.monotonic() - began
