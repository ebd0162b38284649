"""A flag in a row of an SQLite file: one row is changed or nothing is, and each trouble has its own words."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters import registry
from adapters.errors import (
    AdapterError,
    BadOptions,
    Conflict,
    Effect,
    Forbidden,
    Garbage,
    NotFound,
    Refused,
    TimedOut,
    Unreachable,
)
from adapters.flags.port import ArmingCheck, FlagProvider, Rollout
from adapters.flags.sqlite_row import BUSY_SECONDS

WHERE = "feature.flag of drafts"
SCHEMA = """
CREATE TABLE flags (
    name TEXT NOT NULL, env TEXT NOT NULL, enabled INTEGER NOT NULL, percent REAL, version INTEGER,
    changed_at TEXT, changed_by TEXT, reason TEXT
);
INSERT INTO flags VALUES ('drafts', 'production', 1, 25, 7, '2026-11-01T08:00:00Z', 'priya', '');
INSERT INTO flags VALUES ('drafts', 'staging', 1, 100, 3, NULL, NULL, NULL);
INSERT INTO flags VALUES ('other', 'production', 1, 100, 1, NULL, NULL, NULL);
"""
COLUMNS = {
    "table": "flags",
    "key_column": "name",
    "environment_column": "env",
    "percent_column": "percent",
    "version_column": "version",
    "changed_at_column": "changed_at",
    "changed_by_column": "changed_by",
    "reason_column": "reason",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "flags.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
    return path


@pytest.fixture
def only_read(file: Path) -> Path:
    file.chmod(0o400)
    return file


@pytest.fixture
def locked(file: Path) -> Iterator[None]:
    """Somebody else is in the middle of a write."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield


def flag(file: Path, **options: Any) -> FlagProvider:
    table = {"path": str(file), "key": "drafts", "environment": "production", **COLUMNS, **options}
    return registry.open_flag("sqlite", {k: v for k, v in table.items() if v is not None}, WHERE)


def contents(file: Path) -> bytes:
    return file.read_bytes()


def shell(command: str) -> str:
    """What a person's shell prints."""
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT name, env, enabled, percent, version FROM flags").fetchall()


async def check(provider: FlagProvider, name: str) -> ArmingCheck:
    return next(one for one in await provider.arm() if one.name == name)


async def test_it_is_read_as_it_stands(file: Path) -> None:
    state = await flag(file).read()
    assert (state.on, state.percent, state.version) == (True, 25.0, "7")
    assert state.changed_at is not None
    assert state.changed_at.isoformat() == "2026-11-01T08:00:00+00:00"
    assert state.changed_by is not None
    assert state.changed_by.raw == "priya"


async def test_a_switch_changes_this_row_alone_counts_its_version_up_and_says_by_whom(file: Path) -> None:
    receipt = await flag(file).switch(False, reason="14 of 38", operator="Mara Voss")
    assert receipt.version == "8"
    assert rows(file) == [
        ("drafts", "production", 0, 25.0, 8),
        ("drafts", "staging", 1, 100.0, 3),
        ("other", "production", 1, 100.0, 1),
    ]
    state = await flag(file).read()
    assert not state.on
    assert state.changed_by is not None
    assert state.changed_by.raw == "Mara Voss"
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT reason FROM flags WHERE version = 8").fetchone() == ("14 of 38",)


async def test_a_second_switch_changes_nothing(file: Path) -> None:
    for _ in range(2):
        receipt = await flag(file).switch(False, reason="", operator="Mara Voss")
    assert receipt.version == "8"


async def test_the_share_is_set_and_whether_it_is_on_stays(file: Path) -> None:
    await flag(file).set_rollout(Rollout(5.0), reason="", operator="Mara Voss")
    assert rows(file)[0] == ("drafts", "production", 1, 5.0, 8)


@pytest.mark.parametrize("options", [{"percent_column": None}, {}], ids=["no column", "users by name"])
async def test_what_the_table_cannot_hold_is_refused_and_nothing_is_changed(
    file: Path, options: dict[str, Any]
) -> None:
    before = rows(file)
    with pytest.raises(Refused):
        await flag(file, **options).set_rollout(Rollout(5.0, ("agent-1",)), reason="", operator="Mara")
    assert rows(file) == before


@pytest.mark.parametrize("hostile", ["x'; DROP TABLE flags; --", '"', "\x1b[31m", "%s", "?"])
async def test_what_people_write_is_never_read_as_sql(file: Path, hostile: str) -> None:
    await flag(file).switch(False, reason=hostile, operator=hostile)
    assert len(rows(file)) == 3
    with pytest.raises(NotFound):
        await flag(file, key=hostile).read()


@pytest.mark.parametrize(
    ("on", "off"), [("enabled", "disabled"), (2, 1), ("on", "off")], ids=["words", "numbers", "on and off"]
)
async def test_the_two_values_may_be_any(tmp_path: Path, on: int | str, off: int | str) -> None:
    path = tmp_path / "own.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE switches (key TEXT, state)")
        database.execute("INSERT INTO switches VALUES ('drafts', ?)", (on,))
        database.commit()
    provider = registry.open_flag(
        "sqlite",
        {
            "path": str(path),
            "key": "drafts",
            "environment": "production",
            "table": "switches",
            "on_column": "state",
            "on": on,
            "off": off,
        },
        WHERE,
    )
    assert (await provider.read()).on
    await provider.switch(False, reason="", operator="Mara")
    assert not (await provider.read()).on
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT state FROM switches").fetchall() == [(off,)]


async def test_a_value_that_is_neither_is_not_taken_for_off(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE flags SET enabled = 5")
        database.commit()
    with pytest.raises(Garbage, match="neither `on` nor `off`"):
        await flag(file).read()


TROUBLE = {
    "no such file": ({"path": "/no/such/flags.db"}, Unreachable),
    "no such row": ({"key": "drafts-2"}, NotFound),
    "no such table": ({"table": "features"}, NotFound),
    "no such column": ({"on_column": "active"}, NotFound),
    "several rows": ({"environment_column": None}, Conflict),
}


@pytest.mark.requirement(13)
@pytest.mark.parametrize(("options", "kind"), TROUBLE.values(), ids=TROUBLE)
async def test_each_trouble_has_its_own_words_changes_nothing_and_disarms(
    file: Path, options: dict[str, Any], kind: type[AdapterError]
) -> None:
    before = rows(file)
    provider = flag(file, **options)
    with pytest.raises(kind) as raised:
        await provider.switch(False, reason="", operator="Mara")
    assert raised.value.effect is Effect.NONE
    assert raised.value.todo
    assert rows(file) == before
    assert any(one.holds is False for one in await provider.arm())


@pytest.mark.requirement(3)
async def test_a_locked_file_is_waited_for_in_bounded_time_and_certainly_not_changed(
    file: Path, locked: None
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(TimedOut) as raised:
        await flag(file).switch(False, reason="", operator="Mara")
    assert raised.value.effect is Effect.NONE
    assert loop.time() - began < BUSY_SECONDS + 2


async def test_a_write_that_was_given_up_while_it_waited_never_comes_true_later(file: Path) -> None:
    before = rows(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody_else:
        somebody_else.execute("BEGIN EXCLUSIVE")
        written = asyncio.create_task(flag(file).switch(False, reason="", operator="Mara"))
        # No event of this loop: the thread begins by itself.
        while not (threads := [one for one in threading.enumerate() if one.name.endswith(" write")]):  # noqa: ASYNC110
            await asyncio.sleep(0)
        written.cancel()
        with pytest.raises(asyncio.CancelledError):
            await written
        somebody_else.execute("ROLLBACK")
    for thread in threads:
        await asyncio.to_thread(thread.join, 60)
        assert not thread.is_alive()
    assert rows(file) == before


async def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "flags.db"
    path.write_text("not a database, and long enough to be looked into " * 30)
    with pytest.raises(Garbage):
        await flag(path).read()


@pytest.mark.requirement(13)
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
async def test_a_file_that_may_only_be_read_is_not_armed(only_read: Path) -> None:
    with pytest.raises(Forbidden):
        await flag(only_read).switch(False, reason="", operator="Mara")
    assert any(one.holds is False for one in await flag(only_read).arm())


@pytest.mark.requirement(14)
async def test_arming_writes_nothing_and_proves_that_it_could(file: Path) -> None:
    before = contents(file)
    checks = await flag(file).arm()
    assert all(one.holds for one in checks), checks
    assert contents(file) == before


@pytest.mark.requirement(12)
async def test_a_trigger_that_may_refuse_is_said_beforehand_and_its_refusal_is_told(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "CREATE TRIGGER gate BEFORE UPDATE ON flags BEGIN SELECT RAISE(ABORT, 'wants an approval'); END"
        )
        database.commit()
    gate = await check(flag(file), "no approval gate")
    assert gate.holds is None
    assert "trigger" in gate.text
    with pytest.raises(Refused) as raised:
        await flag(file).switch(False, reason="", operator="Mara")
    assert raised.value.detail is not None
    assert "wants an approval" in raised.value.detail.raw
    assert rows(file)[0][2] == 1


@pytest.mark.requirement(16)
@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the shell has no sqlite3")
async def test_the_cards_commands_kill_and_undo_by_a_shell(file: Path) -> None:
    provider = flag(file)
    for on in (False, True):
        switch, read = provider.sketches(on, careful=on)
        for sketch, word in ((switch, "1 row changed"), (read, "1" if on else "0")):
            assert word in shell(sketch.command)
        assert (await provider.read()).on is on
    missing = flag(file, key="it's not there").sketches(False)[0]
    assert "0 row changed" in shell(missing.command)


BROKEN = {
    "a relative path": {"path": "flags.db"},
    "a table that is no name": {"table": "flags; DROP TABLE flags"},
    "a column that is no name": {"on_column": 'enabled"'},
    "on that is off": {"on": 1, "off": 1},
    "an unknown key": {"tabel": "flags"},
}


@pytest.mark.parametrize("options", BROKEN.values(), ids=BROKEN)
def test_options_that_cannot_be_used_are_named(file: Path, options: dict[str, Any]) -> None:
    with pytest.raises(BadOptions) as raised:
        flag(file, **options)
    assert raised.value.todo
