"""A disk that hangs costs the time that one is willing to wait, and one thread."""

from __future__ import annotations

import threading

import pytest

from console.patience import Lane, within


def left_behind() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "patience"}


async def test_what_is_done_in_time_is_given_back() -> None:
    assert await within(5, lambda: 42) == 42


async def test_what_goes_wrong_goes_wrong_here() -> None:
    def fail() -> None:
        raise OSError("read-only")

    with pytest.raises(OSError, match="read-only"):
        await within(5, fail)


async def test_a_disk_that_hangs_is_left_behind_and_only_one_thread_with_it() -> None:
    lane, free = Lane(), threading.Event()
    before = left_behind()
    with pytest.raises(TimeoutError):
        await lane.within(0.01, free.wait)
    for _ in range(20):
        with pytest.raises(TimeoutError):
            await lane.within(5, free.wait)
    (hanging,) = left_behind() - before
    free.set()
    hanging.join(5)
    assert await lane.within(5, lambda: "back") == "back"
