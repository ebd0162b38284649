"""Whoever changes the journal is found out: every kind of change, at every row, is named by its row."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from console.cli import main
from console.store.chain import COLUMNS, digest_of
from console.store.journal import Journal
from console.store.rows import Finding

pytestmark = pytest.mark.requirement(22)

Change = Callable[[sqlite3.Connection, int], set[int]]
"""Does something to a row, and says at which rows it may be found (the first of them is enough)."""


def written(folder: Path, rows: int) -> Journal:
    journal = Journal(folder / "console.db", folder / "second.db")
    for number in range(rows):
        assert journal.append(
            "note", feature="drafts", environment="demo", body={"text": f"row {number}"}
        ).row
    return journal


def edit(column: str) -> Change:
    def change(database: sqlite3.Connection, row: int) -> set[int]:
        database.execute(f"UPDATE journal SET {column} = {column} || ' ' WHERE number = ?", (row,))
        return {row}

    return change


def edit_and_hash_anew(database: sqlite3.Connection, row: int) -> set[int]:
    database.execute("UPDATE journal SET body = '{}' WHERE number = ?", (row,))
    cells = database.execute(f"SELECT {COLUMNS} FROM journal WHERE number = ?", (row,)).fetchone()
    database.execute("UPDATE journal SET hash = ? WHERE number = ?", (digest_of(cells[:8]), row))
    # The row itself looks whole now; the one after it, or the head file, knows better.
    return {row, row + 1}


def delete(database: sqlite3.Connection, row: int) -> set[int]:
    database.execute("DELETE FROM journal WHERE number = ?", (row,))
    return {row - 1, row + 1}


def swap(database: sqlite3.Connection, row: int) -> set[int]:
    last = database.execute("SELECT max(number) FROM journal").fetchone()[0]
    other = row + 1 if row < last else row - 1
    for old, new in ((row, -1), (other, row), (-1, other)):
        database.execute("UPDATE journal SET number = ? WHERE number = ?", (new, old))
    return {row, other}


CHANGES: dict[str, Change] = {
    **{f"edit of {column}": edit(column) for column in ("at", "kind", "feature", "environment", "body")},
    "edit of the hash": edit("hash"),
    "edit of what it follows": edit("previous"),
    "edit, hashed anew": edit_and_hash_anew,
    "deletion": delete,
    "two rows changed over": swap,
}


def changed(folder: Path, change: Change, row: int) -> tuple[set[int], tuple[Finding, ...]]:
    """What is found after one change to a copy of the journal."""
    copy = folder.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    with closing(sqlite3.connect(copy / "console.db", isolation_level=None)) as database:
        database.execute("DROP TRIGGER journal_rows_stay")
        database.execute("DROP TRIGGER journal_rows_are_kept")
        expected = change(database, row)
    return expected, Journal(copy / "console.db", copy / "second.db").verify()


def tampered(folder: Path, rows: int) -> Counter[str]:
    """Every change at every row, each found at its row; how many of each."""
    journal = written(folder / "whole", rows)
    assert journal.verify() == ()
    found: Counter[str] = Counter()
    for name, change in CHANGES.items():
        for row in range(1, rows + 1):
            expected, findings = changed(folder / "whole", change, row)
            assert findings, f"{name} at row {row} was not found"
            assert findings[0].broken
            named = {finding.row for finding in findings}
            assert named & expected or (row == rows and named), f"{name} at row {row}: {findings}"
            found[name] += 1
    return found


def test_every_kind_of_change_is_named_at_its_row(tmp_path: Path) -> None:
    assert sum(tampered(tmp_path, 12).values()) == 12 * len(CHANGES)


@pytest.mark.kill
@pytest.mark.timeout(600)
def test_every_kind_of_change_at_each_of_200_rows_is_named(tmp_path: Path) -> None:
    found = tampered(tmp_path, 200)
    for name, count in found.items():
        print(f"{name}: {count} of 200 found")
    assert set(found.values()) == {200}


def cut(folder: Path, rows: int) -> None:
    with closing(sqlite3.connect(folder / "console.db", isolation_level=None)) as database:
        database.execute("DROP TRIGGER journal_rows_are_kept")
        database.execute("DELETE FROM journal WHERE number > ?", (rows,))


def test_a_tail_that_was_cut_off_is_found_by_the_head_file(tmp_path: Path) -> None:
    journal = written(tmp_path, 6)
    cut(tmp_path, 4)
    (finding,) = journal.verify()
    assert finding.text == "rows after 4 were cut off: the head file knows row 6"


def test_without_a_head_file_a_cut_tail_cannot_be_excluded_and_that_is_said(tmp_path: Path) -> None:
    journal = written(tmp_path, 6)
    cut(tmp_path, 4)
    (tmp_path / "console.db.head").unlink()
    (finding,) = journal.verify()
    assert "cannot be excluded" in finding.text
    assert not finding.broken


def test_the_command_answers_0_1_and_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "console.toml"
    config.write_text(f'[store]\npath = "{tmp_path}/s/console.db"\nsecond = "{tmp_path}/s/second.db"\n')
    config.chmod(0o600)
    config.write_text(
        config.read_text()
        + '[[feature]]\nkey = "drafts"\nenvironment = "demo"\n[feature.flag]\nprovider = "homegrown"\n'
        'url = "http://127.0.0.1:9"\ntoken = "env:NOT_SET"\nkey = "drafts-ai"\n'
    )
    verify = ["audit", "verify", "--config", str(config)]
    written(tmp_path / "s", 3)
    assert main(verify) == 0
    assert "3 rows, the chain is whole" in capsys.readouterr().out
    (tmp_path / "s" / "console.db.head").unlink()
    assert main(verify) == 3
    assert "NOT KNOWN" in capsys.readouterr().out
    with closing(sqlite3.connect(tmp_path / "s" / "console.db", isolation_level=None)) as database:
        database.execute("DROP TRIGGER journal_rows_stay")
        database.execute("UPDATE journal SET body = '{}' WHERE number = 2")
    assert main([*verify, "--json"]) == 1
    assert '"row 2 was changed after it was written"' in capsys.readouterr().out
