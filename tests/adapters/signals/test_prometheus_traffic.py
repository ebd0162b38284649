"""Counting answers by path with Prometheus."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import BadOptions, NotFound
from adapters.signals.port import TrafficCount
from adapters.signals.prometheus import PrometheusTraffic
from tests.adapters.signals.engine import NOON, Engine, refusal

AI, FALLBACK = "sum(increase(ai_total[15s]))", "sum(increase(fallback_total[15s]))"


async def count(engine: Engine, **options: Any) -> TrafficCount:
    table = {"url": "http://engine.test", "ai": AI, "fallback": FALLBACK, **options}
    probe = PrometheusTraffic(table, "feature.traffic", transport=engine.transport())
    try:
        return await probe.count()
    finally:
        await probe.aclose()


async def test_both_paths_are_counted_over_the_range_of_the_queries() -> None:
    engine = Engine({AI: 0.0, FALLBACK: 7.5, "newest": NOON - 3.0})
    assert await count(engine, newest="newest") == TrafficCount(0.0, 7.5, 15.0, 3.0)


async def test_without_a_query_for_it_the_newest_answer_is_unknown() -> None:
    assert (await count(Engine({AI: 1.0, FALLBACK: 2.0}))).newest_age is None


@pytest.mark.parametrize("missing", [AI, FALLBACK])
@pytest.mark.parametrize("value", [{}, "NaN", -1.0, "+Inf"])
async def test_no_number_is_an_error_and_never_a_proof_of_quiet(missing: str, value: Any) -> None:
    engine = Engine({AI: 1.0, FALLBACK: 2.0, missing: value})
    with pytest.raises(NotFound, match="which is not the same as no answers"):
        await count(engine)


async def test_several_series_are_not_guessed_at() -> None:
    with pytest.raises(BadOptions, match="query ai: it gives 2 series"):
        await count(Engine({AI: {"a": 1.0, "b": 2.0}, FALLBACK: 2.0}))


async def test_a_wrong_query_is_named() -> None:
    engine = Engine({AI: 1.0, FALLBACK: 2.0})
    engine.broken[FALLBACK] = refusal(400, "bad_data", "parse error")
    with pytest.raises(BadOptions, match="signal traffic, query fallback: the engine cannot evaluate it"):
        await count(engine)


@pytest.mark.parametrize(
    "fallback", ["sum(increase(fallback_total[1m]))", "sum(increase(f[15s])) + sum(increase(f[1m]))"]
)
def test_counts_over_different_times_are_refused(fallback: str) -> None:
    table = {"url": "http://engine.test", "ai": AI, "fallback": fallback}
    with pytest.raises(BadOptions, match="do not say, or not alike"):
        PrometheusTraffic(table, "feature.traffic")


async def test_a_recorded_query_says_its_window_in_a_key() -> None:
    engine = Engine({"job:ai": 1.0, "job:fallback": 2.0})
    assert (await count(engine, ai="job:ai", fallback="job:fallback", window="30s")).seconds == 30


async def test_what_was_counted_earlier_is_asked_at_that_time_of_the_engines_clock() -> None:
    engine = Engine({AI: 4.0, FALLBACK: 7.5})
    probe = PrometheusTraffic(
        {"url": "http://engine.test", "ai": AI, "fallback": FALLBACK},
        "feature.traffic",
        transport=engine.transport(),
    )
    assert await probe.earlier(60.0) == 11.5
    await probe.aclose()
    assert [form["time"] for _, form in engine.asked if "time" in form] == [f"{NOON - 60}.000"] * 2


async def test_earlier_counts_that_are_gone_are_none_at_all() -> None:
    probe = PrometheusTraffic(
        {"url": "http://engine.test", "ai": AI, "fallback": FALLBACK},
        "feature.traffic",
        transport=Engine({}).transport(),
    )
    assert await probe.earlier(60.0) == 0.0
    await probe.aclose()
