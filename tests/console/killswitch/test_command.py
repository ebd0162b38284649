"""`console kill`, below the command line."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from console.killswitch import line
from console.killswitch.command import awaited, kill_command
from console.killswitch.history import open_intents
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from tests.console.killswitch.house import MARA, House, until
from tests.console.killswitch.terminal import lives
from tests.servers.misbehaving import Fault, Misbehaving


async def kill(house: House, wait: str = "confirmed") -> int:
    return await kill_command(
        house.config, house.feature, reason="why", wait=wait, operator=MARA, emit=house.ladders.append
    )


@pytest.mark.requirement(29)
async def test_it_answers_0_once_the_kill_is_confirmed(house: House, server: Misbehaving) -> None:
    assert await kill(house) == 0
    assert not server.flag.on
    assert house.ladders[-1].killed_by == 1
    (intent,) = house.journal.rows(kinds=("intent",))
    assert intent.body["pid"] != os.getpid(), "the kill lives in a process of its own"


@pytest.mark.requirement(4)
async def test_twice_is_0_and_already_killed(house: House, server: Misbehaving) -> None:
    assert await kill(house) == 0
    assert await kill(house) == 0
    assert house.ladders[-1].outcome is Outcome.ALREADY
    assert len(server.writes) == 1


async def test_an_output_that_nobody_reads_ends_neither_the_kill_nor_the_wait(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Ladder) -> None:
        raise BrokenPipeError

    async def unread() -> int:
        return await kill_command(
            house.config, house.feature, reason="why", wait="confirmed", operator=MARA, emit=broken
        )

    assert await unread() == 0
    assert len(house.journal.rows(kinds=("intent",))) == 1
    server.flag.on = True

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(line, "_spawn", refuse)
    assert await unread() == 0
    assert not server.flag.on


async def test_it_waits_for_the_rung_that_was_asked_for(house: House) -> None:
    house.write(below=True)
    assert await kill(house, "fallback") == 0
    assert {each.rung: each.mark for each in house.ladders[-1].steps}[Rung.FALLBACK] is Mark.TRUE


async def test_a_rung_that_is_not_configured_is_never_passed(house: House, server: Misbehaving) -> None:
    assert await kill(house, "quiet") == 1
    assert not server.flag.on


async def test_no_lever_that_works_is_3(house: House, server: Misbehaving) -> None:
    house.write(second_lever=False)
    server.on_write = Fault.FORBIDDEN
    assert await kill(house) == 3
    executor = _executor(house)
    os.kill(executor, signal.SIGKILL)
    await until(lambda: not lives(executor))
    (left,) = open_intents(house.journal)
    assert left.ladder.kill_id == house.ladders[-1].kill_id


@pytest.mark.requirement(3)
async def test_the_retries_go_on_when_the_command_has_answered(house: House, server: Misbehaving) -> None:
    server.on_write = Fault.SERVER_ERROR
    assert await kill(house) == 0
    assert house.ladders[-1].killed_by == 2
    assert server.flag.on
    server.on_write = Fault.NONE
    await until(lambda: not server.flag.on)


@pytest.mark.requirement(1)
async def test_it_kills_by_itself_where_no_executor_can_be_started(
    house: House, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line.sys, "executable", "/does/not/exist")
    assert await kill(house) == 0
    assert not server.flag.on
    record = house.journal.latest_kill("support-drafts", "production")
    assert record is not None
    assert record.ladder.outcome is Outcome.CONFIRMED


async def test_it_kills_by_itself_when_the_executor_dies_before_anything_is_proven(
    house: House, server: Misbehaving
) -> None:
    house.write(second_lever=False)
    server.on_write = Fault.NEVER_ANSWERS
    killing = asyncio.create_task(kill(house))
    await server.written.wait()
    server.on_write = Fault.NONE
    os.kill(_executor(house), signal.SIGKILL)
    assert await killing == 0
    assert not server.flag.on


@pytest.mark.requirement(1)
async def test_a_broken_file_is_no_reason_not_to_kill(house: House, server: Misbehaving) -> None:
    config, feature = house.config, house.feature
    house.config_path.write_text("[[feature]\n")
    status = await kill_command(
        config, feature, reason="why", wait="confirmed", operator=MARA, emit=house.ladders.append
    )
    assert status == 0
    assert not server.flag.on


async def test_a_reason_that_is_no_text_is_no_reason_not_to_kill(house: House, server: Misbehaving) -> None:
    reason = os.fsdecode(b"\xff\x1b[2J it broke")
    status = await kill_command(
        house.config, house.feature, reason=reason, wait="confirmed", operator=MARA, emit=house.ladders.append
    )
    assert status == 0
    assert server.writes[0]["reason"] == "<U+DCFF>^[[2J it broke"


@pytest.mark.requirement(25)
async def test_a_hangup_in_the_middle_changes_nothing(house: House, server: Misbehaving) -> None:
    server.on_write = Fault.SERVER_ERROR
    before = signal.getsignal(signal.SIGHUP)
    killing = asyncio.create_task(kill(house))
    await server.written.wait()
    os.kill(os.getpid(), signal.SIGHUP)
    assert await killing == 0
    assert signal.getsignal(signal.SIGHUP) is before


@pytest.mark.parametrize(
    ("outcome", "status", "mark", "finished", "answer"),
    [
        (Outcome.ASKING, None, Mark.TO_COME, False, None),
        (Outcome.CONFIRMED, 0, Mark.NOW, False, None),
        (Outcome.CONFIRMED, 0, Mark.TRUE, False, 0),
        (Outcome.CONFIRMED, 4, Mark.TRUE, False, 4),
        (Outcome.CONFIRMED, 0, Mark.FALSE, False, 1),
        (Outcome.CONFIRMED, 0, Mark.UNKNOWN, False, 1),
        (Outcome.CONFIRMED, 0, Mark.NOT_CONFIGURED, False, 1),
        (Outcome.CONFIRMED, 0, Mark.NOW, True, 1),
        (Outcome.ALREADY, 0, Mark.TRUE, False, 0),
        (Outcome.UNCONFIRMED, 1, Mark.TRUE, False, 1),
        (Outcome.FAILED, 3, Mark.TO_COME, False, 3),
    ],
)
@pytest.mark.requirement(29)
def test_the_exit_status_speaks_for_the_rung_waited_for(
    outcome: Outcome, status: int | None, mark: Mark, finished: bool, answer: int | None
) -> None:
    ladder = Ladder(
        kill_id="k",
        feature="f",
        environment="e",
        flag_key="k",
        operator="o",
        started="",
        row=1,
        steps=(Step(Rung.QUIET, 0, mark, None, ""),),
        outcome=outcome,
        killed_by=None,
        finished=finished,
        exit_status=status,
    )
    assert awaited(ladder, "quiet") == answer
    if outcome is not Outcome.ASKING:
        assert awaited(replace(ladder, steps=()), "confirmed") == status


def _executor(house: House) -> int:
    """The process that carries this house's newest kill, as its intent says."""
    intents = house.journal.rows(kinds=("intent",))
    pid = intents[-1].body["pid"]
    assert isinstance(pid, int)
    assert pid != os.getpid()
    assert b"console.killswitch.executor" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return pid
