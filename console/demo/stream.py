"""The event stream: who reads it, and what each reader is sent. docs/event-stream.md is its contract."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime

import msgspec

from console.demo.acme import FEATURE
from console.demo.clock import EventClock
from console.demo.latency import BOUNDS
from console.demo.live import MOST, Step
from console.demo.messages import VERSION, Event, Hello, History, Live, Subscribe, TrafficFrame
from console.demo.records import Records

FRAMES_WAITING = 50
"""Frames kept for a reader that does not keep up; then the oldest are dropped, and counted."""
ROLLUPS_A_FRAME = 400
MOST_HELD = 200_000
"""Answers kept before a pipeline that stands still; the oldest are lost, as in any queue on a disk."""

_encode = msgspec.json.Encoder().encode


class Reader:
    """One subscription. Frames wait here until the connection takes them."""

    def __init__(self) -> None:
        self._frames: deque[tuple[bytes, int]] = deque()
        self._dropped = 0
        self._some = asyncio.Event()

    def put(self, frame: bytes, events: int) -> None:
        """Queue an encoded frame that lacks its closing brace."""
        if len(self._frames) >= FRAMES_WAITING:
            _, lost = self._frames.popleft()
            self._dropped += lost
        self._frames.append((frame, events))
        self._some.set()

    def lost(self, events: int) -> None:
        """Say with the next frame that so many events never reached it."""
        self._dropped += events

    async def frames(self) -> AsyncIterator[str]:
        """Whole frames, for ever. `dropped` counts the events lost to this reader since its last frame."""
        while True:
            await self._some.wait()
            while self._frames:
                frame, _ = self._frames.popleft()
                dropped, self._dropped = self._dropped, 0
                yield f'{frame.decode()},"dropped":{dropped}}}'
            self._some.clear()


class TrafficReader:
    """A subscription to counts alone; what it does not take in time adds up."""

    def __init__(self) -> None:
        self._ai = 0
        self._fallback = 0
        self._newest: datetime | None = None
        self._times: tuple[datetime, datetime] | None = None
        self._some = asyncio.Event()

    def put(self, at: datetime, step: Step) -> None:
        """Count one step."""
        ai = sum(event.path == "ai" for event in step.events)
        self._ai += ai
        self._fallback += len(step.events) - ai
        if step.events:
            self._newest = step.events[-1].time
        self._times = (at, step.complete_to)
        self._some.set()

    async def frames(self) -> AsyncIterator[str]:
        """Whole frames, for ever."""
        while True:
            await self._some.wait()
            self._some.clear()
            if self._times is None:
                continue
            at, complete_to = self._times
            frame = TrafficFrame(at, complete_to, self._ai, self._fallback, self._newest)
            self._ai = self._fallback = 0
            yield _encode(frame).decode()


class Stream:
    """Gives every step to every reader.

    Answers come through a pipeline of their own, which may stand still: then they wait before it, while
    tickets and evals go on. The counts for Prometheus do not pass it.
    """

    def __init__(self, clock: EventClock, records: Records) -> None:
        self._clock = clock
        self._records = records
        self._complete_to = clock.instant(clock.acme())
        self._readers: set[Reader | TrafficReader] = set()
        self._held: deque[Event] | None = None
        self._lost = 0
        self._delivered = records
        self._complete: dict[str, datetime] = {}

    def hello(self) -> str:
        """The first frame of a connection."""
        at = self._clock.instant(self._clock.acme())
        return _encode(Hello(VERSION, FEATURE, at, self._clock.speed, 60, BOUNDS)).decode()

    def hold(self, held: bool) -> None:
        """Say whether answers wait before the pipeline from the next step on."""
        if held and self._held is None:
            self._held = deque(maxlen=MOST_HELD)
            # A reader that comes meanwhile is told of the past as far as the pipeline has delivered it.
            self._delivered = self._records.copy()
        elif not held and self._held is not None:
            backlog, self._held = list(self._held), None
            lost, self._lost = self._lost, 0
            self._delivered, self._complete = self._records, {}
            for reader in self._readers:
                if isinstance(reader, Reader):
                    reader.lost(lost)
            for i in range(0, len(backlog), MOST):
                events = backlog[i : i + MOST]
                self._send(Step(events, [], [], self._complete_to))

    def publish(self, step: Step) -> None:
        """Send one step to whoever reads. Encoded once for all."""
        if self._held is None:
            self._complete_to = step.complete_to
            self._send(step)
            return
        self._lost += max(0, len(self._held) + len(step.events) - MOST_HELD)
        self._held.extend(step.events)
        for ticket in step.tickets:
            self._delivered.add_ticket(ticket)
        self._delivered.close_until(step.complete_to)
        self._delivered.evals.extend(step.evals)
        self._complete = {"tickets": step.complete_to, "evals": step.complete_to}
        self._send(Step([], step.tickets, step.evals, self._complete_to))

    def _send(self, step: Step) -> None:
        at = self._clock.instant(self._clock.acme())
        frame = b""
        for reader in self._readers:
            if isinstance(reader, TrafficReader):
                reader.put(at, step)
                continue
            if not frame:
                live = Live(
                    "events", at, step.complete_to, step.events, step.tickets, step.evals, self._complete
                )
                frame = _encode(live)[:-1]
            reader.put(frame, len(step.events))

    async def serve(self, wanted: Subscribe) -> AsyncIterator[str]:
        """Everything that one subscription is sent after its hello, for ever."""
        # The past is taken and the reader joins in one go, so that no event is missed or comes twice.
        rollups = self._delivered.rollups(wanted.history_minutes, wanted.history_days)
        evals = list(self._delivered.evals) if wanted.history_days > 0 else []
        at, complete_to = self._clock.instant(self._clock.acme()), self._complete_to
        complete = dict(self._complete)
        reader = Reader() if wanted.events else TrafficReader()
        self._readers.add(reader)
        try:
            for i in range(0, len(rollups), ROLLUPS_A_FRAME):
                yield _encode(History(rollups[i : i + ROLLUPS_A_FRAME], [])).decode()
            yield _encode(History([], evals, True, at, complete_to, complete)).decode()
            async for frame in reader.frames():
                yield frame
        finally:
            self._readers.discard(reader)
