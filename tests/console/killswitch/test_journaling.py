"""A kill and its journal: what is kept, and what a kill does without one."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from console.killswitch.execution import DRAIN_SECONDS
from console.killswitch.history import INTENT, STEP, open_intents
from console.killswitch.steps import Ladder, Mark, Outcome, Rung
from tests.console.killswitch.house import House, step, until
from tests.console.killswitch.terminal import lives
from tests.integration.command import console
from tests.servers.misbehaving import KEY, Fault, Misbehaving


@pytest.mark.requirement(6)
async def test_the_intent_is_on_disk_before_the_request_leaves(house: House, server: Misbehaving) -> None:
    server.on_write = Fault.NEVER_ANSWERS
    killing = asyncio.create_task(house.kill())
    await server.written.wait()
    (intent,) = house.journal.rows(kinds=(INTENT,))
    assert intent.body["reason"] == "14 of 38 answers failed"
    assert intent.body["operator"]["name"] == "Mara Voss"
    assert intent.body["operator"]["ssh_connection"].startswith("10.0.0.9")
    assert intent.body["before"]["on"] is True
    assert intent.body["before"]["percent"] == 25.0
    assert intent.body["before"]["version"] == "7"
    await killing


async def test_the_journal_tells_the_whole_ladder_again(house: House, server: Misbehaving) -> None:
    server.on_write = Fault.SERVER_ERROR
    ladder = await house.kill()
    record = house.journal.latest_kill("support-drafts", "production")
    assert record is not None
    assert record.ladder.outcome is Outcome.CONFIRMED
    assert (record.ladder.killed_by, record.ladder.still_on) == (2, ladder.still_on)
    assert marks(record.ladder) == marks(ladder)
    assert record.confirmed_at is not None
    confirmed = step(ladder, Rung.CONFIRMED, 2)
    assert confirmed is not None
    assert confirmed.seconds == pytest.approx((record.confirmed_at - record.at).total_seconds(), abs=0.002)


def marks(ladder: Ladder) -> list[tuple[Rung, int, Mark]]:
    """What each rung came to."""
    return [(each.rung, each.lever, each.mark) for each in ladder.steps]


@contextmanager
def no_disk_answers(house: House) -> Iterator[None]:
    """Both places wait, as for dead disks, while the block runs."""
    config = house.config
    config.second_journal.parent.mkdir(exist_ok=True)
    with ExitStack() as held:
        for path in (config.store, config.second_journal):
            head = held.enter_context(path.with_name(f"{path.name}.head").open("a"))
            fcntl.flock(head, fcntl.LOCK_EX)
        yield


@pytest.mark.requirement(7)
@pytest.mark.requirement(22)
async def test_steps_that_no_disk_took_in_time_are_journaled_once_one_does(
    house: House, server: Misbehaving
) -> None:
    server.on_write = Fault.SERVER_ERROR
    killing = asyncio.create_task(house.kill())
    await server.written.wait()
    with no_disk_answers(house):
        ladder = await killing
        assert (ladder.outcome, ladder.killed_by) == (Outcome.CONFIRMED, 2)
        assert len(house.journal.rows(kinds=(STEP,))) < len(ladder.steps)

    def whole() -> bool:
        record = house.journal.latest_kill("support-drafts", "production")
        return record is not None and record.ladder.finished and marks(record.ladder) == marks(ladder)

    await until(whole, 20)
    assert house.journal.verify() == ()


@pytest.mark.kill
@pytest.mark.requirement(22)
async def test_the_process_of_a_kill_that_is_over_stays_until_a_disk_has_taken_its_steps(
    house: House, server: Misbehaving
) -> None:
    server.on_write = Fault.SERVER_ERROR
    run = partial(console, "kill", "support-drafts", f"--confirm={KEY}", config=house.config_path)
    killing = asyncio.create_task(asyncio.to_thread(run))
    await server.written.wait()
    with no_disk_answers(house):
        assert (await killing).status == 0
        server.on_write = Fault.NONE
        await until(lambda: not server.flag.on, 60)
        (intent,) = house.journal.rows(kinds=(INTENT,))
        # Longer than the kill itself waits for its steps at its end.
        await asyncio.sleep(DRAIN_SECONDS + 3)
        assert lives(intent.body["pid"])
    await until(lambda: not lives(intent.body["pid"]), 60)
    record = house.journal.latest_kill("support-drafts", "production")
    assert record is not None
    assert record.ladder.finished
    assert record.ladder.outcome is Outcome.CONFIRMED


async def test_another_feature_or_environment_has_no_kill(house: House) -> None:
    await house.kill()
    assert house.journal.latest_kill("support-drafts", "staging") is None
    assert house.journal.latest_kill("refund-helper", "production") is None


@pytest.mark.requirement(1)
@pytest.mark.requirement(7)
async def test_a_locked_store_sends_the_kill_to_the_second_place(house: House, server: Misbehaving) -> None:
    house.journal.append("note", body={})
    lock = sqlite3.connect(house.config.store, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    ladder = await house.kill(look_first=False)
    lock.close()
    assert (ladder.outcome, ladder.exit_status) == (Outcome.CONFIRMED, 0)
    assert not server.flag.on
    journaled = step(ladder, Rung.JOURNALED)
    assert journaled is not None
    assert "second place" in journaled.text
    record = house.journal.latest_kill("support-drafts", "production")
    assert record is not None
    assert record.ladder.finished


@pytest.mark.parametrize("gone", ["a directory that is a file", "no database"])
@pytest.mark.requirement(7)
async def test_a_store_that_cannot_be_used_does_not_stop_the_kill(
    house: House, server: Misbehaving, gone: str
) -> None:
    blocked = house.directory / "blocked"
    blocked.write_bytes(b"this is no database " * 100)
    house.write(store=blocked / "console.db" if "directory" in gone else blocked)
    ladder = await house.kill(look_first=False)
    assert ladder.exit_status == 0
    assert not server.flag.on


@pytest.mark.requirement(7)
async def test_without_any_journal_it_kills_and_says_so(house: House, server: Misbehaving) -> None:
    blocked = house.directory / "blocked"
    blocked.write_text("")
    house.write(store=blocked / "a.db", second=blocked / "b.db")
    ladder = await house.kill(look_first=False)
    assert not server.flag.on
    assert (ladder.outcome, ladder.exit_status, ladder.row) == (Outcome.CONFIRMED, 4, None)
    journaled = step(ladder, Rung.JOURNALED)
    assert journaled is not None
    assert journaled.mark is Mark.FALSE
    assert "killing anyway" in journaled.text


@pytest.mark.requirement(6)
async def test_a_kill_whose_process_died_is_found_as_an_open_intent(house: House) -> None:
    await house.kill()
    assert open_intents(house.journal) == ()
    (intent,) = house.journal.rows(kinds=(INTENT,))
    dead = {**intent.body, "pid": _dead_pid()}
    house.journal.append(
        INTENT, feature=intent.feature, environment=intent.environment, kill_id="dead", body=dead
    )
    (found,) = open_intents(house.journal)
    assert found.ladder.kill_id == "dead"
    assert found.ladder.outcome is Outcome.ASKING


async def test_a_kill_that_still_runs_is_no_open_intent(house: House, server: Misbehaving) -> None:
    server.on_write = Fault.NEVER_ANSWERS
    killing = asyncio.create_task(house.kill())
    await server.written.wait()
    assert open_intents(house.journal) == ()
    await killing


async def test_repeated_read_backs_do_not_fill_the_journal(house: House, server: Misbehaving) -> None:
    house.write(second_lever=False)
    server.on_write = Fault.NO_CHANGE
    await house.kill()
    await until(lambda: house.journal.latest_kill("support-drafts", "production") is not None)
    assert len(house.ladders) > 2 * len(house.journal.rows(kinds=(STEP,))) / 3
    assert len(house.journal.rows(kinds=(STEP,))) < 30


def _dead_pid() -> int:
    """The number of a process that has just ended."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid
