"""A cut tail is found though the head file was cut with it: others know the head as well."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC
from functools import partial
from pathlib import Path

import pytest

from console.config import Config
from console.fleet import Fleet
from console.store.audit import Audit
from console.store.chain import Chain
from console.store.journal import Journal
from console.store.rows import Finding
from console.store.witness import TAKEN_IN, published
from tests.console.killswitch.house import House, until
from tests.console.store.test_tampering import written
from tests.integration.command import console
from tests.servers.misbehaving import KEY, Misbehaving

pytestmark = pytest.mark.requirement(22)

ROWS = 12


def cut(path: Path, last: int) -> None:
    """Cut everything after a row, and the head file as well, so that the chain looks whole."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER journal_rows_are_kept")
        database.execute("DELETE FROM journal WHERE number > ?", (last,))
        row = database.execute("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1").fetchone()
    head = Chain(path, busy=0).head
    head.write_text(f"{row[0]:020d} {row[1]}\n") if row else head.unlink()


def audit(folder: Path, *, heads: bool = True) -> Audit:
    return Audit(folder / "console.db", folder / "second.db", folder / "away" / "heads" if heads else None)


def broken(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.text for finding in findings if finding.broken]


@pytest.mark.parametrize("last", [0, 1, 5, ROWS - 1])
def test_a_tail_that_was_cut_with_its_head_file_is_found_by_the_published_head(
    tmp_path: Path, last: int
) -> None:
    written(tmp_path, ROWS)
    assert audit(tmp_path).witness() == ""
    assert audit(tmp_path).verify() == ()
    cut(tmp_path / "console.db", last)
    assert broken(audit(tmp_path, heads=False).verify()) == []
    (text,) = broken(audit(tmp_path).verify())
    assert text.startswith(f"rows after {last} were cut off: the head published ")
    assert f"knows row {ROWS}" in text


def test_a_chain_that_was_written_anew_is_found_by_every_head_that_was_published(tmp_path: Path) -> None:
    journal = written(tmp_path, 3)
    audit(tmp_path).witness()
    journal.append("note", body={"text": "later"})
    audit(tmp_path).witness()
    for name in ("console.db", "console.db-wal", "console.db-shm", "console.db.head"):
        (tmp_path / name).unlink(missing_ok=True)
    other = Journal(tmp_path / "console.db", tmp_path / "second.db")
    for number in range(6):
        other.append("note", body={"text": f"another {number}"})
    texts = broken(audit(tmp_path).verify())
    assert len(texts) == 2
    assert all("is not the row that the head published" in text for text in texts)


def test_a_head_is_published_once_and_only_added_to(tmp_path: Path) -> None:
    journal = written(tmp_path, 2)
    heads = tmp_path / "away" / "heads"
    for _ in range(3):
        assert audit(tmp_path).witness() == ""
    first = heads.read_bytes()
    assert len(list(published(heads))) == 1
    journal.append("note", body={"text": "later"})
    audit(tmp_path).witness()
    assert heads.read_bytes().startswith(first)
    assert [mark.number for _, _, mark in published(heads)] == [2, 3]
    assert heads.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_torn_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, 2)
    audit(tmp_path).witness()
    heads = tmp_path / "away" / "heads"
    with heads.open("ab") as file:
        file.write(b"2026-11-27T03:12:08+00:00 4 ab\n\xff\xfe nonsense\n2026")
    assert broken(audit(tmp_path).verify()) == []


def test_where_no_head_was_ever_published_that_is_said_and_not_called_broken(tmp_path: Path) -> None:
    written(tmp_path, 2)
    (finding,) = audit(tmp_path).verify()
    assert not finding.broken
    assert "no head was ever published" in finding.text


@pytest.mark.parametrize("left", ["", "2026-11-27T03:12:08+00:00 4 ab /another/console.db\n"])
def test_a_published_file_that_knows_nothing_of_this_journal_is_not_said_to_agree(
    tmp_path: Path, left: str
) -> None:
    written(tmp_path, 4)
    audit(tmp_path).witness()
    (tmp_path / "away" / "heads").write_text(left)
    (finding,) = audit(tmp_path).verify()
    assert not finding.broken
    assert "cannot be excluded" in finding.text


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    written(tmp_path, 2)
    (tmp_path / "away").write_text("a file where a folder should be")
    assert "the journal's head cannot be published" in audit(tmp_path).witness()
    assert "the journal's head cannot be published" in audit(tmp_path).cannot_publish()


def test_whether_a_head_can_be_published_is_found_out_without_writing(tmp_path: Path) -> None:
    written(tmp_path, 2)
    assert audit(tmp_path).cannot_publish() == ""
    assert not (tmp_path / "away").exists()
    (tmp_path / "away" / "heads").mkdir(parents=True)
    assert "is a directory" in audit(tmp_path).cannot_publish()
    assert audit(tmp_path, heads=False).cannot_publish() == ""


async def test_the_doctor_says_that_the_head_cannot_be_published(house: House, server: Misbehaving) -> None:
    blocked = house.directory / "blocked"
    blocked.write_text("a file where a folder should be")
    text = house.config_path.read_text()
    house.config_path.write_text(text.replace("[store]\n", f'[store]\npublished_head = "{blocked}/heads"\n'))
    house.journal.append("note", body={})
    done = await asyncio.to_thread(partial(console, "doctor", "--json", config=house.config_path))
    assert "the journal's head cannot be published" in done.out
    done = await asyncio.to_thread(
        partial(console, "kill", "support-drafts", f"--confirm={KEY}", config=house.config_path)
    )
    assert done.status == 0
    assert not server.flag.on
    house.end_executors()


def second_rows(folder: Path) -> Journal:
    """Rows that went to the second place, since the first could not be written."""
    (folder / "away-for-now").mkdir()
    journal = Journal(folder / "away-for-now" / "not-a-file", folder / "second.db")
    (folder / "away-for-now" / "not-a-file").mkdir()
    for number in range(4):
        assert journal.append("step", body={"text": f"row {number}"}).place == folder / "second.db"
    return journal


def test_the_second_places_head_is_taken_into_the_first_chain_once(tmp_path: Path) -> None:
    written(tmp_path, 3)
    second_rows(tmp_path)
    for _ in range(3):
        assert audit(tmp_path, heads=False).witness() == ""
    rows = Journal(tmp_path / "console.db", tmp_path / "second.db").rows(kinds=(TAKEN_IN,))
    assert [row.body["number"] for row in rows] == [4]
    assert audit(tmp_path, heads=False).verify() == ()


@pytest.mark.parametrize("last", [0, 2, 3])
def test_a_second_place_that_was_cut_with_its_head_file_is_found_by_the_first(
    tmp_path: Path, last: int
) -> None:
    written(tmp_path, 3)
    second_rows(tmp_path)
    audit(tmp_path, heads=False).witness()
    cut(tmp_path / "second.db", last)
    (text,) = broken(audit(tmp_path, heads=False).verify())
    assert text == f"rows after {last} were cut off: a row of console.db knows row 4"


async def test_a_kill_without_a_console_publishes_the_head_and_audit_verify_finds_the_cut(
    house: House, server: Misbehaving
) -> None:
    text = house.config_path.read_text()
    heads = house.directory / "audit" / "heads"
    house.config_path.write_text(text.replace("[store]\n", f'[store]\npublished_head = "{heads}"\n'))
    run = partial(console, config=house.config_path)
    done = await asyncio.to_thread(partial(run, "kill", "support-drafts", f"--confirm={KEY}"))
    assert done.status == 0
    async with asyncio.timeout(20):
        while not there(heads):  # noqa: ASYNC110 - the kill's own process sets no event of ours
            await asyncio.sleep(0.05)
    done = await asyncio.to_thread(partial(run, "audit", "verify"))
    assert (done.status, "they agree" in done.out) == (0, True), done.out
    cut(house.config.store, 2)
    done = await asyncio.to_thread(partial(run, "audit", "verify", "--json"))
    assert done.status == 1
    (finding,) = json.loads(done.out)["findings"]
    assert finding["broken"]
    assert "were cut off: the head published" in finding["text"]
    assert os.fspath(heads) not in finding["text"]


async def test_an_open_console_publishes_heads_takes_the_second_places_in_and_says_when_it_cannot(
    house: House,
) -> None:
    heads = house.directory / "audit" / "heads"
    text = house.config_path.read_text()
    house.config_path.write_text(text.replace("[store]\n", f'[store]\npublished_head = "{heads}"\n'))
    config = house.config
    Journal(config.second_journal, house.directory / "unused").append("note", body={"text": "went second"})
    fleet = Fleet(config, "", zone=UTC, changed=lambda: None)
    await fleet.start()
    try:
        await until(lambda: len(house.journal.rows(kinds=(TAKEN_IN,))) == 1, 20)
        await until(lambda: there(heads), 20)
        await until(lambda: {chain for _, chain, _ in published(heads)} == set(map(str, places(config))), 20)
        heads.unlink()
        heads.mkdir()
        house.journal.append("note", body={"text": "and another"})
        happenings = fleet.services[0]
        await until(
            lambda: any("cannot be published" in one.text for one in happenings.snapshot.happenings), 20
        )
    finally:
        await fleet.stop()


def places(config: Config) -> tuple[Path, Path]:
    return config.store, config.second_journal


def there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@pytest.fixture
def house(tmp_path: Path, server: Misbehaving) -> House:
    built = House(tmp_path, server)
    built.write(second_lever=False)
    return built


@pytest.fixture
async def server() -> AsyncIterator[Misbehaving]:
    async with Misbehaving() as started:
        yield started
