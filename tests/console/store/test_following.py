"""Reading on in the journal: what is new in both places, once, and never silently in part."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.store import held
from console.store import journal as journal_module
from console.store.journal import SECONDS, Found, Journal

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return tmp_path / "first" / "console.db"


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return tmp_path / "second" / "journal.db"


@pytest.fixture
def journal(first: Path, second: Path) -> Journal:
    return Journal(first, second, clock=Clock())


def note(journal: Journal, text: str, *, feature: str = "f", kind: str = "note") -> Path | None:
    return journal.append(kind, feature=feature, environment="e", body={"text": text}).place


def texts(found: Found) -> list[str]:
    return [row.body["text"] for row in found.rows]


def test_only_what_is_new_is_told(journal: Journal) -> None:
    note(journal, "1")
    found = journal.rows_after(None)
    assert texts(found) == ["1"]
    again = journal.rows_after(found.position)
    assert (again.rows, again.position) == ((), found.position)
    note(journal, "2")
    note(journal, "3")
    new = journal.rows_after(found.position)
    assert texts(new) == ["2", "3"]
    assert journal.rows_after(new.position).rows == ()


def test_an_empty_journal_is_read_from_its_first_row(journal: Journal) -> None:
    found = journal.rows_after(None)
    assert (found.rows, found.problem, found.finding) == ((), "", "")
    note(journal, "1")
    assert texts(journal.rows_after(found.position)) == ["1"]


def test_of_some_kinds_of_one_feature(journal: Journal) -> None:
    def mine(position: journal_module.Position | None = None) -> Found:
        return journal.rows_after(position, feature="f", environment="e", kinds=("note", "look"))

    note(journal, "1")
    note(journal, "other kind", kind="step")
    note(journal, "other feature", feature="g")
    found = mine()
    assert texts(found) == ["1"]
    note(journal, "other feature", feature="g")
    assert mine(found.position).rows == ()
    note(journal, "2", kind="look")
    assert texts(mine(found.position)) == ["2"]


def test_a_start_in_the_last_days_or_rows(journal: Journal) -> None:
    for number in range(1, 6):
        note(journal, str(number))
    recent = journal.rows_after(None, since=NOW + timedelta(seconds=4))
    assert texts(recent) == ["4", "5"]
    last = journal.rows_after(None, last=3)
    assert texts(last) == ["3", "4", "5"]
    note(journal, "6")
    assert texts(journal.rows_after(recent.position)) == texts(journal.rows_after(last.position)) == ["6"]


def test_both_places_are_read_in_the_order_of_time(journal: Journal, first: Path, second: Path) -> None:
    note(journal, "1")
    database = sqlite3.connect(first, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    assert note(journal, "2") == second
    database.close()
    assert note(journal, "3") == first
    assert texts(journal.rows_after(None)) == ["1", "2", "3"]


def test_a_row_that_the_slow_place_took_later_is_not_told_again(
    journal: Journal, first: Path, second: Path
) -> None:
    note(journal, "1")
    begin = journal.rows_after(None)
    with first.with_name("console.db.head").open("r+") as head:
        # As a dead disk: the row is begun at the first place, and told to the second in its stead.
        fcntl.flock(head, fcntl.LOCK_EX)
        assert note(journal, "slow") == second
        told = journal.rows_after(begin.position)
        assert texts(told) == ["slow"]
    note(journal, "after")
    assert texts(journal.rows_after(told.position)) == ["after"]
    assert texts(journal.rows_after(begin.position)) == ["slow", "after"]


def test_what_one_place_has_is_given_along_with_what_is_wrong_with_the_other(
    journal: Journal, first: Path, second: Path
) -> None:
    note(journal, "1")
    begin = journal.rows_after(None)
    good = first.parent.rename(first.parent.with_name("good"))
    first.parent.mkdir()
    first.write_bytes(b"this is not a database, and long enough to be read as one" * 100)
    fresh = Journal(first, second)
    assert note(fresh, "2") == second
    found = fresh.rows_after(begin.position)
    assert texts(found) == ["2"]
    assert "console.db" in found.problem
    # It is read on from the same row once it can be.
    first.unlink()
    first.parent.rmdir()
    good.rename(first.parent)
    mended = Journal(first, second)
    assert note(mended, "3") == first
    later = mended.rows_after(found.position)
    assert texts(later) == ["3"]
    assert later.problem == later.finding == ""


def test_a_row_that_cannot_be_understood_hides_no_other(journal: Journal, first: Path) -> None:
    for number in range(1, 4):
        note(journal, str(number))
    database = sqlite3.connect(first)
    database.execute("DROP TRIGGER journal_rows_stay")
    database.execute("UPDATE journal SET body = '{' WHERE number = 2")
    database.commit()
    database.close()
    found = journal.rows_after(None)
    assert texts(found) == ["1", "3"]
    assert found.problem == f"{first}: cannot be understood: row 2"
    assert len(journal.rows()) == 2


def test_a_journal_that_was_begun_anew_is_told_from_its_beginning_and_said(
    journal: Journal, first: Path
) -> None:
    for number in range(3):
        note(journal, str(number))
    position = journal.rows_after(None).position
    for each in first.parent.iterdir():
        each.unlink()
    gone = journal.rows_after(position)
    assert (gone.rows, gone.problem) == ((), "")
    assert "rows up to 3 are not there any more" in gone.finding
    for number in range(5):
        note(journal, f"new {number}")
    found = journal.rows_after(position)
    assert len(found.rows) == 5
    assert "rows up to 3" in found.finding
    assert journal.rows_after(found.position).finding == ""


def test_looking_for_news_costs_next_to_nothing(journal: Journal) -> None:
    for number in range(300):
        note(journal, str(number))
    position = journal.rows_after(None).position
    began = time.perf_counter()
    for _ in range(50):
        assert journal.rows_after(position).rows == ()
    assert (time.perf_counter() - began) / 50 < 0.05


@pytest.fixture
def away(tmp_path: Path) -> Journal:
    """A journal neither place of which can be written, until the file `wall` is gone."""
    (tmp_path / "wall").write_text("a file where a directory should be")
    return Journal(tmp_path / "wall" / "a.db", tmp_path / "wall" / "b.db", clock=Clock())


def test_an_act_that_no_place_took_is_written_when_one_can(
    away: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "RETRY_SECONDS", 0.05)
    began = time.monotonic()
    for number in range(3):
        written = away.append("attest", feature="f", environment="e", body={"text": str(number)}, hold=True)
        assert (written.row, written.place, written.held) == (None, None, True)
        assert "a.db" in written.problem
    assert time.monotonic() - began < 3 * SECONDS + 0.2
    assert away.held == 3
    assert away.settle(0.1) == 3
    (tmp_path / "wall").unlink()
    assert away.settle(5) == 0
    rows = away.rows()
    assert [row.body["text"] for row in rows] == ["0", "1", "2"]
    # When it was done, not when it could be written.
    assert rows[0].at == NOW + timedelta(seconds=1)
    assert away.verify() == ()
    assert not away.append("note", body={}, hold=True).held


def test_what_is_not_to_be_held_is_written_nowhere_later(away: Journal, tmp_path: Path) -> None:
    assert not away.append("step", body={}).held
    assert away.held == 0
    (tmp_path / "wall").unlink()
    away.append("note", body={})
    assert [row.kind for row in away.rows()] == ["note"]


def test_a_held_row_that_a_slow_place_wrote_after_all_is_not_written_twice(
    journal: Journal, first: Path, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "RETRY_SECONDS", 0.05)
    note(journal, "1")
    second.parent.mkdir(exist_ok=True)
    with (
        first.with_name("console.db.head").open("r+") as one,
        second.with_name("journal.db.head").open("w") as two,
    ):
        fcntl.flock(one, fcntl.LOCK_EX)
        fcntl.flock(two, fcntl.LOCK_EX)
        assert journal.append("attest", body={"text": "2"}, hold=True).held
    assert journal.settle(5) == 0
    assert texts(journal.rows_after(None)) == ["1", "2"]


def test_held_rows_are_bounded(away: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "SECONDS", 0.01)
    monkeypatch.setattr(journal_module, "FIRST_SECONDS", 0.005)
    for number in range(held.MOST + 20):
        away.append("note", body={"n": number}, hold=True)
    assert away.held == held.MOST
