"""Kill against restore, by two live processes on one store: the kill wins, whoever came first."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.console.killswitch.house import House
from tests.servers.misbehaving import Misbehaving

pytestmark = pytest.mark.requirement(19)


@asynccontextmanager
async def racer(role: str, house: House) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.console.restoring.racer",
        role,
        str(house.config_path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert await heard(process) == "ready"
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def heard(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return (await process.stdout.readline()).decode().strip()


async def races(house: House, server: Misbehaving, count: int, seed: int) -> Counter[tuple[str, str]]:
    """Run so many, each from a killed flag; (how the kill ended, how the restore did), counted."""
    house.write(second_lever=False)
    rng = random.Random(seed)
    ended: Counter[tuple[str, str]] = Counter()
    async with racer("kill", house) as killer, racer("restore", house) as restorer:
        for number in range(count):
            server.flag.on, server.flag.percent = False, 25.0
            newest = house.journal.latest_kill("support-drafts", "production")
            from_kill = newest.ladder.kill_id if newest is not None else "none"
            for process in (killer, restorer):
                assert process.stdin is not None
                process.stdin.write(f"{rng.uniform(0, 0.04):.4f} {from_kill}\n".encode())
            how = (await heard(killer), await heard(restorer))
            ended[how] += 1
            assert not server.flag.on, f"race {number}: {how}"
    return ended


async def test_twenty_races_all_end_killed(tmp_path: Path) -> None:
    async with Misbehaving() as server:
        ended = await races(House(tmp_path, server), server, 20, seed=3)
    assert sum(ended.values()) == 20


@pytest.mark.kill
@pytest.mark.timeout(600)
async def test_a_thousand_races_all_end_killed(tmp_path: Path) -> None:
    async with Misbehaving() as server:
        ended = await races(House(tmp_path, server), server, 1000, seed=4)
    for (kill, restore), count in sorted(ended.items()):
        print(f"kill {kill}, restore {restore}: {count}")
    assert sum(ended.values()) == 1000
    # Both orders were met: some restores were over when the kill came, and some found it.
    assert {restore for _, restore in ended} >= {"restored", "killed again"}
