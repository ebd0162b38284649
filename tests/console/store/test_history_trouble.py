"""A history whose disk, file or neighbour is in the way: a sentence, never a crash, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from console.store import inbox
from console.store.archive import MOST_BROKEN
from console.store.history import History, moved_aside
from console.store.kept import Latch, Observed
from tests.console.store.conftest import DAY, MINUTE, NOW, Clock, Open, begin, reading, until

ROOT = Path(__file__).resolve().parents[3]
PLACE = ("replies", "production")
LATCH = Latch("errors", NOW, "14 of 38")


def fill(history: History, key: str = "k") -> None:
    history.keep(*PLACE, [reading()])
    history.observe(Observed(*PLACE, "verdict", key, NOW, None, {}))
    history.latch(*PLACE, LATCH)


async def is_there(history: History, key: str = "k") -> bool:
    return (
        reading() in await history.readings(*PLACE, since=NOW - DAY)
        and key in {seen.key for seen in await history.changes(*PLACE, since=NOW - DAY)}
        and await history.latches(*PLACE) == {"errors": LATCH}
    )


def lock(path: Path) -> Callable[[], None]:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    return database.close


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def is_quiet(history: History) -> bool:
    return history.problem == ""


def rubbish(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"this is not a database, and long enough to be read as one" * 100)


async def test_what_waits_for_a_locked_file_is_written_when_it_is_let_go(opened: Open, path: Path) -> None:
    await begin(opened())
    release = lock(path)
    history = opened()
    began = time.monotonic()
    fill(history)
    assert time.monotonic() - began < 0.05
    await until(lambda: "another program has locked it" in history.problem)
    assert str(path) in history.problem
    # What is there can be read all the same.
    assert await history.latches(*PLACE) == {}
    release()
    assert await until(lambda: history.problem == "") < 2.5
    assert await is_there(history)


async def test_a_question_to_a_file_that_is_locked_whole_is_answered_once_it_is_free(
    opened: Open, path: Path
) -> None:
    first = opened()
    fill(first)
    await first.aclose()
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA locking_mode=EXCLUSIVE")
    database.execute("BEGIN EXCLUSIVE")
    history = opened()
    asked = asyncio.create_task(history.latches(*PLACE))
    await until(lambda: history.problem)
    database.close()
    assert await asked == {"errors": LATCH}


async def test_a_deleted_file_is_begun_anew_with_what_stands_now(opened: Open, path: Path) -> None:
    history = opened()
    history.latch(*PLACE, LATCH)
    await history.flush()
    for each in path.parent.iterdir():
        each.unlink()
    path.parent.rmdir()
    fill(history)
    await history.flush()
    assert await is_there(history)
    assert await is_there(opened())
    assert history.problem == ""


async def test_a_deleted_file_loses_no_latch_of_another_time(opened: Open, path: Path) -> None:
    before = opened()
    before.latch(*PLACE, LATCH)
    await before.aclose()
    history = opened()
    assert await history.latches(*PLACE) == {"errors": LATCH}
    shutil.rmtree(path.parent)
    history.keep(*PLACE, [reading()])
    await history.flush()
    assert await opened().latches(*PLACE) == {"errors": LATCH}


async def test_another_file_in_its_place_is_taken(opened: Open, path: Path) -> None:
    history = opened()
    await begin(history)
    shutil.rmtree(path.parent)
    other = opened()
    other.observe(Observed(*PLACE, "flag", "theirs", NOW, None, {}))
    await other.flush()
    fill(history)
    await history.flush()
    assert {seen.key for seen in await other.changes(*PLACE, since=NOW)} == {"k", "theirs"}


async def test_a_path_that_cannot_be_made_is_a_sentence_until_it_can(opened: Open, path: Path) -> None:
    path.parent.write_text("a file where the directory should be")
    history = opened()
    fill(history)
    await until(lambda: history.problem)
    assert str(path) in history.problem
    assert await history.readings(*PLACE, since=NOW - DAY) == []
    path.parent.unlink()
    assert await until(lambda: history.problem == "") < 2.5
    assert await is_there(history)


def test_a_directory_in_its_place_is_a_sentence(opened: Open, path: Path) -> None:
    path.mkdir(parents=True)
    history = opened()
    assert asyncio.run(history.latches(*PLACE)) == {}
    assert "is no file" in history.problem
    assert path.is_dir()


SMALL_DISK = """
import asyncio, subprocess, sys
from pathlib import Path
from console.store.history import History, moved_aside
from tests.console.store.conftest import *
from tests.console.store.test_history_trouble import *
disk = Path(sys.argv[1])
def open_():
    return History(disk / "h.db", retention=90 * DAY, prompts_retention=DAY, now=Clock())
def mount(options):
    subprocess.run(["mount", "-o", options, disk], check=True)
"""


def on_a_small_disk(tmp_path: Path, program: str) -> str:
    """Run a program whose only argument is a disk of 4 MB; give what it says."""
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=4m tmpfs {disk}"
    if shutil.which("unshare") is None or subprocess.run([*inside, mount], capture_output=True).returncode:
        pytest.skip("no disk of one's own can be mounted here")
    code = f"{SMALL_DISK}\nasync def main():\n{textwrap.indent(program, '    ')}\nasyncio.run(main())"
    done = subprocess.run(
        [*inside, f'{mount} && exec "$@"', "sh", sys.executable, "-c", code, disk],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_a_sentence_and_nothing_is_lost(tmp_path: Path) -> None:
    said = on_a_small_disk(
        tmp_path,
        """
history = open_()
fill(history, "before")
await history.flush()
ballast = disk / "ballast"
with ballast.open("wb", buffering=0) as file:
    try:
        while file.write(b"x" * 4096): pass
    except OSError: pass
history.keep(*PLACE, first_batch()[:3000])
fill(history)
await until(lambda: history.problem)
print(history.problem)
assert await is_there(history, "before"), "what is there can be read"
ballast.unlink()
await until(lambda: not history.problem)
assert await is_there(history)
await history.aclose()
""",
    )
    assert "the disk is full" in said
    assert "make room" in said


def test_a_disk_that_was_made_read_only_is_a_sentence_and_is_written_later(tmp_path: Path) -> None:
    said = on_a_small_disk(
        tmp_path,
        """
before = open_()
before.latch(*PLACE, LATCH)
await before.aclose()
mount("remount,ro")
history = open_()
history.observe(Observed(*PLACE, "verdict", "k", NOW, None, {}))
history.keep(*PLACE, [reading()])
await until(lambda: history.problem)
print(history.problem)
mount("remount,rw")
await until(lambda: not history.problem)
assert await is_there(history)
await history.aclose()
""",
    )
    assert "h.db" in said
    assert "waits" in said


async def test_a_broken_file_is_moved_aside_and_a_new_one_begun(opened: Open, path: Path) -> None:
    rubbish(path)
    history = opened()
    fill(history)
    await until(lambda: history.findings)
    assert await until(lambda: history.problem == "") < 2.5
    assert await is_there(history)
    (finding,) = history.findings
    assert "it was moved to console-history.db.broken-20260302T093000" in finding
    aside = path.with_name("console-history.db.broken-20260302T093000")
    assert aside.read_bytes().startswith(b"this is not a database")


async def test_rubbish_in_place_of_an_open_file_loses_no_latch_that_stands(opened: Open, path: Path) -> None:
    history = opened()
    history.latch(*PLACE, LATCH)
    await history.flush()
    for each in path.parent.iterdir():
        each.unlink()
    rubbish(path)
    fill(history)
    await until(lambda: history.findings)
    await until(lambda: history.problem == "")
    assert await is_there(history)


async def test_two_consoles_that_find_a_broken_file_move_it_once(opened: Open, path: Path) -> None:
    rubbish(path)
    consoles = [opened() for _ in range(3)]
    for number, history in enumerate(consoles):
        fill(history, str(number))
    for number, history in enumerate(consoles):
        await until(partial(is_quiet, history))
        await history.flush()
        assert await is_there(history, str(number))
    assert len(moved_aside(path)) == 1
    assert len(await consoles[0].changes(*PLACE, since=NOW)) == 3


async def test_a_disk_that_breaks_file_after_file_does_not_fill_with_them(opened: Open, path: Path) -> None:
    rubbish(path)
    for number in range(MOST_BROKEN):
        rubbish(path.with_name(f"{path.name}.broken-2026010{number + 1}T000000"))
    history = opened()
    fill(history)
    await until(lambda: "look at the disk" in history.problem)
    assert len(moved_aside(path)) == MOST_BROKEN


async def test_a_file_of_a_newer_console_is_left_alone(opened: Open, path: Path) -> None:
    first = opened()
    fill(first)
    await first.aclose()
    database = sqlite3.connect(path)
    database.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('console-history', '0099-of-tomorrow', 'then')"
    )
    database.commit()
    database.close()
    before = bytes_of(path)
    history = opened()
    fill(history, "ours")
    await until(lambda: history.problem)
    assert "newer console (0099-of-tomorrow)" in history.problem
    assert "update" in history.problem
    await history.aclose()
    assert bytes_of(path) == before


async def test_a_database_of_something_else_is_left_alone(opened: Open, path: Path) -> None:
    path.parent.mkdir()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE journal (number INTEGER)")
    database.close()
    before = bytes_of(path)
    history = opened()
    fill(history)
    await until(lambda: "something else" in history.problem)
    await history.aclose()
    assert bytes_of(path) == before


async def test_a_schema_of_an_older_console_is_brought_up_to_date(opened: Open, path: Path) -> None:
    first = opened()
    fill(first)
    await first.aclose()
    database = sqlite3.connect(path)
    database.execute("DROP TABLE prompts")
    database.execute("DELETE FROM _sqlite_migrations WHERE name = '0005-prompts'")
    database.commit()
    database.close()
    history = opened()
    assert await is_there(history)
    assert await history.prompts(*PLACE, since=NOW) == []
    assert history.problem == ""


async def test_memory_stays_bounded_while_the_disk_is_away(
    opened: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_READINGS", 2_000)
    monkeypatch.setattr(inbox, "MOST_CHANGES", 100)
    path.parent.write_text("a file where the directory should be")
    history = opened()
    for number in range(6_000):
        history.keep(*PLACE, [reading(NOW - number * MINUTE)])
        history.observe(Observed(*PLACE, "verdict", str(number), NOW, None, {}))
    await until(lambda: history.problem)
    path.parent.unlink()
    await until(lambda: history.problem == "")
    found = await history.readings(*PLACE, since=NOW - 30 * DAY)
    assert 1_500 < len(found) <= 2_000
    # The newest to come are those that were kept.
    assert min(one.start for one in found) == NOW - 5_999 * MINUTE
    assert [seen.key for seen in await history.changes(*PLACE, since=NOW)][-1] == "5999"
    await until(lambda: "given up" in " ".join(history.findings))


async def test_a_disk_that_hangs_holds_up_nobody(
    opened: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A pipe that nobody reads stands for it: the owning thread waits in it as in a dead disk.
    out, into = os.pipe()
    history = opened()
    await begin(history)
    monkeypatch.setattr("console.store.owner.writing", lambda _: os.read(out, 1))
    monkeypatch.setattr("console.store.owner.HANG_SECONDS", 0.2)
    monkeypatch.setattr("console.store.history.READ_SECONDS", 0.3)
    began = time.monotonic()
    fill(history)
    assert time.monotonic() - began < 0.05
    assert await history.changes(*PLACE, since=NOW) == []
    assert "does not answer" in history.problem
    assert time.monotonic() - began < 2.0
    await history.aclose()
    assert time.monotonic() - began < 4.0
    os.close(into)
    os.close(out)


async def test_an_old_world_that_ran_ahead_is_no_trouble(opened: Open, clock: Clock) -> None:
    history = opened()
    history.keep(*PLACE, [reading(NOW + 400 * DAY)])
    history.keep(*PLACE, [reading()])
    assert reading() in await history.readings(*PLACE, since=NOW - DAY)
