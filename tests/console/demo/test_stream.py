"""The event stream and the metrics of a running world."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from console.demo.stream import FRAMES_WAITING, Reader
from tests.console.demo.conftest import Running, frames


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def history(
    socket: ClientConnection,
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """(hello, rollups, evals, last frame of the history)."""
    hello = json.loads(socket.recv(timeout=5))
    rollups: list[dict[str, Any]] = []
    evals: list[dict[str, Any]] = []
    while True:
        frame = json.loads(socket.recv(timeout=5))
        assert frame["type"] == "history"
        rollups += frame["rollups"]
        evals += frame["evals"]
        if frame.get("done"):
            return hello, rollups, evals, frame


def key(name: str, labels: Mapping[str, str]) -> str:
    """A series in the notation that people read."""
    return f"{name}{{{','.join(f'{label}={labels[label]}' for label in sorted(labels))}}}"


def test_it_greets_with_version_clock_and_bounds(world: Running) -> None:
    with connect(world.url.replace("http", "ws") + "/events") as socket:
        hello = json.loads(socket.recv(timeout=5))
    assert (hello["type"], hello["version"], hello["feature"]) == ("hello", 1, "support-drafts")
    assert (hello["speed"], hello["bucket_seconds"]) == (60, 60)
    assert when(hello["at"]).utcoffset() == timedelta(0)
    bounds = hello["latency_bounds"]
    assert bounds == sorted(bounds)
    assert all(1.015 < high / low < 1.025 for low, high in pairwise(bounds))
    assert {2.09, 4.84} <= set(bounds)


def test_a_reader_gets_28_days_and_then_what_happens(world: Running) -> None:
    with world.subscribe(history_minutes=1440, history_days=28, events=True) as socket:
        hello, rollups, evals, last = history(socket)
        live = list(frames(socket, 1.0))
    for one, following in pairwise(rollups):
        assert when(one["start"]) + timedelta(seconds=one["seconds"]) == when(following["start"])
    assert when(hello["at"]) - when(rollups[0]["start"]) >= timedelta(days=27, hours=23)
    assert sum(rollup["seconds"] == 60 for rollup in rollups) >= 1440
    assert all(sum(n for _, n in rollup["latency"]) == rollup["ai"] for rollup in rollups)
    assert all(rollup["injection"]["scanned"] == rollup["ai"] for rollup in rollups)
    assert len(evals) == 15
    assert all(sum(stratum["n"] for stratum in run["strata"]) == 200 for run in evals)
    assert len(live) >= 3
    assert {frame["type"] for frame in live} == {"events"}
    assert all(frame["dropped"] == 0 for frame in live)
    border = when(last["complete_to"])
    for frame in live:
        assert when(frame["complete_to"]) <= when(frame["at"])
        assert all(border <= when(event["time"]) <= when(frame["complete_to"]) for event in frame["events"])
        border = when(frame["complete_to"])


def test_history_and_live_events_join_without_loss_or_repetition(world: Running) -> None:
    with world.subscribe(history_minutes=60, history_days=1, events=True) as early:
        _, before, _, _ = history(early)
        heard = list(frames(early, 1.2))
        with world.subscribe(history_minutes=60, history_days=1, events=True) as late:
            _, after, _, last = history(late)
        heard += list(frames(early, 0.6))
    known = {rollup["start"]: rollup["ai"] + rollup["fallback"] for rollup in before}
    told = {rollup["start"]: rollup["ai"] + rollup["fallback"] for rollup in after}
    new = [
        event
        for frame in heard
        for event in frame["events"]
        if when(event["time"]) < when(last["complete_to"])
    ]
    first_minute = before[-1]["start"]
    grown = sum(n for start, n in told.items() if start >= first_minute) - known[first_minute]
    assert grown == len(new)


def test_a_reader_without_events_gets_counts(world: Running) -> None:
    with world.subscribe(events=False) as counts, world.subscribe(events=True) as events:
        for socket in (counts, events):
            _, rollups, evals, _ = history(socket)
            assert rollups == evals == []
        counted = list(frames(counts, 1.0))
        heard = list(frames(events, 0.1))
    assert {frame["type"] for frame in counted} == {"traffic"}
    assert sum(frame["ai"] for frame in counted) > 0
    assert sum(frame["fallback"] for frame in counted) > sum(frame["ai"] for frame in counted)
    ai = sum(event["path"] == "ai" for frame in heard for event in frame["events"])
    assert sum(frame["ai"] for frame in counted) == pytest.approx(ai, abs=25)


@pytest.mark.parametrize(
    "text", ["nonsense", "{}", '{"type": "other"}', '{"type": "subscribe", "history_days": "x"}']
)
def test_a_reader_that_does_not_subscribe_is_told_and_let_go(world: Running, text: str) -> None:
    with connect(world.url.replace("http", "ws") + "/events") as socket:
        socket.recv(timeout=5)
        socket.send(text)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


def test_a_reader_that_stops_reading_holds_up_nobody(world: Running) -> None:
    with world.subscribe(events=True), world.subscribe(events=True) as eager:
        history(eager)
        heard = list(frames(eager, 1.0))
    assert when(heard[-1]["complete_to"]) - when(heard[0]["complete_to"]) > timedelta(seconds=20)
    assert all(frame["dropped"] == 0 for frame in heard)


async def test_a_reader_that_falls_behind_is_told_how_much_it_missed() -> None:
    reader = Reader()
    for _ in range(FRAMES_WAITING + 7):
        reader.put(b'{"type":"events"', 3)
    stream = reader.frames()
    told = [json.loads(await anext(stream)) for _ in range(FRAMES_WAITING)]
    assert [frame["dropped"] for frame in told] == [21] + [0] * (FRAMES_WAITING - 1)


def test_metrics_agree_with_the_events(world: Running) -> None:
    def scrape() -> dict[str, float]:
        families = text_string_to_metric_families(httpx.get(f"{world.url}/metrics").text)
        return {key(s.name, s.labels): s.value for family in families for s in family.samples}

    with world.subscribe(events=True) as socket:
        history(socket)
        first = scrape()
        heard = list(frames(socket, 1.0))
        second = scrape()
        heard += list(frames(socket, 0.5))
    low, high = (scraped["drafts_newest_event_time_seconds{}"] for scraped in (first, second))
    events = [
        event for frame in heard for event in frame["events"] if low < when(event["time"]).timestamp() <= high
    ]
    ai = [event for event in events if event["path"] == "ai"]

    def grown(name: str, **labels: str) -> float:
        return second[key(name, labels)] - first[key(name, labels)]

    assert grown("drafts_requests_total", path="fallback", outcome="ok") == len(events) - len(ai)
    assert grown("drafts_requests_total", path="ai", outcome="ok") == sum(
        event["outcome"] == "ok" for event in ai
    )
    assert grown("drafts_latency_seconds_count") == len(ai)
    assert grown("drafts_latency_seconds_bucket", le="2.09") == sum(event["latency"] <= 2.09 for event in ai)
    assert grown("drafts_cost_usd_total") == pytest.approx(sum(event["usd"] for event in ai))
    assert grown("drafts_tokens_total", kind="in") == sum(event["tokens_in"] for event in ai)
    assert grown("drafts_injection_scanned_total") == len(ai)
    assert grown("drafts_feedback_total", kind="shown") == sum(event["outcome"] == "ok" for event in ai)
    assert second["drafts_eval_cold{}"] == 0.86
    assert sum(value for name, value in second.items() if name.startswith("drafts_eval_n{")) == 200
    assert sum(
        value for name, value in second.items() if name.startswith("drafts_eval_weight{")
    ) == pytest.approx(1)
    assert {name.split("{")[0] for name in second} >= {
        "support_tickets_total",
        "drafts_eval_score",
        "drafts_eval_score_sd",
        "drafts_eval_at_seconds",
        "drafts_injection_total",
    }


def test_prometheus_and_openmetrics_are_both_spoken(world: Running) -> None:
    plain = httpx.get(f"{world.url}/metrics")
    assert plain.headers["content-type"].startswith("text/plain")
    wanted = "application/openmetrics-text; version=1.0.0"
    assert (
        httpx.get(f"{world.url}/metrics", headers={"Accept": wanted})
        .headers["content-type"]
        .startswith("application/openmetrics-text")
    )
