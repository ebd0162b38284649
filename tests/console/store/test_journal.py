"""The journal: durable, chained, bounded, and with a second place."""

from __future__ import annotations

import fcntl
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.store.chain import Chain
from console.store.journal import SECONDS, Journal, JournalError


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return tmp_path / "state" / "console.db"


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return tmp_path / "second" / "journal.db"


@pytest.fixture
def journal(first: Path, second: Path) -> Journal:
    return Journal(first, second)


def fill(journal: Journal, rows: int = 5, kill_id: str = "k") -> None:
    for number in range(rows):
        journal.append("note", feature="f", environment="e", kill_id=kill_id, body={"n": number})


def tamper(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path)
    database.execute("DROP TRIGGER journal_rows_stay")
    database.execute("DROP TRIGGER journal_rows_are_kept")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_rows_come_back_as_they_were_written(journal: Journal, first: Path) -> None:
    written = journal.append("note", feature="f", environment="e", kill_id="k", body={"text": "ä\x1b"})
    assert (written.row, written.place, written.problem) == (1, first, "")
    (row,) = journal.rows()
    assert (row.number, row.kind, row.feature, row.body) == (1, "note", "f", {"text": "ä\x1b"})
    assert journal.verify() == ()


def test_the_files_are_private_to_the_user(journal: Journal, first: Path) -> None:
    fill(journal)
    assert first.parent.stat().st_mode & 0o777 == 0o700
    for path in first.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


def test_rows_cannot_be_changed_by_accident(journal: Journal, first: Path) -> None:
    fill(journal)
    database = sqlite3.connect(first)
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        database.execute("UPDATE journal SET body = '{}'")
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        database.execute("DELETE FROM journal")
    database.close()


@pytest.mark.parametrize(
    ("change", "row", "words"),
    [
        ("UPDATE journal SET body = '{\"n\":9}' WHERE number = 3", 3, "was changed"),
        ("UPDATE journal SET at = '2020-01-01T00:00:00+00:00' WHERE number = 2", 2, "was changed"),
        ("DELETE FROM journal WHERE number = 3", 4, "row 3 before row 4"),
        ("DELETE FROM journal WHERE number IN (2, 3)", 4, "rows 2 to 3 before row 4"),
        ("DELETE FROM journal WHERE number = 5", 4, "rows after 4 were cut off: the head file knows row 5"),
        ("DELETE FROM journal", None, "rows after 0 were cut off"),
    ],
)
def test_tampering_is_found_and_the_row_named(
    journal: Journal, first: Path, change: str, row: int | None, words: str
) -> None:
    fill(journal)
    tamper(first, change)
    findings = journal.verify()
    assert any(finding.row == row and words in finding.text for finding in findings), findings


def test_rows_that_changed_places_are_found(journal: Journal, first: Path) -> None:
    fill(journal)
    tamper(
        first,
        "UPDATE journal SET number = 99 WHERE number = 2",
        "UPDATE journal SET number = 2 WHERE number = 3",
        "UPDATE journal SET number = 3 WHERE number = 99",
    )
    assert {finding.row for finding in journal.verify()} >= {2, 3}


def test_without_a_head_file_it_says_what_cannot_be_excluded(journal: Journal, first: Path) -> None:
    fill(journal)
    first.with_name("console.db.head").unlink()
    (finding,) = journal.verify()
    assert "cut off at the end cannot be excluded" in finding.text


def test_a_row_that_is_added_while_the_chain_is_computed_is_no_finding(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(journal)
    raw = Chain._raw

    def then_one_more(chain: Chain, where: str, values: tuple[object, ...]) -> list[Any]:
        rows = raw(chain, where, values)
        fill(journal, rows=1)
        return rows

    monkeypatch.setattr(Chain, "_raw", then_one_more)
    assert journal.verify() == ()


@pytest.mark.requirement(22)
def test_writers_in_many_threads_keep_one_chain(first: Path, second: Path) -> None:
    journals = [Journal(first, second) for _ in range(8)]
    threads = [
        threading.Thread(target=fill, args=(journal, 4, str(number)))
        for number, journal in enumerate(journals)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journals[0].rows()) == 32
    assert journals[0].verify() == ()


def _locked(path: Path) -> Callable[[], None]:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    return database.close


def test_a_locked_database_sends_rows_to_the_second_place_in_time(
    journal: Journal, first: Path, second: Path
) -> None:
    fill(journal, 1)
    release = _locked(first)
    began = time.monotonic()
    written = journal.append("note", body={})
    assert time.monotonic() - began < SECONDS + 0.15
    assert written.place == second
    assert "locked" in written.problem
    release()
    assert journal.append("note", body={}).place == first
    assert len(journal.rows()) == 3
    assert journal.verify() == ()


def test_a_place_that_was_only_slow_does_not_tell_a_row_twice(
    journal: Journal, first: Path, second: Path
) -> None:
    fill(journal, 1)
    with first.with_name("console.db.head").open("r+") as head:
        fcntl.flock(head, fcntl.LOCK_EX)
        assert journal.append("note", kill_id="slow", body={}).place == second
    assert [row.kill_id for row in journal.rows()] == ["k", "slow"]


def test_a_deleted_directory_is_made_again_and_no_row_is_lost_in_silence(
    journal: Journal, first: Path
) -> None:
    fill(journal, 2)
    for path in first.parent.iterdir():
        path.unlink()
    first.parent.rmdir()
    assert journal.append("note", body={}).row == 1
    assert len(journal.rows()) == 1


def test_a_place_that_cannot_be_written_is_passed_by(tmp_path: Path, second: Path) -> None:
    (tmp_path / "file").write_text("")
    written = Journal(tmp_path / "file" / "console.db", second).append("note", body={})
    assert written.place == second
    assert "file" in written.problem


def test_a_file_that_is_no_database_is_passed_by(first: Path, second: Path) -> None:
    first.parent.mkdir()
    first.write_bytes(b"this is not a database, and long enough to be read as one" * 100)
    assert Journal(first, second).append("note", body={}).place == second


@pytest.mark.requirement(7)
def test_when_neither_place_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "a.db", tmp_path / "file" / "b.db")
    written = journal.append("note", body={})
    assert (written.row, written.place) == (None, None)
    assert "a.db" in written.problem
    assert "b.db" in written.problem
    assert journal.rows() == []


@pytest.mark.requirement(7)
def test_a_full_disk_is_no_reason_to_wait_or_to_raise(tmp_path: Path) -> None:
    program = f"""
import resource, signal, time
from pathlib import Path
from console.store.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
journal = Journal(Path({str(tmp_path)!r}) / "a.db", Path({str(tmp_path)!r}) / "b.db")
began = time.monotonic()
assert journal.append("note", body={{}}).row is None
assert time.monotonic() - began < 0.6
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30, cwd=_root())


@pytest.mark.requirement(7)
def test_a_disk_that_hangs_costs_a_quarter_second_and_does_not_hold_the_exit(tmp_path: Path) -> None:
    with (tmp_path / "a.db.head").open("w") as head:
        # Whoever wants to note the newest row waits for this lock as it would for a dead disk.
        fcntl.flock(head, fcntl.LOCK_EX)
        program = f"""
import time
from pathlib import Path
from console.store.journal import Journal
journal = Journal(Path({str(tmp_path)!r}) / "a.db", Path({str(tmp_path)!r}) / "b.db")
for _ in range(2):
    began = time.monotonic()
    written = journal.append("note", body={{}})
    assert time.monotonic() - began < 0.6, time.monotonic() - began
    assert written.place.name == "b.db", written
    assert "does not answer" in written.problem
"""
        subprocess.run([sys.executable, "-c", program], check=True, timeout=30, cwd=_root())


def test_the_revision_moves_with_every_row_of_any_process(
    journal: Journal, first: Path, second: Path
) -> None:
    seen = [journal.revision()]
    for _ in range(3):
        Journal(first, second).append("note", body={})
        seen.append(journal.revision())
    assert len(set(seen)) == 4


def test_a_journal_that_cannot_be_read_says_so(journal: Journal, first: Path) -> None:
    first.parent.mkdir()
    first.write_bytes(b"no database at all" * 100)
    with pytest.raises(JournalError, match=r"console\.db"):
        journal.rows()
    (finding,) = journal.verify()
    assert "cannot be read" in finding.text


def _root() -> Path:
    return Path(__file__).resolve().parents[3]
