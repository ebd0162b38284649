"""The kill outlives its screen: real processes, real terminals, real signals."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from console.killswitch.client import ExecutorClient, Prepared
from console.killswitch.steps import Ladder, Outcome
from tests.console.killswitch.house import MARA, House, until
from tests.console.killswitch.terminal import ROOT, Terminal, lives
from tests.servers.misbehaving import TOKEN, Fault, Misbehaving


@pytest.fixture
def terminal(house: House) -> Iterator[Terminal]:
    opened = Terminal(house.config_path, "support-drafts@production")
    yield opened
    opened.end()


@pytest.fixture
async def client(house: House) -> AsyncIterator[ExecutorClient]:
    started = ExecutorClient.start(house.config_path, "support-drafts@production", operator=MARA)
    yield started
    started.leave()
    if lives(started.pid):
        os.kill(started.pid, signal.SIGKILL)
    await until(lambda: not lives(started.pid))


async def reports(client: ExecutorClient, wanted: type[Prepared | Ladder]) -> list[Prepared | Ladder]:
    """Wait until something of this kind has come."""
    got: list[Prepared | Ladder] = []

    def come() -> bool:
        got.extend(client.receive())
        return client.closed or any(isinstance(each, wanted) for each in got)

    await until(come)
    return got


async def prepared(client: ExecutorClient) -> Prepared:
    (report,) = await reports(client, Prepared)
    assert isinstance(report, Prepared)
    return report


async def last(client: ExecutorClient) -> Ladder:
    """Follow to the end."""
    ladders: list[Ladder] = []

    def ended() -> bool:
        ladders.extend(each for each in client.receive() if isinstance(each, Ladder))
        return client.closed

    await until(ended)
    return ladders[-1]


async def test_enter_kills_and_the_screen_follows(
    house: House, server: Misbehaving, client: ExecutorClient
) -> None:
    ready = await prepared(client)
    assert [lever.label for lever in ready.levers] == ["flag service", "command"]
    assert [lever.problem for lever in ready.levers] == ["", ""]
    assert ready.levers[0].sketches
    assert not ready.problem
    client.go("because")
    ladder = await last(client)
    assert (ladder.outcome, ladder.exit_status, ladder.finished) == (Outcome.CONFIRMED, 0, True)
    assert not server.flag.on
    record = house.journal.latest_kill("support-drafts", "production")
    assert record is not None
    assert record.ladder == ladder
    assert record.confirmed_at is not None


async def test_starting_does_not_hold_up_the_screen(house: House) -> None:
    began = time.perf_counter()
    client = ExecutorClient.start(house.config_path, "support-drafts@production", operator=MARA)
    assert time.perf_counter() - began < 0.5
    assert client.receive() == []
    client.leave()
    await until(lambda: not lives(client.pid))


async def test_leaving_before_enter_sends_and_journals_nothing(
    house: House, server: Misbehaving, client: ExecutorClient
) -> None:
    await prepared(client)
    client.leave()
    await until(lambda: not lives(client.pid))
    assert server.writes == []
    assert house.journal.rows() == []


async def test_leaving_after_enter_leaves_the_kill(
    house: House, server: Misbehaving, client: ExecutorClient
) -> None:
    client.go("at once, before it was ready")
    client.leave()
    await until(lambda: not lives(client.pid))
    assert not server.flag.on
    record = house.journal.latest_kill("support-drafts", "production")
    assert record is not None
    assert record.ladder.finished


async def test_a_word_given_up_is_journaled_as_abandoned(
    house: House, server: Misbehaving, client: ExecutorClient
) -> None:
    await prepared(client)
    client.leave(abandoned=True)
    await until(lambda: not lives(client.pid))
    assert [row.kind for row in house.journal.rows()] == ["abandoned"]
    assert server.writes == []


@pytest.mark.parametrize("how", ["stopped", "killed", "closed", "unread"])
@pytest.mark.requirement(25)
async def test_the_flag_is_off_whatever_becomes_of_the_screen_after_enter(
    house: House, server: Misbehaving, terminal: Terminal, how: str
) -> None:
    await terminal.ready()
    terminal.type("go\n")
    if how != "unread":
        await terminal.shows(rb"gone")
    if how == "stopped":
        terminal.signal(signal.SIGSTOP)
    elif how == "killed":
        terminal.signal(signal.SIGKILL)
    elif how == "closed":
        terminal.hang_up()
    await until(lambda: not server.flag.on)
    await until(lambda: not lives(terminal.executor))
    record = house.journal.latest_kill("support-drafts", "production")
    assert record is not None
    assert record.ladder.finished
    assert record.ladder.outcome is Outcome.CONFIRMED


@pytest.mark.parametrize("how", ["killed", "closed"])
@pytest.mark.requirement(25)
async def test_a_word_half_typed_when_the_line_drops_sends_nothing_and_is_journaled(
    house: House, server: Misbehaving, terminal: Terminal, how: str
) -> None:
    await terminal.ready()
    terminal.type("half\n")
    await terminal.shows(rb"typing")
    if how == "killed":
        terminal.signal(signal.SIGKILL)
    else:
        terminal.hang_up()
    await until(lambda: not lives(terminal.executor))
    assert [row.kind for row in house.journal.rows()] == ["abandoned"]
    assert server.flag.on
    assert server.writes == []


@pytest.mark.requirement(25)
async def test_a_screen_that_is_stopped_before_enter_sends_nothing(
    house: House, server: Misbehaving, terminal: Terminal
) -> None:
    await terminal.ready()
    terminal.signal(signal.SIGSTOP)
    await asyncio.sleep(0.2)
    assert server.writes == []
    terminal.signal(signal.SIGKILL)
    await until(lambda: not lives(terminal.executor))
    assert house.journal.rows() == []


@pytest.mark.requirement(25)
async def test_the_executor_ignores_hangup_and_interrupt(
    house: House, server: Misbehaving, client: ExecutorClient
) -> None:
    await prepared(client)
    os.kill(client.pid, signal.SIGHUP)
    os.kill(client.pid, signal.SIGINT)
    client.go("after both")
    assert (await last(client)).exit_status == 0


async def test_the_executor_has_a_session_of_its_own_and_no_terminal(
    house: House, client: ExecutorClient
) -> None:
    await prepared(client)
    assert os.getsid(client.pid) == client.pid
    process = Path(f"/proc/{client.pid}")
    assert {str((process / "fd" / name).readlink()) for name in "012"} == {"/dev/null"}
    assert str((process / "cwd").readlink()) == "/"


async def test_a_configuration_that_is_broken_is_said_before_enter(house: House) -> None:
    house.config_path.write_text("[[feature]\n")
    client = ExecutorClient.start(house.config_path, "support-drafts@production", operator=MARA)
    ready = await prepared(client)
    assert "TOML" in ready.problem
    assert ready.levers == ()
    client.leave()
    await until(lambda: not lives(client.pid))


async def test_a_lever_that_cannot_say_its_requests_does_not_stop_the_others(
    house: House, server: Misbehaving
) -> None:
    text = house.config_path.read_text()
    token = f"file:{house.directory / 'token'}"
    house.config_path.write_text(text.replace(token, "file:~no-such-user/token"))
    client = ExecutorClient.start(house.config_path, "support-drafts@production", operator=MARA)
    ready = await prepared(client)
    assert [lever.sketches == () for lever in ready.levers] == [True, False]
    client.go("14 of 38 answers failed")
    await until(lambda: house.forced)
    client.leave()
    os.kill(client.pid, signal.SIGKILL)
    await until(lambda: not lives(client.pid))


def arguments_of(pid: int) -> bytes:
    """The command line that every user of the machine can see."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def files_with(text: str, directory: Path) -> list[str]:
    """Names of files that hold a text."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes()]


@pytest.mark.requirement(28)
async def test_no_secret_is_in_argv_journal_or_reports(
    house: House, server: Misbehaving, client: ExecutorClient
) -> None:
    server.on_write = Fault.SERVER_ERROR
    got = repr(await prepared(client))
    arguments = arguments_of(client.pid)
    client.go("because")
    got += repr(await reports(client, Ladder))
    await until(lambda: house.forced)
    client.leave()
    assert TOKEN.encode() not in arguments
    assert TOKEN not in got
    assert files_with(TOKEN, house.directory) == ["token"]
    server.on_write = Fault.NONE


@pytest.mark.requirement(1)
def test_the_kill_switch_imports_no_screen_and_no_signals() -> None:
    program = """
import sys
import console.killswitch.executor, console.killswitch.command, console.killswitch.execution
import console.killswitch.lookout, console.killswitch.probes, console.killswitch.prove
barred = ("textual", "rich", "widgets", "console.signals", "console.tui", "console.feature", "console.demo")
print([name for name in sys.modules if name.startswith(barred)])
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert ran.stdout.strip() == "[]"


@pytest.mark.kill
@pytest.mark.requirement(4)
async def test_twenty_executors_at_once_are_one_effect_and_twenty_intents(
    house: House, server: Misbehaving
) -> None:
    clients = [
        ExecutorClient.start(house.config_path, "support-drafts@production", operator=MARA) for _ in range(20)
    ]
    for client in clients:
        await until(lambda ready=client: bool(ready.receive()), 60)  # type: ignore[misc]
    for client in clients:
        client.go("all at once")
    for client in clients:
        client.leave()
        await until(lambda pid=client.pid: not lives(pid), 60)  # type: ignore[misc]
    assert server.flag.version == 8
    assert not server.flag.on
    assert len(house.journal.rows(kinds=("intent",))) == 20
    assert house.journal.verify() == ()


@pytest.mark.kill
@pytest.mark.requirement(25)
async def test_a_screen_that_is_not_read_for_30_seconds_holds_up_nothing(
    house: House, server: Misbehaving, terminal: Terminal
) -> None:
    house.write(below=True)
    server.on_write = Fault.SERVER_ERROR
    await terminal.ready()
    terminal.type("go\n")
    await until(lambda: house.forced)
    await asyncio.sleep(30)
    server.on_write = Fault.NONE
    await until(lambda: not server.flag.on, 60)
    await until(lambda: not lives(terminal.executor), 60)
