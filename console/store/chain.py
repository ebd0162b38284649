"""One hash chain of journal rows in one SQLite file, with a head file beside it.

Everything here waits for the disk: `console.store.journal` calls it on a thread that nobody has to join.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from console.store.rows import GENESIS, Entry, Finding, Mark, Row, Stretch, canonical

if TYPE_CHECKING:
    # sqlite3 costs some 12 ms: it is imported when a journal is first touched.
    import sqlite3

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS journal (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    feature TEXT NOT NULL,
    environment TEXT NOT NULL,
    kill_id TEXT NOT NULL,
    body TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS journal_by_feature ON journal (feature, environment, kind, number);
CREATE INDEX IF NOT EXISTS journal_by_kill ON journal (kill_id, number);
CREATE INDEX IF NOT EXISTS journal_by_time ON journal (at);
CREATE TRIGGER IF NOT EXISTS journal_rows_stay BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'journal rows are never changed'); END;
CREATE TRIGGER IF NOT EXISTS journal_rows_are_kept BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'journal rows are never deleted'); END;
COMMIT;
"""
NAMES = 6
"""How many names the schema makes that begin with "journal"."""
COLUMNS = "number, at, kind, feature, environment, kill_id, body, previous, hash"


class Chain:
    """The rows of one file. Not for several threads at once.

    Args:
        path: the SQLite file; it and its directory are made private to the user when they are made.
        busy: seconds to wait while another process writes.
    """

    def __init__(self, path: Path, *, busy: float) -> None:
        self.path = path
        self.head = path.with_name(path.name + ".head")
        self._busy = busy
        self._open: sqlite3.Connection | None = None
        self._inode = 0

    def append(self, entry: Entry) -> int:
        """Add a row, on disk when this returns.

        Returns:
            The row's number.

        Raises:
            OSError, sqlite3.Error: it could not be written.
        """
        database = self.open()
        with self._turn() as head:
            number, digest = self._insert(database, entry)
            os.pwrite(head, f"{number:020d} {digest}\n".encode(), 0)
        return number

    @contextmanager
    def _turn(self) -> Iterator[int]:
        """Wait for the lock of the head file, and give the open file.

        SQLite's own lock is waited for by asking again and again, so that of many writers some starve; this
        one is a queue. It also keeps the head in step with the rows.
        """
        head = os.open(self.head, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(head, fcntl.LOCK_EX)
            yield head
        finally:
            os.close(head)

    def _insert(self, database: sqlite3.Connection, entry: Entry) -> tuple[int, str]:
        """Add a row in a transaction of its own; (number, hash)."""
        body = canonical(entry.body)
        at = entry.at.isoformat(timespec="microseconds")
        database.execute("BEGIN IMMEDIATE")
        try:
            newest = database.execute(
                "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1"
            ).fetchone()
            number, previous = (newest[0] + 1, newest[1]) if newest else (1, GENESIS)
            cells = (number, at, entry.kind, entry.feature, entry.environment, entry.kill_id, body, previous)
            digest = digest_of(cells)
            database.execute(
                f"INSERT INTO journal ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608 - constant columns
                (*cells, digest),
            )
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        return number, digest

    def stretch(self, after: Mark, where: str, values: tuple[object, ...], *, last: int = -1) -> Stretch:
        """Read rows that came after a mark, in their order; none where there is no file.

        Args:
            where: a condition of SQL with placeholders.
            last: of these, the newest so many; -1 for all.

        Raises:
            OSError, sqlite3.Error: the file cannot be read.
        """
        with self._reader() as database:
            if database is None:
                return Stretch(anew=after.number > 0)
            # One look for all queries, so that no row comes between the mark and the rows.
            database.execute("BEGIN")
            newest = database.execute(
                "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1"
            ).fetchone()
            mark = Mark(*newest) if newest else Mark()
            if mark == after:
                return Stretch(mark=mark)
            there = database.execute("SELECT hash FROM journal WHERE number = ?", (after.number,)).fetchone()
            anew = after.number > 0 and (there is None or there[0] != after.hash)
            raw = database.execute(
                f"SELECT {COLUMNS} FROM journal WHERE number > ? AND {where} "  # noqa: S608 - our own text
                "ORDER BY number DESC LIMIT ?",
                (0 if anew else after.number, *values, last),
            ).fetchall()[::-1]
        rows: list[Row] = []
        odd: list[int] = []
        for number, at, kind, feature, environment, kill_id, body, _, _ in raw:
            try:
                fields = msgspec.json.decode(body)
                rows.append(
                    Row(number, datetime.fromisoformat(at), kind, feature, environment, kill_id, fields)
                )
            except ValueError:
                odd.append(number)
        return Stretch(tuple(rows), mark, tuple(odd), anew)

    def has(self, row: Row, up_to: int) -> bool:
        """Whether the same row stands here too, under this number or a lower one.

        Raises:
            OSError, sqlite3.Error: the file cannot be read.
        """
        with self._reader() as database:
            if database is None:
                return False
            cells = (row.at.isoformat(timespec="microseconds"), row.kind, row.kill_id, canonical(row.body))
            query = "SELECT 1 FROM journal WHERE (at, kind, kill_id, body) = (?, ?, ?, ?) AND number <= ?"
            return database.execute(query, (*cells, up_to)).fetchone() is not None

    def verify(self) -> Iterator[Finding]:
        """Compute the chain again and compare it with what stands there, and with the head file."""
        # Before the rows: of a row that is added meanwhile, the head must not know more than they do.
        head = self._read_head()
        expected, previous = 1, GENESIS
        hashes: dict[int, str] = {}
        for raw in self._raw("1", ()):
            number, stored_previous, stored = raw[0], raw[7], raw[8]
            if number != expected:
                gap = f"row {expected}" if number == expected + 1 else f"rows {expected} to {number - 1}"
                yield Finding(self.path, number, f"{gap} before row {number} are missing")
            elif stored_previous != previous:
                yield Finding(self.path, number, f"row {number} does not follow the row before it")
            if digest_of(raw[:8]) != stored:
                yield Finding(self.path, number, f"row {number} was changed after it was written")
            expected, previous = number + 1, stored
            hashes[number] = stored
        yield from self._verify_head(head, hashes)

    def hashes(self) -> Mapping[int, str]:
        """The hash of each row, by its number.

        Raises:
            OSError, sqlite3.Error: the file cannot be read.
        """
        with self._reader() as database:
            if database is None:
                return {}
            return dict(database.execute("SELECT number, hash FROM journal").fetchall())

    def count(self) -> int:
        """How many rows stand here.

        Raises:
            OSError, sqlite3.Error: the file cannot be read.
        """
        with self._reader() as database:
            if database is None:
                return 0
            return int(database.execute("SELECT count(*) FROM journal").fetchone()[0])

    def _read_head(self) -> tuple[int, str] | str:
        """Number and hash of the newest row that the head file knows, or why it does not say."""
        try:
            return _parse_head(self.head.read_bytes())
        except FileNotFoundError:
            return "is missing"
        except (OSError, ValueError):
            return "cannot be read"

    def _verify_head(self, head: tuple[int, str] | str, hashes: Mapping[int, str]) -> Iterator[Finding]:
        last = max(hashes, default=0)
        if isinstance(head, str):
            if hashes or head != "is missing":
                text = f"the head file {head}: that rows were cut off at the end cannot be excluded"
                yield Finding(self.path, None, text, broken=False)
            return
        number, digest = head
        if number > last:
            text = f"rows after {last} were cut off: the head file knows row {number}"
            yield Finding(self.path, last or None, text)
        elif hashes.get(number) != digest:
            yield Finding(self.path, number, f"row {number} is not the row that the head file knows")

    def _raw(self, where: str, values: tuple[object, ...]) -> list[Any]:
        with self._reader() as database:
            if database is None:
                return []
            query = f"SELECT {COLUMNS} FROM journal WHERE {where} ORDER BY number"  # noqa: S608 - our own text
            return database.execute(query, values).fetchall()

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection | None]:
        """Open the file for reading; None where there is none, or one without a journal."""
        import sqlite3

        if not self.path.exists():
            yield None
            return
        database = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=self._busy, isolation_level=None
        )
        try:
            there = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone()
            yield database if there else None
        finally:
            database.close()

    def open(self) -> sqlite3.Connection:
        """Open the file for writing, and make it where there is none.

        Raises:
            OSError, sqlite3.Error: it cannot be opened.
        """
        import sqlite3

        if self._open is not None:
            # A file that was deleted or replaced under an open connection would swallow rows in silence.
            if self._current_inode() == self._inode:
                return self._open
            self._open.close()
            self._open = None
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Only a new file is opened by hand: closing one that SQLite has open elsewhere in this process would
        # drop the locks that it holds.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        database = sqlite3.connect(
            self.path, timeout=self._busy, isolation_level=None, check_same_thread=False
        )
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            ((names,),) = database.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'journal%'")
            if names < NAMES:
                # One transaction, one wait for the disk; none at all where everything stands already.
                database.executescript(SCHEMA)
        except BaseException:
            database.close()
            raise
        self._open, self._inode = database, self._current_inode()
        return database

    def _current_inode(self) -> int:
        try:
            return self.path.stat().st_ino
        except OSError:
            return 0


def digest_of(cells: tuple[Any, ...]) -> str:
    """SHA-256 over the cells of a row but its own hash, each as its length in bytes, a colon and its text."""
    import hashlib  # with OpenSSL behind it not quite cheap

    digest = hashlib.sha256()
    for cell in cells:
        text = str(cell).encode()
        digest.update(b"%d:%b" % (len(text), text))
    return digest.hexdigest()


def _parse_head(raw: bytes) -> tuple[int, str]:
    number, digest = raw.decode("ascii").split()
    return int(number), digest
