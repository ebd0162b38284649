"""A console.toml that an editor has just broken takes no kill away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from console.config import keep, load
from console.killswitch.client import ExecutorClient, Prepared
from tests.console.killswitch.house import MARA, House, until
from tests.integration.command import Done, console
from tests.servers.misbehaving import KEY, Misbehaving

BROKEN = {
    "an editor's half": lambda text: text[: len(text) // 2].rstrip("]\n") + "\n[[",
    "a misspelled flag": lambda text: text.replace("[feature.flag]", "[feature.flgg]"),
    "nothing left of it": lambda text: "",
}


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    built = House(tmp_path, server)
    built.write()
    whole = built.config_path.read_text()
    # It was not written a moment ago, when it might have been half of it.
    os.utime(built.config_path, (1_700_000_000, 1_700_000_000))
    yield built
    built.config_path.write_text(whole)
    built.end_executors()


async def kill(house: House, *arguments: str) -> Done:
    return await asyncio.to_thread(
        console, "kill", "support-drafts", *arguments, config=house.config_path, seconds=30
    )


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.requirement(1)
async def test_the_kill_goes_on_over_the_last_good_copy_and_says_so(
    house: House, server: Misbehaving, how: str
) -> None:
    journal = house.journal
    looked = await kill(house)
    assert looked.status == 2
    assert "last good copy" not in looked.talk
    house.config_path.write_text(BROKEN[how](house.config_path.read_text()))
    done = await kill(house, f"--confirm={KEY}")
    assert done.status == 0, done.talk
    assert "In use is the last good copy of" in done.talk
    assert str(house.config_path) in done.talk
    assert not server.flag.on
    (intent,) = journal.rows(kinds=("intent",))
    assert intent.body["pid"] != os.getpid()
    assert server.writes


async def test_the_second_lever_of_the_copy_is_pulled_too(house: House, server: Misbehaving) -> None:
    keep(load(house.config_path))
    house.config_path.unlink()
    await server.refuse()
    done = await kill(house, f"--confirm={KEY}")
    assert done.status == 0, done.talk
    assert house.forced
    assert "confirmed by lever 2" in done.out


async def test_the_executor_of_the_screen_stands_ready_over_the_copy(house: House) -> None:
    keep(load(house.config_path))
    house.config_path.write_text("[[feature")
    client = ExecutorClient.start(house.config_path, "support-drafts@production", operator=MARA)
    try:
        reports: list[object] = []
        await until(lambda: bool(reports.extend(client.receive()) or reports))
        (prepared,) = reports
        assert isinstance(prepared, Prepared)
        assert prepared.problem == ""
        assert [(lever.number, lever.problem) for lever in prepared.levers] == [(1, ""), (2, "")]
    finally:
        client.leave()


async def test_one_look_over_the_copy_is_never_all_well(house: House, server: Misbehaving) -> None:
    keep(load(house.config_path))
    house.config_path.write_text("[[feature")
    done = await asyncio.to_thread(console, "status", "--json", config=house.config_path)
    assert done.status == 3
    assert "last good copy" in done.talk
    assert done.document()["features"][0]["flag"]["on"] is True
    assert "last good copy" in done.document()["faults"][0]
