"""Counts of answers by path from Prometheus, for the proof that a kill took effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.durations import seconds
from adapters.errors import AdapterError, BadOptions, NotFound
from adapters.options import Duration, decode
from adapters.signals.port import TrafficCount
from adapters.signals.prometheus_api import Api, named
from adapters.signals.prometheus_durations import ranges
from adapters.signals.prometheus_options import Reach, connection
from adapters.trust import NO_TRUST, Trust

if TYPE_CHECKING:
    import httpx


TOTAL_SECONDS = 3.0
"""Limit on each query: a kill waits for the answer."""


class Options(Reach, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Queries that are evaluated at the moment of the kill and after it.

    Attributes:
        ai: answers of the AI path in the last seconds: ``sum(increase(ai_total[15s]))``.
        fallback: answers of the fallback, over the same time.
        newest: unix time of the newest answer of either path.
        window: seconds that `ai` and `fallback` cover ("15s"); by default the range in `ai`.
    """

    ai: str
    fallback: str
    newest: str | None = None
    window: Duration | None = None


class PrometheusTraffic:
    """A traffic probe. See `adapters.signals.port.TrafficProbe`.

    What Prometheus knows is as old as its last scrape: scrape often where a kill is to be proven by this.

    Args:
        options: see `Options`.
        where: the table as the user wrote it.
        transport: for tests, an httpx transport in place of the network.

    Raises:
        BadOptions: the options cannot be used, or do not say what time the counts cover.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        where: str,
        *,
        trust: Trust = NO_TRUST,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        table = decode(Options, options, where=where)
        self._queries = {"ai": table.ai, "fallback": table.fallback}
        if table.newest is not None:
            self._queries["newest"] = table.newest
        self._window = _window(table, where)
        self._api = Api(connection(table, where, trust, transport, TOTAL_SECONDS))

    async def count(self) -> TrafficCount:
        now = await self._api.now()
        newest = await self._number("newest") if "newest" in self._queries else None
        return TrafficCount(
            ai=await self._needed("ai"),
            fallback=await self._needed("fallback"),
            seconds=self._window,
            newest_age=None if newest is None else max(0.0, now - newest),
        )

    async def earlier(self, ago: float) -> float | None:
        at = await self._api.now() - ago
        # What gives nothing now and gave something then is gone: no error, but none that can be read.
        return sum([await self._number(name, at) or 0.0 for name in ("ai", "fallback")])

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _needed(self, name: str) -> float:
        number = await self._number(name)
        if number is None:
            raise NotFound(
                f"query {name}: it gives nothing, which is not the same as no answers",
                where=self._api.where,
                todo="Correct the query; if this path never answered yet, write `(QUERY) or vector(0)`.",
            )
        return number

    async def _number(self, name: str, at: float | None = None) -> float | None:
        try:
            found = await self._api.instant(self._queries[name], at)
        except AdapterError as error:
            fault = named(error, "traffic", name)
        else:
            if len(found.series) <= 1:
                return next(iter(found.series[0].values.values()), None) if found.series else None
            what = f"query {name}: it gives {len(found.series)} series where one is wanted"
            fault = BadOptions(what, where=self._api.where, todo="Put sum(...) round it.")
        raise fault


def _window(table: Options, where: str) -> float:
    if table.window is not None:
        return seconds(table.window, "window", where, most=3600)
    covered = {covered for _, covered in (*ranges(table.ai), *ranges(table.fallback))}
    if len(covered) != 1:
        raise BadOptions(
            "`ai` and `fallback` do not say, or not alike, what time they cover",
            where=where,
            todo='Use one range in both, as in increase(x[15s]), or add `window = "15s"`.',
        )
    return covered.pop()
