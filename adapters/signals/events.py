"""Provider "events": signals and traffic from a WebSocket that speaks the event stream, version 1.

The server sends its history as rollups and from then on each single answer; both are counted into minutes
here (event_ledger.py). The protocol is described in docs/event-stream.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, ClassVar

from adapters.errors import BadOptions, Effect
from adapters.faults import garbage
from adapters.options import choices, printable
from adapters.signals.event_frames import Events, History
from adapters.signals.event_ledger import Ledger, TooMuch
from adapters.signals.event_link import SILENCE_SECONDS, Address, Link, Options, unexpected
from adapters.signals.event_traffic import EventTraffic
from adapters.signals.port import Batch
from adapters.trust import NO_TRUST, Trust

__all__ = ["EventStream", "EventTraffic"]

PAUSE = 0.25
"""Real seconds between two batches, at least."""
SUBSCRIPTION = {"history_minutes": 1440, "history_days": 28, "events": True}

COUNTED: Mapping[str, str] = {
    "cost": "usd of all answers; their number and tokens",
    "latency": "latency of AI answers, counted in the server's latency_bounds; a time-out is slower than all",
    "evals": "evals, one a night",
    "errors": "AI answers whose outcome is not ok, of all AI answers",
    "feedback": "AI answers with rating down or regenerate (once each), of the shown (outcome ok, truncated)",
    "tickets": "tickets, by category",
    "injection": "AI answers by injection class, blocked or passed; scanned are all AI answers",
    "traffic": "answers by path",
}
"""What each signal is made of, in the protocol's words."""


class EventStream:
    """A source of signals. See `adapters.signals.port.SignalSource`.

    Args:
        options: see `adapters.signals.event_link.Options`.
        where: the table as the user wrote it.
        signals: by signal key, the options of its own table; `url` and `token` may be repeated there.
        silence: real seconds without a frame after which the server counts as dead.
        clock: the monotonic clock.

    Raises:
        BadOptions: the options, or a signal's, cannot be used.
    """

    reach_keys: ClassVar[frozenset[str]] = frozenset(Options.__struct_fields__)

    def __init__(
        self,
        options: Mapping[str, Any],
        where: str,
        signals: Mapping[str, Mapping[str, Any]],
        *,
        trust: Trust = NO_TRUST,
        silence: float = SILENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = Address(options, where, trust)
        for key, table in signals.items():
            if key not in COUNTED:
                raise BadOptions(
                    f"the event stream knows no signal `{printable(key)}`",
                    where=where,
                    todo=choices("signals", key, COUNTED),
                )
            Address({**options, **table}, f"signal {key} in {where}", trust)
        self._signals = tuple(signals)
        self._silence = silence
        self._clock = clock
        self._links: set[Link] = set()

    @property
    def label(self) -> str:
        return f"events at {self._address.place}"

    def query_text(self, signal: str) -> tuple[tuple[str, str], ...]:
        return (("stream", self._address.url), ("counted", COUNTED.get(signal, "")))

    async def batches(self) -> AsyncIterator[Batch]:
        link = await Link.open(self._address, SUBSCRIPTION, silence=self._silence)
        self._links.add(link)
        try:
            ledger = Ledger(link.hello, self._signals)
            await self._read_history(link, ledger)
            yield ledger.take()
            due = self._clock() + PAUSE
            while True:
                await self._read_until(due, link, ledger)
                due = self._clock() + PAUSE
                yield ledger.take()
        finally:
            self._links.discard(link)
            await link.aclose()

    async def aclose(self) -> None:
        for link in tuple(self._links):
            await link.aclose()

    async def _read_history(self, link: Link, ledger: Ledger) -> None:
        done = False
        while not done:
            frame, bad = await link.frame()
            if not isinstance(frame, History):
                raise unexpected(frame, self._address.where)
            try:
                ledger.add_history(frame, bad)
            except TooMuch as error:
                raise garbage(str(error), self._address.where, Effect.NONE) from None
            done = frame.done
        for _ in ledger.fold():
            await asyncio.sleep(0)

    async def _read_until(self, due: float, link: Link, ledger: Ledger) -> None:
        """Read one frame at least, and all that come until `due`."""
        waiting = True
        while waiting or self._clock() < due:
            try:
                frame, bad = await link.frame(None if waiting else due - self._clock())
            except TimeoutError:
                return
            if not isinstance(frame, Events):
                raise unexpected(frame, self._address.where)
            ledger.add(frame, bad)
            waiting = False
            # A server that sends without a pause must not keep everybody else from running.
            await asyncio.sleep(0)
