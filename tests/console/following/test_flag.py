"""A flag that somebody changes at its provider is noticed, and only that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.flags.port import FlagState
from console.following import flag as flag_module
from console.following.flag import FlagFollower
from tests.console.killswitch.house import House
from tests.servers.misbehaving import Misbehaving


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


class Changes:
    """Every change that a follower tells, as they come."""

    def __init__(self, table: object) -> None:
        self.seen: list[tuple[FlagState, FlagState]] = []
        self.reads = 0
        self.news = asyncio.Event()
        self.follower = FlagFollower(table, changed=self._read, reached=lambda: None)  # type: ignore[arg-type]

    def _read(self) -> None:
        self.reads += 1
        change = self.follower.change()
        if change is not None:
            self.seen.append(change)
        self.news.set()

    async def reads_more(self, times: int) -> None:
        wanted = self.reads + times
        async with asyncio.timeout(10):
            while self.reads < wanted:
                self.news.clear()
                await self.news.wait()


async def test_only_a_change_that_users_notice_is_one(
    tmp_path: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flag_module, "READ_SECONDS", 0.02)
    house = House(tmp_path, server)
    house.write()
    changes = Changes(house.feature.flag)
    task = asyncio.create_task(changes.follower.follow())
    try:
        await changes.follower.settled()
        await changes.reads_more(2)
        assert changes.seen == []
        server.flag.on = False
        await changes.reads_more(3)
        server.flag.on = True
        await changes.reads_more(3)
        assert [(before.on, after.on) for before, after in changes.seen] == [(True, False), (False, True)]
        await server.refuse()
        await changes.reads_more(2)
        assert changes.follower.view.problem
        assert changes.follower.view.state is not None
        await server.start()
        server.flag.on = False
        await changes.reads_more(3)
        assert [after.on for _, after in changes.seen] == [False, True, False]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await changes.follower.aclose()
