"""Provider "prometheus": signals and traffic from Prometheus and engines that speak its API, by polling.

A reading covers one bucket, (end - bucket, end], and is asked for at its end. A poll reads the last three
buckets again, so that samples which came late are counted; a bucket is closed `delay` after its end. The
bucket that is running is not read: the same query at an instant within it covers a part of the bucket before,
and what happened there would be counted twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from adapters.durations import seconds
from adapters.errors import AdapterError, Effect, NotFound, TimedOut
from adapters.signals.port import Batch, Reading
from adapters.signals.prometheus_api import Api, Found, named
from adapters.signals.prometheus_numbers import Numbers
from adapters.signals.prometheus_options import REACH_KEYS, Plan, connection, place, read_reach
from adapters.signals.prometheus_shapes import readings
from adapters.signals.prometheus_traffic import PrometheusTraffic
from adapters.trust import NO_TRUST, Trust

if TYPE_CHECKING:
    import httpx

__all__ = ["Prometheus", "PrometheusTraffic"]

AGAIN = 3
"""Buckets that each poll reads again."""
SIGNAL_SECONDS = 60.0
"""Limit on all queries of one signal in one poll, its history included."""
AT_ONCE = 4
"""Queries under way at a time."""


class Prometheus:
    """A source of signals. See `adapters.signals.port.SignalSource`.

    A signal whose query fails is named in `Batch.problems`, and the others go on. `batches` raises only when
    the engine itself does not answer.

    Args:
        options: see `adapters.signals.prometheus_options.Reach`.
        where: the table as the user wrote it.
        signals: by signal key, its own table, with its queries.
        transport: for tests, an httpx transport in place of the network.
        sleep: what waits between two polls.

    Raises:
        BadOptions: the options, or a signal's, cannot be used.
    """

    reach_keys: ClassVar[frozenset[str]] = REACH_KEYS

    def __init__(
        self,
        options: Mapping[str, Any],
        where: str,
        signals: Mapping[str, Mapping[str, Any]],
        *,
        trust: Trust = NO_TRUST,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        reach, self._plans = read_reach(options, where, signals)
        self._poll = seconds(reach.poll, "poll", where, most=3600)
        self._delay = seconds(reach.delay, "delay", where, least=0, most=3600)
        self._label = f"prometheus at {place(reach.url)}"
        self._api = Api(connection(reach, where, trust, transport))
        self._sleep = sleep

    @property
    def label(self) -> str:
        return self._label

    def query_text(self, signal: str) -> tuple[tuple[str, str], ...]:
        plan = self._plans.get(signal)
        return tuple(plan.queries.items()) if plan is not None else ()

    async def batches(self) -> AsyncIterator[Batch]:
        tracks = [Track(plan, self._api, self._delay) for plan in self._plans.values()]
        slots = asyncio.Semaphore(AT_ONCE)
        problems: dict[str, AdapterError] = {}
        complete: dict[str, datetime] = {}
        while True:
            now = await self._api.now()
            polls = {asyncio.create_task(track.poll(now, slots)): track for track in tracks}
            try:
                pending = set(polls)
                while pending:
                    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                    found: list[Reading] = []
                    known = dict(problems)
                    for task in done:
                        track = polls[task]
                        signal = track.plan.signal
                        new, problem = task.result()
                        found.extend(new)
                        problems.pop(signal, None)
                        if problem is not None:
                            problems[signal] = problem
                        complete.update(track.complete)
                    found.sort(key=_by_start)
                    if found or not pending or problems.keys() != known.keys():
                        at = datetime.fromtimestamp(now, UTC)
                        yield Batch(at, dict(complete), tuple(found), problems=dict(problems))
            finally:
                for task in polls:
                    task.cancel()
                await asyncio.gather(*polls, return_exceptions=True)
            await self._sleep(self._poll)

    async def aclose(self) -> None:
        await self._api.aclose()


class Track:
    """One signal, from poll to poll.

    Attributes:
        complete: up to where the engine had data, by signal (errors may tell traffic too).
    """

    def __init__(self, plan: Plan, api: Api, delay: int) -> None:
        self.plan = plan
        self.complete: dict[str, datetime] = {}
        self._api = api
        self._delay = delay
        self._read_to: int | None = None
        self._sent: dict[tuple[str, datetime], Reading] = {}

    async def poll(self, now: float, slots: asyncio.Semaphore) -> tuple[list[Reading], AdapterError | None]:
        """Read what is new; return new or changed readings, and why the signal fails, if it does."""
        bucket = self.plan.bucket
        # A bucket is asked for at its end. Gauges of evals count nothing: what they show now is what matters.
        last = int(now) if self.plan.signal == "evals" else int(now // bucket) * bucket
        first = last - (AGAIN - 1) * bucket
        oldest = last - (self.plan.history // bucket - 1) * bucket
        # What was not read while queries failed is read now.
        first = oldest if self._read_to is None else max(oldest, min(first, self._read_to + bucket))
        try:
            async with asyncio.timeout(SIGNAL_SECONDS):
                numbers = await self._ask(first, last, slots)
            found = list(readings(numbers, now - self._delay))
        except AdapterError as error:
            return [], error
        except TimeoutError:
            return [], TimedOut(
                f"signal {self.plan.signal}: its queries took more than {SIGNAL_SECONDS:g} s",
                where=self._api.where,
                todo="Shorten `history`, or have the engine record the queries beforehand.",
                effect=Effect.NONE,
            )
        self._read_to = last
        self._vouch(found)
        return self._changed(found), self._lacking(numbers)

    async def _ask(self, first: int, last: int, slots: asyncio.Semaphore) -> Numbers:
        answers: dict[str, Found] = {}
        for name, query in self.plan.queries.items():
            async with slots:
                try:
                    answers[name] = await self._api.range(query, first, last, self.plan.bucket)
                except AdapterError as error:
                    fault = named(error, self.plan.signal, name)
                else:
                    continue
            raise fault
        return Numbers(self.plan, answers, self._api.where)

    def _vouch(self, found: list[Reading]) -> None:
        for reading in found:
            if reading.closed:
                known = self.complete.get(reading.signal)
                self.complete[reading.signal] = reading.end if known is None else max(known, reading.end)

    def _changed(self, found: list[Reading]) -> list[Reading]:
        """Those that differ from what was sent before; only what may be read again needs to be remembered."""
        new = [reading for reading in found if self._sent.get((reading.signal, reading.start)) != reading]
        self._sent = {(reading.signal, reading.start): reading for reading in found[-2 * AGAIN :]}
        return new

    def _lacking(self, numbers: Numbers) -> AdapterError | None:
        """Say that a needed query gives nothing while others do: it looks like peace, and is none."""
        name = numbers.missing()
        if name is None:
            return None
        return NotFound(
            f"signal {self.plan.signal}, query {name}: it gives nothing, while the signal's other queries do",
            where=self._api.where,
            todo="Correct the query; if it just never happened yet, write `(QUERY) or vector(0)`.",
        )


def _by_start(reading: Reading) -> datetime:
    return reading.start
