"""The event stream as a source of signals, against a real WebSocket server."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from adapters.errors import (
    AdapterError,
    BadCredentials,
    BadOptions,
    Garbage,
    Interrupted,
    NotFound,
    ServerFault,
    TimedOut,
    Unreachable,
)
from adapters.signals.events import EventStream
from adapters.signals.port import (
    Amount,
    Attempts,
    Batch,
    Count,
    Latency,
    Ratio,
    Reading,
    Score,
    Shape,
    Traffic,
)
from adapters.trust import Trust
from tests.adapters.signals.stream import (
    NOON,
    Peer,
    at,
    event,
    hello,
    history,
    live,
    playing,
    rollup,
)

SEVEN = ("cost", "latency", "evals", "errors", "feedback", "tickets", "injection")
FULL = {
    "ai": 40,
    "fallback": 5,
    "users": 12,
    "failed": {"schema": 2, "timeout": 1},
    "latency": [[1, 30], [2, 9], [4, 1]],
    "usd": 0.5,
    "tokens": 9000,
    "shown": 37,
    "rated": 9,
    "disliked": 3,
    "injection": {"scanned": 40, "classes": {"leak": {"blocked": 6, "passed": 1, "sources": 3}}},
    "tickets": {"billing": 2},
    "newest": at(-3570),
    "model": "model-1",
}


def source(url: str, signals: tuple[str, ...] = SEVEN, **options: Any) -> EventStream:
    return EventStream({"url": url}, "feature.signals", {signal: {} for signal in signals}, **options)


async def read(url: str, batches: int, signals: tuple[str, ...] = SEVEN) -> list[Batch]:
    """The first batches of a stream."""
    stream = source(url, signals)
    found: list[Batch] = []
    async with aclosing(stream.batches()) as coming:
        async for batch in coming:
            found.append(batch)
            if len(found) == batches:
                break
    return found


async def failure(url: str, **options: Any) -> AdapterError:
    """What a stream ends with."""
    stream = source(url, **options)
    with pytest.raises(AdapterError) as raised:
        async for _ in stream.batches():
            pass
    return raised.value


def newest(batches: list[Batch], signal: str, seconds: float) -> Reading:
    """The last word on a signal in the minute that begins so many seconds after noon."""
    start = NOON + timedelta(seconds=seconds)
    return [r for b in batches for r in b.readings if (r.signal, r.start) == (signal, start)][-1]


async def test_an_hour_of_history_is_one_closed_reading_for_each_signal() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        hour = {"start": at(-7200), "seconds": 3600, **FULL}
        await peer.send(history([hour], done=False), history([], at=at(0), complete_to=at(0)))
        await peer.hold()

    async with playing(script) as url:
        [batch] = await read(url, 1)
    found = {reading.signal: reading for reading in batch.readings}
    assert {r.signal: (r.start, r.end, r.closed) for r in batch.readings} == {
        signal: (NOON - timedelta(hours=2), NOON - timedelta(hours=1), True)
        for signal in (*SEVEN, "traffic")
        if signal != "evals"
    }
    assert found["errors"].observation == Ratio(3, 40, {"schema": 2, "time-out": 1}, 12)
    assert found["feedback"].observation == Ratio(3, 37, rated=9)
    assert found["cost"].observation == Amount(0.5, 40, 9000)
    assert found["tickets"].observation == Count(2, {"billing": 2})
    assert found["injection"].observation == Shape({"leak": Attempts(6, 1, 3)}, 40)
    assert found["traffic"].observation == Traffic(40, 5, 12)
    assert found["errors"].newest == NOON - timedelta(seconds=3570)
    assert (batch.at, batch.speed) == (NOON, 60)
    assert batch.model is not None
    assert batch.model.raw == "model-1"


async def test_latency_keeps_the_lower_edge_of_each_filled_bucket_and_time_outs_are_infinitely_slow() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history(), live(50, [event(1, 1, latency=3.0), event(2, 2, outcome="timeout")]))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2)
    counts = ((2.0, 0), (4.0, 1), (float("inf"), 1))
    assert newest(batches, "latency", 0).observation == Latency(counts)


async def test_a_month_and_a_day_are_asked_for_and_the_token_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_TOKEN", "s3cret")
    seen: dict[str, Any] = {}

    async def script(peer: Peer) -> None:
        await peer.greet()
        assert peer.connection.request is not None
        seen.update(peer.subscription, auth=peer.connection.request.headers["Authorization"])
        await peer.send(history())
        await peer.hold()

    async with playing(script) as url:
        stream = EventStream({"url": url, "token": "env:STREAM_TOKEN"}, "here", {"errors": {}})
        async with aclosing(stream.batches()) as coming:
            await anext(coming)
    assert seen == {
        "type": "subscribe",
        "history_minutes": 1440,
        "history_days": 28,
        "events": True,
        "auth": "Bearer s3cret",
    }


async def test_the_minute_that_had_begun_is_counted_once_from_history_and_events_together() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet(hello(30))
        begun = rollup(
            0, ai=4, users=4, failed={"empty": 1}, latency=[[1, 4]], newest=at(29), shown=3, rated=1
        )
        await peer.send(history([begun], at=at(30), complete_to=at(30)))
        await peer.send(live(45, [event(1, 31, outcome="schema"), event(2, 32)]), live(63))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2)
    assert not newest(batches[:1], "errors", 0).closed
    whole = newest(batches, "errors", 0)
    assert whole.closed
    assert whole.observation == Ratio(2, 6, {"empty": 1, "schema": 1}, 4)
    assert newest(batches, "latency", 0).observation == Latency(((0.5, 0), (1.0, 6)))
    assert newest(batches, "feedback", 0).observation == Ratio(0, 4, rated=1)


async def test_a_minute_stays_open_for_two_seconds_and_closes_after_them() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history(), live(61.9, [event(1, 10)]))
        await peer.connection.recv()

    async with playing(script) as url:
        batches = await read(url, 2, ("errors",))
    assert not newest(batches, "errors", 0).closed
    assert batches[-1].complete_to["errors"] == NOON + timedelta(seconds=61.9)


async def test_a_late_event_counts_within_the_grace_and_is_said_after_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history(), live(61, [event(1, 61)]), live(63, [event(2, 59)]))
        await peer.send(live(64, [event(3, 59), event(4, 58), event(5, 57)]))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2, ("errors",))
    in_time = newest(batches, "errors", 0)
    assert (in_time.observation, in_time.closed, in_time.partial) == (Ratio(0, 1, {}, 1), True, "")
    running = newest(batches, "errors", 60)
    assert running.partial == "3 late events not counted"
    assert running.observation == Ratio(0, 1, {}, 1)


async def test_what_the_server_dropped_is_said_in_its_minute() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history(), live(20, [event(1, 10)], dropped=40), live(70))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2, ("errors",))
    assert newest(batches, "errors", 0).partial == "40 events dropped by the server"
    assert newest(batches, "errors", 60).partial == ""


async def test_one_bad_event_is_left_out_and_said_while_the_others_count() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history(), live(20, [event(1, 5), event(2, 5, usd=float("nan")), event(3, 6)]))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2, ("errors", "cost"))
    assert newest(batches, "errors", 0).observation == Ratio(0, 2, {}, 2)
    assert newest(batches, "cost", 0).observation == Amount(0.5, 2, 240)
    assert newest(batches, "cost", 0).partial == "1 event not understood"


async def test_an_event_of_the_far_future_is_not_understood() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history(), live(20, [event(1, 86_400)]))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2, ("errors",))
    assert max(reading.start for batch in batches for reading in batch.readings) == NOON
    assert newest(batches, "errors", 0).partial == "1 event not understood"


async def test_a_disliked_answer_counts_once_and_one_that_failed_was_never_shown() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        events = [
            event(1, 1, rating="down", regenerate=True),
            event(2, 2, rating="up"),
            event(3, 3, regenerate=True),
            event(4, 4, outcome="schema", rating="down"),
            event(5, 5, path="fallback", rating="down"),
        ]
        await peer.send(history(), live(20, events))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2)
    assert newest(batches, "feedback", 0).observation == Ratio(2, 3, rated=2)
    assert newest(batches, "traffic", 0).observation == Traffic(4, 1, 3)


async def test_attempts_are_counted_by_class_with_their_distinct_sources() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        events = [
            event(1, 1, injection="leak", source="a"),
            event(2, 2, injection="leak", source="a"),
            event(3, 3, injection="leak", source="b", passed=True),
            event(4, 4, injection="\x1b]52;c;x\x07", source="b"),
            event(5, 5),
        ]
        await peer.send(history(), live(20, events))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2)
    seen = newest(batches, "injection", 0).observation
    assert seen == Shape({"leak": Attempts(2, 1, 2), "\\x1b]52;c;x\\x07": Attempts(1, 0, 1)}, 5)


async def test_tickets_are_counted_in_the_minute_they_came() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        tickets = [{"time": at(5), "category": "billing"}, {"time": at(6), "category": "login"}, {"time": 3}]
        await peer.send(history(), live(20, tickets=tickets))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2)
    reading = newest(batches, "tickets", 0)
    assert reading.observation == Count(2, {"billing": 1, "login": 1})
    assert reading.newest == NOON + timedelta(seconds=6)


async def test_a_night_s_eval_is_one_reading_that_ends_when_it_ran() -> None:
    night = {
        "night": "2026-11-21",
        "at": at(-3600),
        "cold": 0.86,
        "cold_n": 250,
        "judge": "judge-3",
        "strata": [{"name": "billing", "n": 50, "mean": 0.8, "sd": 0.2, "weight": 0.6}],
    }

    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history([], evals=[night, {**night, "at": "never"}]), live(5, evals=[night]))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2)
    [reading] = [r for batch in batches for r in batch.readings if r.signal == "evals"]
    assert isinstance(reading.observation, Score)
    assert (reading.observation.cold, reading.observation.cold_n, reading.observation.judge) == (
        0.86,
        250,
        "judge-3",
    )
    [stratum] = reading.observation.strata
    assert (stratum.name.raw, stratum.n, stratum.mean, stratum.weight) == ("billing", 50, 0.8, 0.6)
    assert reading.end == reading.newest == NOON - timedelta(hours=1)
    assert batches[-1].complete_to["evals"] == batches[-1].complete_to["traffic"]
    assert reading.end - reading.start == timedelta(days=1)


async def test_a_quiet_stream_moves_its_clock_and_closes_empty_minutes() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history(), live(200))
        await peer.hold()

    async with playing(script) as url:
        batches = await read(url, 2, ("errors",))
    closed = [r.start for r in batches[1].readings if r.closed and r.signal == "errors"]
    assert closed == [NOON + timedelta(minutes=m) for m in (-1, 0, 1, 2)]
    assert newest(batches, "errors", 60).observation == Ratio(0, 0, {}, 0)
    assert newest(batches, "errors", 60).newest is None


async def test_only_configured_signals_are_reported_and_traffic_always() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history([rollup(-300, ai=1)]))
        await peer.hold()

    async with playing(script) as url:
        [batch] = await read(url, 1, ("errors",))
    assert {reading.signal for reading in batch.readings} == {"errors", "traffic"}
    assert set(batch.complete_to) == {"errors", "traffic"}


async def test_a_server_that_falls_silent_is_timed_out() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history())
        await peer.hold()

    async with playing(script) as url:
        error = await failure(url, silence=0.05)
    assert isinstance(error, TimedOut)
    assert "has been silent for 0.05 s" in str(error)


async def test_a_server_that_never_says_hello_is_timed_out() -> None:
    async def script(peer: Peer) -> None:
        await peer.hold()

    async with playing(script) as url:
        assert isinstance(await failure(url, silence=0.05), TimedOut)


async def test_a_broken_connection_is_interrupted_and_the_next_try_starts_afresh() -> None:
    tries: list[int] = []

    async def script(peer: Peer) -> None:
        tries.append(1)
        await peer.greet()
        await peer.send(history([rollup(-60, ai=2)]), live(5, [event(1, 1)]))
        if len(tries) == 1:
            await peer.connection.close(1011, "restarting")
        await peer.hold()

    async with playing(script) as url:
        error = await failure(url)
        assert isinstance(error, Interrupted)
        assert "the server closed the connection (1011)" in str(error)
        assert error.detail is not None
        assert error.detail.raw == "restarting"
        again = await read(url, 2, ("errors",))
    assert newest(again, "errors", 0).observation == Ratio(0, 1, {}, 1)
    assert newest(again, "errors", -60).observation == Ratio(0, 2)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        (b"\x00\xff\xfe", "it is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"type":"surprise"}', "it has an unknown type"),
        ('{"type":"events"}', "missing required field `at`"),
        (live(1, dropped=-1), "`$.dropped`"),
        ({**live(1), "events": {}}, "`$.events`"),
        (hello(), "frame of type hello out of turn"),
        ("x" * (8 * 1024 * 1024 + 1), "larger than 8 MiB"),
    ],
)
async def test_a_frame_that_cannot_be_read_says_what_was_wrong(frame: Any, words: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(history())
        try:
            await peer.send(frame)
        except ConnectionClosed:
            return
        await peer.hold()

    async with playing(script) as url:
        error = await failure(url)
    assert isinstance(error, Garbage)
    assert words in str(error)


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (hello(version=2), "speaks version 2 of the event stream, and this console version 1"),
        (hello(latency_bounds=[2, 1]), "do not ascend"),
        (hello(speed=0), "`$.speed`"),
        (live(1), "frame of type events out of turn"),
    ],
)
async def test_another_protocol_is_refused_in_words(greeting: dict[str, Any], words: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.send(greeting)
        await peer.hold()

    async with playing(script) as url:
        error = await failure(url)
    assert isinstance(error, Garbage)
    assert words in str(error)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, BadCredentials), (404, NotFound), (503, ServerFault), (200, AdapterError)]
)
async def test_a_refused_connection_says_why(status: int, kind: type[AdapterError]) -> None:
    async def script(peer: Peer) -> None:
        raise AssertionError("nobody gets here")

    async with playing(script, process_request=lambda peer, _: peer.respond(status, "no")) as url:
        assert isinstance(await failure(url), kind)


async def test_nobody_listening_is_unreachable_and_says_where() -> None:
    async with playing(idle) as url:
        pass
    error = await failure(url)
    assert isinstance(error, Unreachable)
    assert url in str(error)
    assert "connection refused" in str(error)


async def test_something_that_is_no_web_server_is_garbage() -> None:
    async def shout(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(f"ws://127.0.0.1:{port}/events")
    assert isinstance(error, Garbage)


async def test_a_redirect_is_not_followed_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_TOKEN", "s3cret")
    asked: list[str] = []

    async def script(peer: Peer) -> None:
        asked.append("elsewhere")

    async with playing(script) as elsewhere:

        def redirect(connection: Any, _: Any) -> Any:
            response = connection.respond(302, "")
            response.headers["Location"] = elsewhere
            return response

        async with playing(script, process_request=redirect) as url:
            stream = EventStream({"url": url, "token": "env:STREAM_TOKEN"}, "here", {"errors": {}})
            with pytest.raises(AdapterError, match="redirect") as raised:
                await anext(stream.batches())
    assert asked == []
    assert "s3cret" not in repr(raised.value)


async def test_a_missing_token_is_said_at_use_and_not_before() -> None:
    stream = EventStream({"url": "ws://127.0.0.1:1/e", "token": "env:NO_SUCH_NAME"}, "here", {})
    with pytest.raises(AdapterError, match="NO_SUCH_NAME"):
        await anext(stream.batches())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "missing key `url`"),
        ({"url": "http://127.0.0.1/e"}, "does not start with ws:// or wss://"),
        ({"url": "ws://127.0.0.1/e", "tokn": "x"}, "Did you mean `token`"),
        ({"url": "ws://127.0.0.1/e", "token": "plain"}, "holds the secret itself"),
    ],
)
def test_wrong_options_name_table_and_key(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BadOptions) as raised:
        EventStream(options, "feature.signals.errors of x", {"errors": {}}, trust=Trust())
    assert words in str(raised.value)
    assert "feature.signals.errors of x" in str(raised.value)


def test_a_signal_s_own_table_takes_no_unknown_key() -> None:
    with pytest.raises(BadOptions, match="unknown key `bad`"):
        EventStream({"url": "ws://127.0.0.1/e"}, "here", {"errors": {"bad": "x"}})


def test_a_person_can_see_what_is_counted() -> None:
    stream = source("ws://127.0.0.1:9/events")
    assert stream.label == "events at 127.0.0.1:9"
    assert (
        dict(stream.query_text("errors"))["counted"]
        == "AI answers whose outcome is not ok, of all AI answers"
    )
    assert all(dict(stream.query_text(signal))["counted"] for signal in (*SEVEN, "traffic"))


async def idle(peer: Peer) -> None:
    await peer.hold()
