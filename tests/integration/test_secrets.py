"""No secret in any output: one word in every place where a secret may stand, looked for wherever we write."""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from console.store.rows import Row
from tests.console.drilling.person import Person
from tests.console.killswitch.house import end_executors, until
from tests.console.killswitch.terminal import lives
from tests.integration.canary import ECHO, FORMS, WORD, Place, leaks
from tests.integration.terminal import Terminal
from tests.integration.watching import Watching
from tests.integration.world import CONSOLE
from tests.servers.misbehaving import KEY, Fault, Misbehaving

pytestmark = [pytest.mark.requirement(28), pytest.mark.timeout(240)]

CONFIRM = f"--confirm={KEY}"


@pytest.fixture(autouse=True)
def core_dumps_are_let_be_made() -> Iterator[None]:
    """As by an administrator who wants them: what we start is free to leave one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    async with Misbehaving() as server:
        server.token, server.echo = WORD, ECHO
        server.drill_flag.on = False
        built = Place(tmp_path, server)
        for name, value in built.environment.items():
            monkeypatch.setenv(name, value)
        yield built
        end_executors(built.journal)


@contextmanager
def watched_arguments() -> Iterator[set[bytes]]:
    """What any process shows of itself to every user of the machine, while the block runs."""
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    seen.add((process / "cmdline").read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def core_dumps() -> set[Path]:
    """Those of processes that stand in the root directory, as an executor does."""
    return set(Path("/").glob("core*"))


async def all_outputs(place: Place) -> dict[str, bytes]:
    """Do everything that writes, while things fail as loudly as they can, and gather what was written."""
    outputs: dict[str, bytes] = {}

    async def command(*arguments: str) -> None:
        done = await place.run(*arguments)
        outputs[f"console {' '.join(arguments)}"] = (done.out + done.talk).encode()

    before = core_dumps()
    with watched_arguments() as arguments:
        outputs["a drill"] = await a_drill(place)
        place.server.on_write = Fault.FORBIDDEN
        for words in (
            ("doctor",), ("doctor", "--json"), ("status",), ("status", "--json"), ("card", "support-drafts"),
            ("gates", "support-drafts"), ("gates", "support-drafts", "--markdown"),
            ("kill", "support-drafts"), ("kill", "support-drafts", CONFIRM),
            ("kill", "support-drafts", CONFIRM, "--json"),
            ("restore", "support-drafts", "--to=5%", CONFIRM, "--reason=mended", "--json"),
        ):  # fmt: skip
            await command(*words)
        with (place.state / "console.db.head").open("a") as head:
            # As for a dead disk: what is written now goes to the second place.
            fcntl.flock(head, fcntl.LOCK_EX)
            await command("note", "support-drafts", "told them")
        outputs["the screen"] = await asyncio.to_thread(screen, place)
        outputs["a screen that crashed"] = await asyncio.to_thread(crash, place)
        await executor_dies(place, signal.SIGKILL)
        await executor_dies(place, signal.SIGABRT)
        outputs["console watch"] = await asyncio.to_thread(watch, place)
        for words in (("timeline", "support-drafts"), ("timeline", "support-drafts", "--json"),
                      ("status", "--json"), ("doctor",), ("audit", "verify")):  # fmt: skip
            await command(*words)
        outputs["arguments of every process"] = b"\n".join(arguments)
    outputs.update(place.written())
    outputs.update({str(dump): dump.read_bytes() for dump in core_dumps() - before})
    return outputs


async def a_drill(place: Place) -> bytes:
    person = Person(place.config, "production")
    await person.phase("running")
    person.client.go("a made-up breach")
    await person.sees(lambda told: told.ladder is not None and told.ladder.exit_status is not None)
    told = await person.ends()
    Person.all_leave()
    return repr(told).encode()


def on_terminal(place: Place) -> Terminal:
    return Terminal(
        [*CONSOLE, "--config", str(place.config)],
        environment={**place.environment, "USER": "mara"},
        folder=place.folder,
        columns=120,
        rows=40,
    )


def shown(terminal: Terminal) -> bytes:
    return b"".join(chunk.data for chunk in terminal.chunks)


def screen(place: Place) -> bytes:
    """Somebody looks at everything and kills, on a terminal."""
    with on_terminal(place) as terminal:
        terminal.wait_for("support-drafts-ai +ON", seconds=30)
        for key, shows in (("!", "can I kill"), ("c", "MANUAL CARD"), ("5", "timeline"), ("1", "signals")):
            terminal.type(key)
            terminal.wait_for(shows, seconds=20)
        terminal.type("K")
        terminal.wait_for("KILL  support-drafts")
        terminal.type("\x1bOQ")
        terminal.wait_for("curl", seconds=20)
        terminal.type("\x1bOQ")
        terminal.type(*"kill")
        terminal.wait_for("Enter kills")
        terminal.type("enter")
        terminal.wait_for("journaled", seconds=20)
        terminal.wait_for(r"may not|refused|403|status 3", seconds=20)
        terminal.type("esc", "q")
        terminal.exit_status(seconds=15)
        return shown(terminal)


def crash(place: Place) -> bytes:
    """The screen crashes in the middle of its work."""
    with on_terminal(place) as terminal:
        terminal.wait_for("support-drafts-ai +ON", seconds=30)
        terminal.signal(signal.SIGABRT)
        assert terminal.exit_status(seconds=15) == -signal.SIGABRT
        return shown(terminal)


async def executor_dies(place: Place, by: signal.Signals) -> None:
    """The process of a kill is ended while a lever hangs."""
    place.server.on_write = Fault.NEVER_ANSWERS
    reason = f"ended by {by.name}"
    killing = asyncio.create_task(place.run("kill", "support-drafts", CONFIRM, f"--reason={reason}"))

    def intents() -> list[Row]:
        return [row for row in place.journal.rows(kinds=("intent",)) if row.body["reason"] == reason]

    await until(lambda: bool(intents()), 30)
    pid = intents()[0].body["pid"]
    os.kill(pid, by)
    await until(lambda: not lives(pid))
    place.server.on_write = Fault.FORBIDDEN
    await killing


def watch(place: Place) -> bytes:
    """Somebody's service finds the kills that never ended, and says so."""
    with Watching(place.config, environment=place.environment) as watching:
        watching.wait_for("\tarming\t")
        watching.wait_for("\tkill\t")
        watching.end()
        assert watching.process.stderr is not None
        return "\n".join([*watching.lines, watching.process.stderr.read()]).encode()


async def test_a_secret_stands_in_no_output_whatever_fails(place: Place) -> None:
    outputs = await all_outputs(place)
    for name in ("console.db", "second.db", "console-history.db", "heads", "console.log"):
        assert outputs[f"state/{name}"], f"{name} was looked into"
    assert any("last-good" in name for name in outputs)
    assert any("cards" in name for name in outputs)
    for said in (b"this is a 403", b"told them", b"ended by SIGKILL"):
        assert any(said in output for output in outputs.values()), "what was said and done is in there"
    assert leaks(outputs) == []


@pytest.mark.parametrize("form", FORMS)
def test_the_search_finds_each_form_of_the_word(form: str) -> None:
    assert f"a file: {form}" in leaks({"a file": b"x" + FORMS[form].encode() + b"y"})
