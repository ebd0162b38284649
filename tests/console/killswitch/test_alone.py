"""The kill with everything else broken, levers that hang, and providers that ask for patience."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from console.config import load
from console.killswitch.levers import ALL_LEVERS_SECONDS, LEVER_SECONDS, Proof, open_levers
from console.killswitch.prove import prove
from console.killswitch.steps import Ladder, Mark, Outcome, Rung
from tests.console.killswitch.house import QUICK, House, step
from tests.integration.command import console
from tests.servers.misbehaving import KEY, Fault, Misbehaving

NOWHERE = "http://127.0.0.1:9"
"""A port at which nothing listens."""
BROKEN = f"""
runbook = "gone/runbook.md"

[feature.traffic]
provider = "prometheus"
url = "{NOWHERE}"
ai = "sum(ai)"
fallback = "sum(fallback)"

[feature.evaluate]
provider = "ofrep"
url = "{NOWHERE}"
contexts = [{{ userId = "agent-1" }}]

[feature.signals.errors]
provider = "prometheus"
url = "{NOWHERE}"
bad = "sum(bad)"
all = "sum(all)"

[feature.signals.latency]
provider = "no-such-provider"

[feature.rollout]
stages = "none of them"

[feature.gates]
nothing = "is here"
"""


def said(ladder: Ladder, mark: Mark, words: str) -> bool:
    first = step(ladder, Rung.LEVER, 1)
    return first is not None and first.mark is mark and words in first.text


@pytest.mark.requirement(1)
@pytest.mark.requirement(30)
async def test_it_kills_with_store_sources_runbook_and_every_other_table_broken(
    house: House, server: Misbehaving
) -> None:
    text = house.config_path.read_text()
    first, rest = BROKEN.lstrip().split("\n", 1)
    head, flag = text.split('lever_order = "in_turn"\n', 1)
    house.config_path.write_text(f'{head}lever_order = "in_turn"\n{first}\n{flag}{rest}')
    house.journal.append("note", body={})
    with closing(sqlite3.connect(house.config.store, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        done = await asyncio.to_thread(
            console, "kill", "support-drafts", f"--confirm={KEY}", config=house.config_path
        )
    assert done.status == 0, done.talk
    assert not server.flag.on
    assert "left out:" in done.talk
    places = {row.number for row in house.journal.rows(kinds=("intent",))}
    assert places == {1}, "the first row of the second place"
    assert house.config.second_journal.exists()
    house.end_executors()


@pytest.mark.requirement(2)
@pytest.mark.parametrize("levers", [1, 2, 3, 4, 7])
def test_the_first_attempts_at_all_levers_share_15_seconds_and_each_has_5_at_most(
    house: House, levers: int
) -> None:
    feature = house.feature
    many = replace(feature, levers=feature.levers * (levers - 1))
    limits = [lever.seconds_limit for lever in open_levers(many)]
    assert len(limits) == levers
    assert max(limits) <= LEVER_SECONDS
    assert sum(limits) <= ALL_LEVERS_SECONDS
    assert {lever.seconds_limit for lever in open_levers(replace(many, lever_seconds=0.5))} == {0.5}


@pytest.mark.requirement(2)
async def test_a_provider_that_takes_requests_and_never_answers_is_unknown_and_the_next_lever_kills(
    house: House, server: Misbehaving
) -> None:
    server.on_write = server.on_read = Fault.NEVER_ANSWERS
    ladder = await house.kill(look_first=False, lever_seconds=0.1)
    assert (ladder.outcome, ladder.killed_by) == (Outcome.CONFIRMED, 2)
    assert house.first(lambda seen: said(seen, Mark.UNKNOWN, "may have worked"))


@pytest.mark.requirement(27)
async def test_a_provider_that_asks_for_patience_is_asked_again_no_sooner(
    house: House, server: Misbehaving
) -> None:
    server.on_write, server.retry_after = Fault.RATE_LIMITED, 1
    began = time.monotonic()
    killing = asyncio.create_task(house.kill(limits=replace(QUICK, give_up=5.0)))
    await server.written.wait()
    server.on_write = Fault.NONE
    server.written.clear()
    await server.written.wait()
    assert time.monotonic() - began >= 1.0
    ladder = await killing
    assert not server.flag.on
    assert not ladder.still_on


@pytest.mark.requirement(12)
async def test_a_provider_that_wants_an_approval_is_passed_by_and_says_so(
    house: House, server: Misbehaving
) -> None:
    server.on_write = Fault.NOT_ALLOWED
    ladder = await house.kill()
    assert (ladder.outcome, ladder.killed_by) == (Outcome.CONFIRMED, 2)
    assert house.first(lambda seen: said(seen, Mark.FALSE, "this is a 405"))


def test_each_lever_names_its_proof(house: House) -> None:
    assert [lever.proof for lever in open_levers(load(house.config_path).feature(None))] == [
        Proof.READ_BACK,
        Proof.CHECK,
    ]


async def kill_with_lever_1_at(house: House, server: Misbehaving, url: str) -> None:
    house.config_path.write_text(house.config_path.read_text().replace(server.url, url))
    ladder = await house.kill(look_first=False, lever_seconds=2.0)
    assert (ladder.outcome, ladder.killed_by, ladder.exit_status) == (Outcome.CONFIRMED, 2, 0)
    assert house.forced
    assert server.writes == []


@pytest.mark.requirement(3)
async def test_when_lever_1_has_no_address_lever_2_kills(house: House, server: Misbehaving) -> None:
    await kill_with_lever_1_at(house, server, "http://flags.invalid")


@pytest.mark.requirement(3)
async def test_when_lever_1_speaks_no_tls_lever_2_kills(house: House, server: Misbehaving) -> None:
    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"this is no TLS\n")
        writer.close()

    async with await asyncio.start_server(no_tls, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        await kill_with_lever_1_at(house, server, f"https://127.0.0.1:{port}")


UNSHARE = ("unshare", "--map-root-user", "--net")


def can_cut_off() -> bool:
    """Whether this machine lets us make a network of our own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.requirement(30)
@pytest.mark.skipif(not can_cut_off(), reason="this machine lets nobody make a network of their own")
def test_it_kills_in_a_network_in_which_only_the_provider_can_be_reached(tmp_path: Path) -> None:
    command = [*UNSHARE, sys.executable, "-m", "tests.console.killswitch.offline", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert told["elsewhere"] != "reached", "the network is really cut off"
    assert (told["status"], told["on"], told["rows"]) == (0, False, ["intent"]), told


HERD = 50


def attempts(server: Misbehaving) -> Counter[str]:
    """How often each console has written; its reason tells it from the others."""
    return Counter(str(write["reason"]) for write in server.writes)


async def herd(server: Misbehaving, folder: Path, number: int, *, asks: int) -> list[Ladder]:
    """So many kills at once, each by a console of its own store, of a provider that is asked too much."""
    server.on_write, server.retry_after = Fault.RATE_LIMITED, asks
    houses = []
    for each in range(number):
        place = folder / str(each)
        place.mkdir()
        built = House(place, server)
        built.write(second_lever=False)
        houses.append(built)
    limits = replace(QUICK, retry_first=0.1, retry_most=0.2, give_up=20.0)
    kills = [
        asyncio.create_task(built.kill(limits=limits, look_first=False, reason=built.directory.name))
        for built in houses
    ]
    async with asyncio.timeout(30):
        while min(attempts(server).values(), default=0) < 2 or len(attempts(server)) < number:  # noqa: ASYNC110 - the server sets its event once
            await asyncio.sleep(0.02)
    server.on_write = Fault.NONE
    return await asyncio.gather(*kills)


@pytest.mark.requirement(27)
@pytest.mark.parametrize("number", [12, pytest.param(HERD, marks=pytest.mark.kill)])
async def test_many_consoles_that_are_asked_to_wait_do_not_come_back_as_a_herd(
    server: Misbehaving, tmp_path: Path, number: int
) -> None:
    ladders = await herd(server, tmp_path, number, asks=1)
    assert not server.flag.on
    assert all(not ladder.still_on for ladder in ladders)
    by_console: dict[str, list[float]] = {}
    for write, at in zip(server.writes, server.written_at, strict=True):
        by_console.setdefault(str(write["reason"]), []).append(at)
    again = sorted(times[1] for times in by_console.values())
    gaps = sorted(times[1] - times[0] for times in by_console.values())
    assert gaps[0] >= 1.0, "none sooner than it was asked to"
    busiest = max(sum(1 for other in again if at <= other < at + 0.1) for at in again)
    print(
        f"{number} consoles, Retry-After 1 s: back after {gaps[0]:.2f} to {gaps[-1]:.2f} s, "
        f"{busiest} in the busiest tenth of a second"
    )
    assert busiest <= number / 2


@pytest.mark.requirement(12)
async def test_an_approval_that_is_wanted_is_said_beforehand_and_the_next_lever_kills(
    house: House, server: Misbehaving
) -> None:
    server.wants_approval = True
    arming = await prove(house.feature)
    gate = next(check for check in arming.levers[0].checks if check.name == "no approval gate")
    assert gate.holds is False
    assert not arming.levers[0].armed
    ladder = await house.kill()
    assert (ladder.outcome, ladder.killed_by) == (Outcome.CONFIRMED, 2)
    assert house.first(lambda seen: said(seen, Mark.FALSE, "an approval is wanted"))
    assert server.flag.on


@pytest.mark.requirement(3)
async def test_a_scheduled_change_in_conflict_is_told_in_its_words_and_the_next_lever_kills(
    house: House, server: Misbehaving
) -> None:
    server.scheduled = "conflicts with the change scheduled for 09:00"
    ladder = await house.kill()
    assert (ladder.outcome, ladder.killed_by) == (Outcome.CONFIRMED, 2)
    assert house.first(lambda seen: said(seen, Mark.FALSE, "scheduled for 09:00"))
    server.scheduled = ""
    assert (await house.kill()).killed_by == 1
    assert not server.flag.on


@pytest.mark.requirement(9)
async def test_a_change_that_only_half_of_the_servers_took_is_an_alarm_that_names_who_still_has_it(
    house: House, server: Misbehaving
) -> None:
    house.write(below=True)
    server.half = frozenset({"agent-2"})
    ladder = await house.kill()
    assert ladder.outcome is Outcome.CONFIRMED
    evaluated = step(ladder, Rung.EVALUATED)
    assert evaluated is not None
    assert evaluated.mark is Mark.FALSE
    assert "agent-2" in evaluated.text
    assert "agent-1" not in evaluated.text
