"""Prometheus as a source of signals, against the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

from adapters.errors import BadOptions, NotFound
from adapters.signals.port import Batch, Latency, Ratio, Reading
from adapters.signals.prometheus import Prometheus, PrometheusTraffic
from tests.servers import prometheus
from tests.servers.processes import free_port

pytestmark = pytest.mark.servers

SPAN = {"bucket": "5s", "history": "20s"}
SIGNALS: dict[str, dict[str, Any]] = {
    "errors": {
        **SPAN,
        "bad": 'sum(increase(drafts_total{outcome!="ok"}[5s]))',
        "all": "sum(increase(drafts_total[5s]))",
        "kinds": 'sum by (outcome) (increase(drafts_total{outcome!="ok"}[5s]))',
    },
    "latency": {**SPAN, "buckets": "sum by (le) (increase(drafts_seconds_bucket[5s]))"},
    "feedback": {**SPAN, "bad": "sum(increase(drafts_total[5s])", "all": "vector(1)"},
    "cost": {**SPAN, "usd": "sum(increase(nobody_counts_this_total[5s]))"},
}


class App:
    """A small product that is scraped: every fourth answer fails, and all take 0.7 s."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.drafts = Counter("drafts", "Answers.", ["outcome"], registry=self.registry)
        self.seconds = Histogram("drafts_seconds", "Time.", buckets=(0.5, 1, 2), registry=self.registry)

    async def answer(self) -> None:
        """Answer 20 times a second until cancelled."""
        number = 0
        while True:
            number += 1
            self.drafts.labels("schema" if number % 4 == 0 else "ok").inc()
            self.seconds.observe(0.7)
            await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Scraped:
    url: str
    app: App


@contextmanager
def scraped() -> Iterator[Scraped]:
    """A real Prometheus that scrapes an app; the app's end is up to the test."""
    app, port = App(), free_port()
    server, thread = start_http_server(port, addr="127.0.0.1", registry=app.registry)
    try:
        with prometheus.running([f"127.0.0.1:{port}"]) as engine:
            yield Scraped(engine.url, app)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_real_answers_become_readings_and_one_bad_query_fails_alone() -> None:
    with scraped() as running:
        source = Prometheus({"url": running.url, "poll": "1s", "delay": "2s"}, "feature.signals", SIGNALS)
        answering = asyncio.create_task(running.app.answer())
        found: dict[tuple[str, float], Reading] = {}
        last: Batch | None = None
        async with asyncio.timeout(40), aclosing(source.batches()) as coming:
            async for batch in coming:
                last = batch
                found.update({(r.signal, r.start.timestamp()): r for r in batch.readings if r.closed})
                # The first bucket is filled only in part: the app and its scrape began within it.
                if sum(signal == "errors" for signal, _ in found) >= 3 and "latency" in batch.complete_to:
                    break
        probe = PrometheusTraffic(
            {"url": running.url, "ai": "sum(increase(drafts_total[5s]))", "fallback": "vector(0)"}, "traffic"
        )
        counted = await probe.count()
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering
        missing = PrometheusTraffic(
            {
                "url": running.url,
                "ai": "sum(increase(nobody_total[5s]))",
                "fallback": "vector(0)",
                "window": "5s",
            },
            "traffic",
        )
        with pytest.raises(NotFound, match="not the same as no answers"):
            await missing.count()
        for closing in (source, probe, missing):
            await closing.aclose()

    errors = [r.observation for (signal, _), r in sorted(found.items()) if signal == "errors"][-1]
    assert isinstance(errors, Ratio)
    assert 60 < errors.n < 110
    assert errors.bad / errors.n == pytest.approx(0.25, abs=0.05)
    assert set(errors.kinds) == {"schema"}
    latency = [r.observation for (signal, _), r in sorted(found.items()) if signal == "latency"][-1]
    assert isinstance(latency, Latency)
    assert [bound for bound, count in latency.counts if count > 0] == [1.0]
    assert 60 < latency.n < 110
    assert last is not None
    assert set(last.problems) == {"feedback"}
    assert isinstance(last.problems["feedback"], BadOptions)
    assert "signal feedback, query bad" in str(last.problems["feedback"])
    assert "cost" not in last.complete_to
    assert 60 < counted.ai < 110
    assert (counted.fallback, counted.seconds) == (0, 5)
