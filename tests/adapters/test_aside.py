"""Blocking work beside the loop: what hangs holds nobody, and does not pile up without end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from adapters.aside import MOST, aside
from adapters.errors import Effect, TimedOut


def test_what_hangs_is_not_begun_again_without_end_and_one_that_returns_makes_room() -> None:
    release = threading.Event()
    begun = threading.Semaphore(0)

    def hang() -> str:
        begun.release()
        release.wait(60)
        return "back"

    async def scenario() -> list[str]:
        hanging = [asyncio.create_task(aside(hang, "a dead disk")) for _ in range(MOST)]
        for _ in hanging:
            await asyncio.to_thread(begun.acquire)
        with pytest.raises(TimedOut, match="a dead disk") as refused:
            await aside(hang, "a dead disk")
        assert refused.value.effect is Effect.NONE
        assert await aside(lambda: "another", "another disk") == "another", "each has its own room"
        release.set()
        backs = await asyncio.gather(*hanging)
        return [*backs, await aside(lambda: "again", "a dead disk")]

    assert asyncio.run(scenario()) == ["back"] * MOST + ["again"]


def test_work_that_nobody_waits_for_any_more_still_gives_its_room_back() -> None:
    release = threading.Event()
    begun, ended = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        release.wait(60)
        ended.set()

    async def scenario() -> None:
        for _ in range(MOST + 1):
            begun.clear(), ended.clear(), release.clear()
            waiting = asyncio.create_task(aside(hang, "a slow disk"))
            await asyncio.to_thread(begun.wait, 60)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            release.set()
            assert await asyncio.to_thread(ended.wait, 60)

    asyncio.run(scenario())


def test_what_the_work_raises_is_raised_where_it_is_waited_for() -> None:
    def fail() -> None:
        raise OSError("no such disk")

    with pytest.raises(OSError, match="no such disk"):
        asyncio.run(aside(fail, "a disk"))
