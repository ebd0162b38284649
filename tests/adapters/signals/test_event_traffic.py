"""Counting answers by path on an event stream, against a real WebSocket server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.errors import AdapterError, Garbage, Interrupted, TimedOut
from adapters.signals.event_frames import Traffic
from adapters.signals.event_traffic import Tally
from adapters.signals.events import EventTraffic
from tests.adapters.signals.stream import NOON, Peer, at, hello, history, live, playing


def counts(seconds: float, ai: int, fallback: int, newest: float | None = None) -> dict[str, Any]:
    seen = None if newest is None else at(newest)
    return {
        "type": "traffic",
        "at": at(seconds),
        "complete_to": at(seconds),
        "ai": ai,
        "fallback": fallback,
        "newest": seen,
    }


async def until(probe: EventTraffic, fallback: float) -> None:
    """Wait until the probe has counted so many answers of the fallback."""
    async with asyncio.timeout(3):
        found = await probe.count()
        while found.fallback < fallback:
            await asyncio.sleep(0)
            found = await probe.count()


async def keep_counting(probe: EventTraffic) -> None:
    """Count until that fails."""
    async with asyncio.timeout(3):
        while True:
            await probe.count()
            await asyncio.sleep(0)


async def test_the_first_count_connects_and_waits_for_one_frame() -> None:
    subscriptions = []

    async def script(peer: Peer) -> None:
        await peer.greet()
        subscriptions.append(peer.subscription)
        await peer.send(history(), counts(15, 2, 7, newest=12))
        await peer.hold()

    async with playing(script) as url:
        probe = EventTraffic({"url": url}, "feature.traffic")
        assert subscriptions == []
        found = await probe.count()
        await probe.aclose()
    assert (found.ai, found.fallback) == (2, 7)
    assert 0 < found.seconds < 3
    # 3 s of event time at speed 60 are a twentieth of a real second; what has passed since is added.
    assert found.newest_age is not None
    assert 0.05 <= found.newest_age < 3
    assert subscriptions == [{"type": "subscribe", "history_minutes": 0, "history_days": 0, "events": False}]


async def test_later_frames_add_up_between_two_counts() -> None:
    more = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(counts(15, 2, 7))
        await more.wait()
        await peer.send(counts(30, 0, 9), counts(45, 0, 10))
        await peer.hold()

    async with playing(script) as url:
        probe = EventTraffic({"url": url}, "feature.traffic")
        first = await probe.count()
        more.set()
        await until(probe, 26)
        found = await probe.count()
        await probe.aclose()
    assert (found.ai, found.fallback) == (2, 26)
    assert found.seconds > first.seconds
    assert found.newest_age is None


async def test_a_broken_connection_fails_one_count_and_the_next_connects_again() -> None:
    tries = []

    async def script(peer: Peer) -> None:
        tries.append(peer)
        await peer.greet()
        await peer.send(counts(15, 0, len(tries)))
        if len(tries) == 1:
            return
        await peer.hold()

    async with playing(script) as url:
        probe = EventTraffic({"url": url}, "feature.traffic")
        await probe.count()
        with pytest.raises(Interrupted):
            await keep_counting(probe)
        assert (await probe.count()).fallback == 2
        await probe.aclose()


@pytest.mark.parametrize(("frames", "kind"), [([], TimedOut), (["{"], Garbage), ([live(1)], Garbage)])
async def test_no_counts_is_an_error_and_never_a_zero(frames: list[Any], kind: type[AdapterError]) -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(*frames)
        await peer.hold()

    async with playing(script) as url:
        probe = EventTraffic({"url": url}, "feature.traffic", silence=0.05)
        with pytest.raises(kind):
            await probe.count()
        await probe.aclose()


async def test_a_server_that_falls_silent_is_no_proof_of_quiet() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.send(counts(15, 0, 3))
        await peer.hold()

    async with playing(script) as url:
        probe = EventTraffic({"url": url}, "feature.traffic", silence=0.05)
        with pytest.raises(TimedOut):
            await keep_counting(probe)
        await probe.aclose()


async def test_closing_twice_or_before_the_first_count_is_fine() -> None:
    probe = EventTraffic({"url": "ws://127.0.0.1:1/events"}, "feature.traffic")
    await probe.aclose()
    await probe.aclose()


def test_only_the_last_five_seconds_count_and_it_says_what_they_cover() -> None:
    tally = Tally(100.0, 60)
    for step in range(40):
        tally.add(Traffic(NOON, NOON, 1, 2), 100.25 + step * 0.25)
    found = tally.count(110.1)
    assert found.seconds == pytest.approx(4.75)
    assert (found.ai, found.fallback) == (19, 38)
    assert tally.count(200.0).seconds == 0


def test_the_world_s_speed_turns_event_time_into_real_time() -> None:
    tally = Tally(0.0, hello()["speed"])
    tally.add(Traffic(NOON, NOON, 0, 1, newest=NOON.replace(hour=11)), 1.0)
    assert tally.count(3.0).newest_age == pytest.approx(60 + 2)
