"""Counts of answers by path over the last seconds, for the proof that a kill took effect."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.errors import AdapterError
from adapters.signals.event_frames import History, Traffic
from adapters.signals.event_link import SILENCE_SECONDS, Address, Link, unexpected
from adapters.signals.port import TrafficCount
from adapters.trust import NO_TRUST, Trust

WINDOW = 5.0
"""Real seconds that a count covers, once the probe has been connected for so long."""
SUBSCRIPTION = {"history_minutes": 0, "history_days": 0, "events": False}


@dataclass(frozen=True, slots=True)
class Slice:
    """Answers between two frames, by when they arrived on the monotonic clock."""

    begin: float
    end: float
    ai: int
    fallback: int


class Tally:
    """The slices of the last `WINDOW` seconds.

    Args:
        begin: when the subscription was made, on the monotonic clock.
        speed: event seconds in one real second.
    """

    def __init__(self, begin: float, speed: float) -> None:
        self._slices: deque[Slice] = deque()
        self._last = begin
        self._speed = speed
        self._newest: float | None = None

    def add(self, frame: Traffic, now: float) -> None:
        """Take one frame that arrived `now`."""
        self._slices.append(Slice(self._last, now, frame.ai, frame.fallback))
        self._last = now
        if frame.newest is not None:
            age = max(0.0, (frame.at - frame.newest).total_seconds()) / self._speed
            self._newest = max(self._newest or now - age, now - age)
        self._prune(now)

    def count(self, now: float) -> TrafficCount:
        """Count what arrived in the `WINDOW` seconds before `now`."""
        self._prune(now)
        begin = self._slices[0].begin if self._slices else now
        return TrafficCount(
            ai=sum(piece.ai for piece in self._slices),
            fallback=sum(piece.fallback for piece in self._slices),
            seconds=max(0.0, self._last - begin) if self._slices else 0.0,
            newest_age=None if self._newest is None else max(0.0, now - self._newest),
        )

    def _prune(self, now: float) -> None:
        while self._slices and self._slices[0].begin < now - WINDOW:
            self._slices.popleft()


class EventTraffic:
    """A traffic probe on an event stream. See `adapters.signals.port.TrafficProbe`.

    The first `count` connects and waits for one frame. A reader task then keeps the counts; when the
    connection fails, the next `count` raises why, and the one after that connects again.

    Args:
        options: see `adapters.signals.event_link.Options`.
        where: the table as the user wrote it.
        silence: real seconds without a frame after which the server counts as dead.
        clock: the monotonic clock.

    Raises:
        BadOptions: the options cannot be used.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        where: str,
        *,
        trust: Trust = NO_TRUST,
        silence: float = SILENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = Address(options, where, trust)
        self._silence = silence
        self._clock = clock
        self._link: Link | None = None
        self._tally: Tally | None = None
        self._reader: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    async def count(self) -> TrafficCount:
        async with self._opening:
            if self._reader is not None and self._reader.done():
                await self._fail(self._reader)
            if self._tally is None:
                await self._open()
        assert self._tally is not None  # noqa: S101 - `_open` has set it
        return self._tally.count(self._clock())

    async def earlier(self, ago: float) -> float | None:
        return None  # a stream of what happens from now on

    async def aclose(self) -> None:
        reader, self._reader, self._tally = self._reader, None, None
        if reader is not None:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        link, self._link = self._link, None
        if link is not None:
            await link.aclose()

    async def _open(self) -> None:
        link = await Link.open(self._address, SUBSCRIPTION, silence=self._silence)
        self._link = link
        try:
            tally = Tally(self._clock(), link.hello.speed)
            tally.add(await self._next(link), self._clock())
        except BaseException:
            await self.aclose()
            raise
        self._tally = tally
        self._reader = asyncio.create_task(self._read(link, tally), name="event-traffic")

    async def _read(self, link: Link, tally: Tally) -> None:
        while True:
            tally.add(await self._next(link), self._clock())

    async def _next(self, link: Link) -> Traffic:
        while True:
            frame, _ = await link.frame()
            if isinstance(frame, Traffic):
                return frame
            if not isinstance(frame, History):
                raise unexpected(frame, self._address.where)

    async def _fail(self, reader: asyncio.Task[None]) -> None:
        """Raise why the reader ended, and forget everything that it knew."""
        error = reader.exception()
        await self.aclose()
        if isinstance(error, AdapterError):
            raise error
        if error is not None:
            raise RuntimeError("the reader of traffic ended unexpectedly") from error
