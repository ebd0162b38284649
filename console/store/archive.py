"""The file of the history: made private, opened, watched, and moved aside when it is broken.

Everything here waits for the disk, and belongs to one thread (`console.store.owner`).
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.store.faults import Unusable
from console.store.schema import NAMES, migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_SECONDS = 0.5
"""How long a write waits for another process's."""
MOST_BROKEN = 3
"""Files that are moved aside, before it must be the disk."""
_WAL_BYTES = 8 * 2**20
_BESIDE = ("-wal", "-shm")


class Archive:
    """One history file, open or not.

    Args:
        path: the SQLite file; it is made private to the user, and so is its directory when it is made.
        now: instants of files that are moved aside, UTC.

    Attributes:
        news: file beside it whose modification time moves with every change that others are to see.
        new: the file that is open now was empty when it was opened.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        self.path = path
        self.news = path.with_name(path.name + ".news")
        self.new = False
        self._now = now
        self._open: Database | None = None
        self._seen: tuple[tuple[int, int], ...] = ()

    def open(self) -> Database:
        """Give the open database; open it, and make it where there is none.

        Raises:
            Unusable: it is not ours, or newer than this program.
            OSError, sqlite3.Error: the disk, or the file, refuses.
        """
        if self._open is not None:
            # A file that was deleted or replaced under an open connection would swallow rows in silence.
            if self.stands():
                return self._open
            self.close()
        self._make()
        self._seen = self._look()
        database = self._connect()
        try:
            self._prepare(database)
        except BaseException:
            # What is wrong with the file must not be covered by what is wrong with closing it.
            with suppress(Exception):
                database.close()
            raise
        self._open, self._seen = database, self._look()
        return database

    def stands(self) -> bool:
        """Whether the file that is open still is the one at the path."""
        database, log = self._look()
        return database == self._seen[0] and self._seen[1] in (log, (0, 0))

    def close(self) -> None:
        """Let go of the file, if it is open."""
        database, self._open = self._open, None
        if database is not None:
            database.close()

    def tell(self) -> None:
        """Let others know that something changed; `revision` moves."""
        file = os.open(self.news, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Set by hand: the kernel's own stamp stands still for milliseconds.
            moment = max(time.time_ns(), os.fstat(file).st_mtime_ns + 1)
            os.utime(file, ns=(moment, moment))
        finally:
            os.close(file)

    def revision(self) -> tuple[int, ...]:
        """Something that changes with every `tell` of any process. Safe from any thread, microseconds."""
        try:
            found = self.news.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_ino)

    def set_aside(self, why: Exception) -> str:
        """Move a broken file out of the way, so that a new one can be begun; say so.

        Raises:
            Unusable: it was broken again and again; another process is at it.
            OSError: it cannot be moved.
        """
        broken = self._seen
        self.close()
        with self._turn():
            if broken and self._look()[0] != broken[0]:
                return ""  # another console was first
            if len(moved_aside(self.path)) >= MOST_BROKEN:
                raise Unusable(
                    f"{self.path}: is broken ({why}), as were {MOST_BROKEN} before it that stand beside it; "
                    "nothing is kept: look at the disk, then delete them"
                )
            aside = self._free_name()
            for end in ("", *_BESIDE):
                with suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + end).rename(aside.with_name(aside.name + end))
        return f"{self.path}: was broken ({why}); it was moved to {aside.name}, and a new history was begun"

    def _free_name(self) -> Path:
        stamp = f"{self._now():%Y%m%dT%H%M%S}"
        for number in range(1, 100):
            end = stamp if number == 1 else f"{stamp}-{number}"
            aside = self.path.with_name(f"{self.path.name}.broken-{end}")
            if not aside.exists():
                return aside
        raise FileExistsError(errno.EEXIST, "too many broken files of one second", str(self.path))

    def _make(self) -> None:
        """Make the file where there is none, and see to its mode."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Only a new file is opened by hand: closing one that SQLite has open drops the process's locks on it.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        mode = self.path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise Unusable(f"{self.path}: is no file; nothing is kept: name another one in [store]")
        if mode & 0o077:
            self.path.chmod(0o600)

    def _connect(self) -> Database:
        import sqlite3

        # 51 ms: only the owning thread pays for it.
        from sqlite_utils import Database

        return Database(
            sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None), execute_plugins=False
        )

    def _prepare(self, database: Database) -> None:
        ours = migrations()
        tables = set(database.table_names())
        applied = {each.name for each in ours.applied(database)}
        unknown = applied - NAMES
        if unknown:
            raise Unusable(
                f"{self.path}: was written by a newer console ({max(unknown)}); "
                "nothing is kept: update this one"
            )
        if not applied and tables - {ours.migrations_table}:
            raise Unusable(
                f"{self.path}: is a database of something else; nothing is kept: name another one in [store]"
            )
        self.new = not applied
        database.execute("PRAGMA synchronous=NORMAL")
        if applied < NAMES:
            with self._turn():
                if not tables:
                    # Only a file without tables can be told to give pages back.
                    database.execute("PRAGMA auto_vacuum=INCREMENTAL")
                database.execute("PRAGMA journal_mode=WAL")
                ours.apply(database)
        for setting in (
            "journal_mode=WAL",
            # What is deleted is gone: prompts are other people's words.
            "secure_delete=ON",
            f"journal_size_limit={_WAL_BYTES}",
        ):
            database.execute(f"PRAGMA {setting}").fetchall()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Have the file to oneself, among consoles, while it is made or moved.

        Raises:
            Unusable: another console has its turn.
        """
        file = os.open(self.news, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            limit = time.monotonic() + BUSY_SECONDS
            while not _locked(file):
                if time.monotonic() > limit:
                    raise Unusable(f"{self.path}: another console is preparing it", passing=True)
                time.sleep(0.02)
            yield
        finally:
            os.close(file)

    def _look(self) -> tuple[tuple[int, int], ...]:
        """Which files stand at the path now: the database and its log."""
        found: list[tuple[int, int]] = []
        for path in (self.path, self.path.with_name(self.path.name + "-wal")):
            try:
                one = path.stat()
            except OSError:
                found.append((0, 0))
            else:
                found.append((one.st_dev, one.st_ino))
        return tuple(found)


def moved_aside(path: Path) -> tuple[Path, ...]:
    """Broken files that were moved out of the way and stand beside a history, oldest first.

    Raises:
        OSError: the directory cannot be read.
    """
    there = sorted(path.parent.glob(f"{path.name}.broken-*"))
    return tuple(each for each in there if not each.name.endswith(_BESIDE))


@contextmanager
def writing(database: Database) -> Iterator[None]:
    """Write in one transaction, that waits its turn before it looks at anything.

    One that has looked before another process wrote can neither wait nor write.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        database.rollback()
        raise


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
