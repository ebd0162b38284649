"""The screen's way back runs in a process of its own, and says how it went."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from console.restoring.carry import Order
from console.restoring.process import carry_out_beside, command
from console.restoring.rules import Wish
from tests.console.killswitch.house import House, until
from tests.console.restoring.test_commands import write
from tests.servers.misbehaving import KEY, Misbehaving

ORDER = Order(False, "5%", Wish(KEY, "mended", {"errors": "a new prompt"}))


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path, server: Misbehaving) -> Iterator[House]:
    built = House(tmp_path, server)
    write(built)
    yield built
    built.end_executors()


async def test_it_restores_and_says_so(house: House, server: Misbehaving) -> None:
    await house.kill()
    said = await carry_out_beside(house.config_path, house.feature, ORDER)
    assert said == "restore restored: ON at 5 %, read back from flag service"
    assert (server.flag.on, server.flag.percent) == (True, 5.0)


@pytest.mark.requirement(21)
async def test_what_is_refused_is_said_with_every_reason(house: House, server: Misbehaving) -> None:
    said = await carry_out_beside(house.config_path, house.feature, ORDER)
    assert said.startswith("REFUSED, nothing was sent: it is not killed")
    assert server.writes == []


async def test_a_step_down_gives_no_reason_and_no_override(house: House) -> None:
    line = command(house.config_path, house.feature, Order(True, "5%", Wish(KEY, "", {})))
    assert line[4] == "back"
    assert not {"--reason", "--cause", "--override"} & set(line)


async def test_what_has_begun_goes_on_when_the_screen_dies(house: House, server: Misbehaving) -> None:
    await house.kill()
    screen = await asyncio.create_subprocess_exec(
        *command(house.config_path, house.feature, ORDER),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    server.slow = 0.1
    await until(lambda: any("percent" in change for change in server.writes))
    screen.send_signal(signal.SIGHUP)
    await until(lambda: server.flag.on)
    assert screen.stdout is not None
    await screen.stdout.read()
    assert await screen.wait() == 0
