"""One feature, wired, on a flag service that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest

from console import feature as feature_module
from console import status
from console.exits import Exit
from console.feature import FeatureService, Snapshot
from console.following import flag as flag_module
from console.incident.acts import Restored
from console.killswitch import prove as prove_module
from console.killswitch.steps import Outcome
from console.watching.standing import standing
from tests.console.killswitch.house import MARA, House
from tests.servers.misbehaving import Fault, Misbehaving


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path, server: Misbehaving) -> Iterator[House]:
    built = House(tmp_path, server)
    built.write()
    yield built
    built.end_executors()


@asynccontextmanager
async def watched(house: House) -> AsyncIterator[FeatureService]:
    service = FeatureService(house.config, house.feature, zone=UTC)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


async def until(service: FeatureService, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """Wait until a snapshot is as wanted."""
    changed = asyncio.Event()
    service.subscribe(changed.set)
    async with asyncio.timeout(20):
        while not holds(service.snapshot):
            changed.clear()
            await changed.wait()
    return service.snapshot


def reached(snapshot: Snapshot) -> bool | None:
    """Whether the flag's provider was reached when lever 1 was proven last; None before the first proof."""
    if snapshot.arming is None:
        return None
    return next(check.holds for check in snapshot.arming.levers[0].checks if check.name == "reachable")


async def test_a_provider_that_falls_silent_takes_its_proof_back_and_gives_it_back(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flag_module, "READ_SECONDS", 0.1)
    async with watched(house) as service:
        await until(service, lambda now: reached(now) is True)
        await server.refuse()
        silent = await until(service, lambda now: reached(now) is False)
        assert silent.flag.problem
        assert silent.arming is not None
        assert silent.arming.levers[1].armed
        assert silent.flag.state is not None
        await server.start()
        back = await until(service, lambda now: reached(now) is True and not now.flag.problem)
        assert back.flag.state is not None


async def test_a_kill_by_another_process_shows_by_itself(house: House, server: Misbehaving) -> None:
    async with watched(house) as service:
        assert (await until(service, lambda now: now.flag.state is not None)).kill is None
        ladder = await house.kill()
        assert ladder.outcome is Outcome.CONFIRMED
        snapshot = await until(
            service, lambda now: now.kill is not None and now.kill.confirmed_at is not None
        )
        assert snapshot.kill is not None
        assert snapshot.kill.ladder.operator == MARA.name
        assert snapshot.last_confirmed_kill == snapshot.kill.confirmed_at


async def test_a_flag_that_is_on_again_is_no_longer_killed(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flag_module, "READ_SECONDS", 0.1)
    await house.kill()
    async with watched(house) as service:
        killed = await until(service, lambda now: now.kill is not None and now.flag.state is not None)
        assert not killed.back_on
        server.flag.on = True
        again = await until(service, lambda now: now.back_on)
        assert again.kill is not None


async def test_a_journal_that_cannot_be_read_is_said_and_stops_nothing_else(house: House) -> None:
    database = house.config.store
    database.parent.mkdir(parents=True)
    database.write_bytes(b"this is no database, and long enough to be taken for one" * 100)
    async with watched(house) as service:
        snapshot = await until(service, lambda now: bool(now.journal.problem) and now.flag.state is not None)
        assert str(database) in snapshot.journal.problem


async def test_one_look_waits_no_longer_than_it_was_told_to(house: House, server: Misbehaving) -> None:
    server.on_read = Fault.NEVER_ANSWERS
    service = FeatureService(house.config, house.feature, zone=UTC)
    await service.start(arming=False)
    await service.settled(0.05)
    assert service.snapshot.flag.state is None
    await service.stop()


async def test_while_nothing_differs_the_snapshot_is_the_very_same(house: House) -> None:
    async with watched(house) as service:
        await until(service, lambda now: now.flag.state is not None and now.arming is not None)
        await service.settled(5)
        assert service.snapshot is service.snapshot


@pytest.mark.requirement(20)
async def test_a_killed_flag_that_somebody_turns_back_is_an_alarm_within_one_poll(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flag_module, "READ_SECONDS", 0.1)
    await house.kill()
    async with watched(house) as service:
        await until(service, lambda now: now.kill is not None and now.flag.state is not None)
        server.switch_after(0.3, on=True, by="a scheduler")
        alarm = await until(service, lambda now: now.back_on)
        assert status.exit_status([alarm], ()) == Exit.NO
        words = status.latch_words(alarm, UTC)
        assert words.startswith("KILLED FLAG IS ON AGAIN since ")
        assert words.endswith(", by a scheduler, outside a restore")
        assert "back on" in dict(standing(alarm))


@pytest.mark.requirement(20)
async def test_a_restore_that_is_journaled_ends_the_kill_and_is_no_alarm(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flag_module, "READ_SECONDS", 0.1)
    await house.kill()
    async with watched(house) as service:
        await until(service, lambda now: now.kill is not None and now.flag.state is not None)
        restored = Restored(False, "5 %", 5.0, "restored")
        assert await service.record(restored, MARA) == ""
        server.switch(on=True, by="Mara Voss")
        now = await until(service, lambda now: now.flag.state is not None and now.flag.state.on)
        assert now.over
        assert not now.back_on


@pytest.mark.requirement(15)
async def test_it_is_proven_again_and_again_also_with_the_network_frozen(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert feature_module.ARMING_SECONDS == 15 * 60
    monkeypatch.setattr(feature_module, "ARMING_SECONDS", 0.2)
    monkeypatch.setattr(prove_module, "PROVE_SECONDS", 0.3)
    async with watched(house) as service:
        first = await until(service, lambda now: now.arming is not None)
        assert first.arming is not None
        assert {check.name: check.holds for check in first.arming.levers[0].checks}["reachable"]
        proven = first.arming.proven_at
        again = await until(service, lambda now: now.arming is not None and now.arming.proven_at > proven)
        assert again.arming is not None
        server.on_read = Fault.NEVER_ANSWERS
        frozen = await until(
            service,
            lambda now: (
                now.arming is not None
                and any(not check.holds for check in now.arming.levers[0].checks if check.name == "reachable")
            ),
        )
        assert frozen.arming is not None
        assert frozen.arming.proven_at > again.arming.proven_at
        assert frozen.arming.levers[1].armed
