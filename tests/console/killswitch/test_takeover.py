"""A kill whose process dies at any moment ends killed and journaled, or not sent and said."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.killswitch.client import ExecutorClient, Prepared
from console.killswitch.history import INTENT, open_intents, process_began
from console.killswitch.record import KillRecord
from console.killswitch.steps import Outcome
from console.killswitch.takeover import Fate, Found, take_over
from tests.console.killswitch.house import MARA, House, until
from tests.servers.misbehaving import Fault, Misbehaving

pytestmark = pytest.mark.requirement(6)


async def prepared(house: House) -> ExecutorClient:
    client = ExecutorClient.start(house.config_path, "support-drafts@production", operator=MARA)
    reports: list[object] = []
    await until(lambda: bool(reports.extend(client.receive()) or reports) or client.closed)
    assert isinstance(reports[0], Prepared)
    return client


async def killed_by_the_system(client: ExecutorClient) -> None:
    with suppress(ProcessLookupError):
        os.kill(client.pid, signal.SIGKILL)
    client.leave()
    await until(lambda: not process_began(client.pid))


async def next_start(house: House, settle: float = 0.3) -> tuple[Found, ...]:
    return await take_over(house.config, house.feature, house.journal, operator=MARA, settle=settle)


async def settled(house: House) -> tuple[Found, ...]:
    """What consoles that start, and look again every now and then, make of it.

    A thread that dies in the middle of its wait for the disk holds the row back a moment longer.
    """
    for _ in range(50):
        found = await next_start(house, settle=0.5)
        if found or record(house) is None or proven(house):
            return found
        await asyncio.sleep(0.05)
    return ()


def record(house: House) -> KillRecord | None:
    return house.journal.latest_kill("support-drafts", "production")


def proven(house: House) -> bool:
    kill = record(house)
    return kill is not None and kill.ladder.outcome in (Outcome.CONFIRMED, Outcome.ALREADY)


async def intent_of_a_dead_process(house: House, **changes: object) -> None:
    """A kill that was journaled and no more, by a process that is gone."""
    body = {
        "flag_key": "support-drafts-ai",
        "operator": MARA.as_dict(),
        "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "before": None,
        "host": MARA.host,
        "pid": 0,
        "pid_began": "",
        **changes,
    }
    house.journal.append(
        INTENT, feature="support-drafts", environment="production", kill_id="k-open", body=body
    )


async def test_one_that_never_left_sends_nothing_and_is_said(house: House, server: Misbehaving) -> None:
    await intent_of_a_dead_process(house)
    (found,) = await next_start(house, settle=0)
    assert found.fate is Fate.NEVER_SENT
    assert "never left: nothing was sent. K opens the dialog" in found.text
    assert server.writes == []
    kill = record(house)
    assert kill is not None
    assert (kill.ladder.outcome, kill.ladder.finished) == (Outcome.NOT_SENT, True)
    assert open_intents(house.journal) == ()
    assert await next_start(house) == ()


async def test_one_that_had_left_is_read_and_gone_on_with(house: House, server: Misbehaving) -> None:
    await intent_of_a_dead_process(house)
    server.switch(on=False, by="Mara Voss")
    (found,) = await next_start(house, settle=0)
    assert found.fate is Fate.GOES_ON
    assert "goes on: it holds" in found.text
    await until(lambda: proven(house))
    assert server.writes == []
    house.end_executors()


async def test_one_that_cannot_be_read_is_left_for_a_person_and_said(
    house: House, server: Misbehaving
) -> None:
    await intent_of_a_dead_process(house)
    server.on_read = Fault.SERVER_ERROR
    (found,) = await next_start(house, settle=0)
    assert found.fate is Fate.NOT_KNOWN
    assert "the flag cannot be read: K kills again" in found.text
    assert len(open_intents(house.journal)) == 1


async def test_one_that_is_old_is_never_sent_again_by_itself(house: House, server: Misbehaving) -> None:
    server.on_write = Fault.APPLIED_THEN_SILENT
    client = await prepared(house)
    client.go("test")
    await until(lambda: bool(server.writes))
    await until(lambda: any(step.lever for kill in [record(house)] if kill for step in kill.ladder.steps))
    await killed_by_the_system(client)
    server.switch(on=True, by="somebody")
    sent = len(server.writes)
    await until(lambda: len(open_intents(house.journal)) == 1)
    later = datetime.now(UTC) + timedelta(minutes=20)
    (found,) = await take_over(
        house.config, house.feature, house.journal, operator=MARA, now=lambda: later, settle=0
    )
    assert found.fate is Fate.TOO_OLD
    assert "does not hold: K kills again" in found.text
    assert len(server.writes) == sent


async def test_one_that_was_confirmed_and_turned_back_since_is_not_sent_again_by_itself(
    house: House, server: Misbehaving
) -> None:
    house.write(second_lever=False, below=True)
    server.keeps_answering = True
    client = await prepared(house)
    client.go("test")
    await until(lambda: proven(house))
    await killed_by_the_system(client)
    server.switch(on=True, by="priya")
    sent = len(server.writes)
    (found,) = await next_start(house, settle=0)
    assert found.fate is Fate.OVERTAKEN
    assert "was confirmed, and holds no more: K kills again" in found.text
    assert len(server.writes) == sent
    assert open_intents(house.journal) == ()


async def test_a_newer_kill_has_the_word(house: House, server: Misbehaving) -> None:
    await intent_of_a_dead_process(house, started="2026-03-02T03:00:00.000+00:00")
    await house.kill()
    (found,) = await next_start(house, settle=0)
    assert found.fate is Fate.OVERTAKEN
    assert open_intents(house.journal) == ()


async def moments(count: int, seed: int, folder: Path) -> Counter[str]:
    """Kill -9 of the executor at so many random moments around Enter; how each ended, counted."""
    rng = random.Random(seed)
    ended: Counter[str] = Counter()
    gate = asyncio.Semaphore(2)

    async def one(number: int, delay: float, slow: float) -> None:
        async with gate, Misbehaving() as server:
            house = House(folder / str(number), server)
            house.directory.mkdir()
            house.write(second_lever=False)
            server.slow = slow
            client = await prepared(house)
            client.go("14 of 38 answers failed")
            await asyncio.sleep(delay)
            await killed_by_the_system(client)
            found = await settled(house)
            if found and found[0].fate is Fate.GOES_ON:
                await until(lambda: proven(house) and not server.flag.on)
                ended["was gone on with, killed and journaled"] += 1
            elif found:
                assert found[0].fate is Fate.NEVER_SENT, found
                assert server.flag.on
                assert server.writes == []
                ended["never sent, and said"] += 1
            elif record(house) is None:
                assert server.writes == []
                ended["died before anything was journaled, nothing was sent"] += 1
            else:
                assert proven(house)
                assert not server.flag.on
                ended["was over before"] += 1
            house.end_executors()

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(one(number, rng.uniform(0, 0.12), rng.choice((0.0, 0.02, 0.05))))
    return ended


async def screens(count: int, seed: int, folder: Path) -> Counter[str]:
    """Kill -9 of the screen at so many random moments, before Enter and after it; how each ended, counted."""
    rng = random.Random(seed)
    ended: Counter[str] = Counter()
    gate = asyncio.Semaphore(2)

    async def one(number: int, moment: float) -> None:
        async with gate, Misbehaving() as server:
            house = House(folder / str(number), server)
            house.directory.mkdir()
            house.write(second_lever=False)
            screen = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.console.killswitch.screen",
                str(house.config_path),
                "support-drafts@production",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            assert screen.stdin is not None
            assert screen.stdout is not None
            executor = int((await screen.stdout.readline()).split()[1])
            screen.stdin.write(b"half\n")
            if moment >= 0:
                screen.stdin.write(b"go\n")
            await asyncio.sleep(abs(moment))
            screen.kill()
            await screen.wait()
            # What it had confirmed by then ends killed; without that the executor ends and sends nothing.
            await until(lambda: not process_began(executor) or proven(house))
            if record(house) is None:
                assert server.writes == []
                assert server.flag.on
                ended["nothing was confirmed, nothing was sent"] += 1
            else:
                await until(lambda: proven(house) and not server.flag.on)
                ended["killed and journaled"] += 1
            house.end_executors()

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(one(number, rng.uniform(-0.004, 0.004)))
    return ended


@pytest.mark.requirement(25)
async def test_a_screen_that_dies_at_a_few_moments_leaves_nothing_in_between(tmp_path: Path) -> None:
    assert sum((await screens(4, 1, tmp_path)).values()) == 4


@pytest.mark.kill
@pytest.mark.requirement(25)
@pytest.mark.timeout(600)
async def test_a_screen_that_dies_at_200_random_moments_leaves_nothing_in_between() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ended = await screens(200, 3, Path(folder))
    for how, count in sorted(ended.items()):
        print(f"{how}: {count}")
    assert sum(ended.values()) == 200
    assert len(ended) == 2


async def test_at_a_few_moments(tmp_path: Path) -> None:
    assert sum((await moments(6, 1, tmp_path)).values()) == 6


@pytest.mark.kill
@pytest.mark.timeout(600)
async def test_at_200_random_moments() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ended = await moments(200, 2, Path(folder))
    for how, count in sorted(ended.items()):
        print(f"{how}: {count}")
    assert sum(ended.values()) == 200
    assert len(ended) >= 2
