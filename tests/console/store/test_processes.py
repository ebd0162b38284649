"""Consoles of one user, in processes of their own, over one journal and one history."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.store.history import History
from console.store.journal import Journal, Position
from console.store.kept import Latch
from tests.console.store.conftest import DAY, NOW, Open, begin, until

ROOT = Path(__file__).resolve().parents[3]
PLACE = ("replies", "production")

JOURNAL = """
import sys
from pathlib import Path
from console.store.journal import Journal
journal = Journal(Path(sys.argv[1]), Path(sys.argv[2]))
name = sys.argv[3]
print("ready", flush=True)
for line in sys.stdin:
    body = {"who": name, "text": line.strip()}
    journal.append("note", feature="replies", environment="production", body=body)
    print("done", flush=True)
"""

HISTORY = """
import asyncio, itertools, sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from adapters.signals.port import Ratio, Reading
from console.store.history import History
from console.store.kept import Latch, Observed, Presence
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=timezone.utc)
name = sys.argv[2]
PLACE = ("replies", "production")
history = History(Path(sys.argv[1]), retention=90 * DAY, prompts_retention=DAY, now=lambda: NOW)
async def main():
    history.latch(*PLACE, Latch(name, NOW, "14 of 38"))
    history.present(Presence(name, "Ada", *PLACE, "signals", NOW))
    await history.flush()
    for number in itertools.count():
        readings = [
            Reading(name, NOW - n * MINUTE, NOW - (n - 1) * MINUTE, Ratio(number, 10**6), None)
            for n in range(400)
        ]
        history.keep(*PLACE, readings)
        history.observe(Observed(*PLACE, "verdict", f"{number}", NOW, None, {"who": name}))
        await history.flush()
        assert history.problem == "", history.problem
        print(number, flush=True)
        if number == int(sys.argv[3]):
            break
    await history.aclose()
asyncio.run(main())
"""


@contextmanager
def process(program: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def say(running: subprocess.Popen[str], text: str) -> None:
    assert running.stdin is not None
    running.stdin.write(f"{text}\n")
    running.stdin.flush()


def hear(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def test_each_console_sees_the_others_act_within_a_second(tmp_path: Path) -> None:
    places = (tmp_path / "console.db", tmp_path / "second.db")
    seen: dict[str, float] = {}
    stop = threading.Event()

    def follow() -> None:
        journal = Journal(*places)
        position: Position | None = None
        revision: tuple[int, ...] | None = None
        while not stop.wait(0.4):
            now = journal.revision()
            if now != revision:
                revision = now
                found = journal.rows_after(position, feature="replies", environment="production")
                position = found.position
                assert found.problem == found.finding == ""
                for row in found.rows:
                    assert row.body["text"] not in seen
                    seen[row.body["text"]] = time.monotonic()

    follower = threading.Thread(target=follow)
    with process(JOURNAL, *places, "a") as one, process(JOURNAL, *places, "b") as other:
        assert hear(one) == hear(other) == "ready"
        follower.start()
        told: dict[str, float] = {}
        for number in range(6):
            writer = (one, other)[number % 2]
            told[f"act {number}"] = time.monotonic()
            say(writer, f"act {number}")
            assert hear(writer) == "done"
            limit = time.monotonic() + 5
            while f"act {number}" not in seen and time.monotonic() < limit:
                stop.wait(0.01)
    stop.set()
    follower.join()
    assert seen.keys() == told.keys()
    assert max(seen[text] - told[text] for text in told) < 1.0
    assert Journal(*places).verify() == ()


async def test_several_processes_write_one_history_and_lose_nothing(opened: Open, path: Path) -> None:
    history = opened()
    await begin(history)
    with process(HISTORY, path, "a", 5) as one, process(HISTORY, path, "b", 5) as other:
        for running in (one, other):
            assert await asyncio.to_thread(running.wait, 60) == 0
    found = await history.readings(*PLACE, since=NOW - DAY)
    assert len(found) == 800
    assert {getattr(one.observation, "bad", None) for one in found} == {5}
    assert len(await history.changes(*PLACE, since=NOW - DAY)) == 6
    assert set(await history.latches(*PLACE)) == {"a", "b"}
    assert {one.console for one in await history.presences(within=DAY)} == {"a", "b"}
    assert (history.problem, history.findings) == ("", ())


async def test_a_console_that_is_killed_while_it_writes_breaks_nothing(opened: Open, path: Path) -> None:
    watching = opened()
    await begin(watching)
    for attempt in range(3):
        with process(HISTORY, path, f"killed {attempt}", -1) as running:
            assert await asyncio.to_thread(hear, running) == "0"
            # It is somewhere in the middle of its next writes.
            running.send_signal(signal.SIGKILL)
    assert sound(path)
    after = opened()
    assert set(await after.latches(*PLACE)) == {f"killed {attempt}" for attempt in range(3)}
    # A slice is written whole or not at all: no reading of one slice is older than another.
    found = await after.readings(*PLACE, since=NOW - DAY)
    for attempt in range(3):
        mine = [one for one in found if one.signal == f"killed {attempt}"]
        assert len(mine) == 400
        assert len({getattr(one.observation, "bad", None) for one in mine}) == 1
    after.latch(*PLACE, Latch("errors", NOW, "goes on"))
    await after.flush()
    assert "errors" in await watching.latches(*PLACE)
    assert (after.problem, after.findings, watching.problem, watching.findings) == ("", (), "", ())


def sound(path: Path) -> bool:
    database = sqlite3.connect(path)
    try:
        return bool(database.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        database.close()


async def test_another_console_is_seen_within_a_second(opened: Open, path: Path) -> None:
    watching = opened()
    await begin(watching)
    before = watching.revision()

    async def others(history: History) -> set[str]:
        return {one.console for one in await history.presences(within=DAY)}

    with process(HISTORY, path, "other", -1) as running:
        assert await asyncio.to_thread(hear, running) == "0"
        await until(lambda: watching.revision() != before, 1.0)
        assert await others(watching) == {"other"}
