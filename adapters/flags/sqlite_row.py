"""A flag in a row of an SQLite file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from adapters.aside import aside
from adapters.errors import (
    AdapterError,
    BadOptions,
    Effect,
    Forbidden,
    Garbage,
    NotFound,
    Refused,
    ServerFault,
    TimedOut,
    Unreachable,
)
from adapters.flags.arming import first_failed, passed, unknown
from adapters.flags.port import ArmingCheck
from adapters.flags.row import Columns, Connection, Database, RowFlag
from adapters.options import decode
from adapters.trust import NO_TRUST, Trust
from adapters.untrusted import Untrusted

if TYPE_CHECKING:
    import sqlite3

BUSY_SECONDS = 2.0
"""What somebody else's write is waited for."""


class Options(Columns, forbid_unknown_fields=True, kw_only=True):
    """A row of a table in an SQLite file on this machine. docs/database-row.md says what it must look like.

    Attributes:
        path: of the file, from the root or from `~`; it must be there already.
    """

    path: str


class SqliteRow(RowFlag):
    """One flag in one row of an SQLite file.

    Args:
        options: the table of the configuration.
        where: the table as the user wrote it.
        trust: what the configuration file may make the console do.
        now: this machine's clock, UTC.

    Raises:
        BadOptions: the table cannot be used.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        where: str,
        *,
        trust: Trust = NO_TRUST,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        chosen = decode(Options, options, where=where)
        chosen.check(where)
        try:
            path = Path(chosen.path).expanduser()
        except RuntimeError:
            path = Path()
        if not path.is_absolute() or not chosen.path.isprintable():
            raise BadOptions("`path` is not a whole path", where=where, todo="Begin it with / or ~/.")
        self._path = path
        self._at = f"sqlite at {path}"
        database = Database(
            "sqlite", "?", "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", self._connect, self._transaction
        )
        super().__init__(database, chosen, self._at, now)

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove that the row is there and that the file's write lock can be had; nothing is written."""

        def work() -> tuple[str, list[str]]:
            with self._connect("") as connection:
                version = self._state(self._row(connection)).version
                with self._transaction(connection):
                    pass
                named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
                table = self._columns.table.rpartition(".")[2]
                triggers = connection.execute(named, [table]).fetchmany(9)
                return version or "", [str(name) for (name,) in triggers]

        try:
            version, triggers = await aside(work, "sqlite arming")
        except AdapterError as error:
            return first_failed(error)
        stands = f"the row is there{f', at version {version}' if version else ''}"
        return (
            passed("reachable", "the file could be opened"),
            passed("token valid", "none is needed"),
            passed("may write", "the file's write lock was had and given back"),
            passed("key resolves", stands),
            _gate(triggers),
            passed("clock", "of this machine"),
        )

    async def _secret(self) -> str:
        return ""

    def _command(self, statement: str) -> str:
        # The shell's own answer says whether a row was changed: an update that finds none is no error.
        count = "; SELECT changes() || ' row changed'" if statement.startswith("UPDATE") else ""
        return f"sqlite3 -bail {shlex.quote(str(self._path))} {shlex.quote(statement + count)}"

    @contextmanager
    def _connect(self, _: str) -> Iterator[Connection]:
        import sqlite3

        # rw: a file that is not there is never made.
        address = f"file:{quote(str(self._path))}?mode=rw"
        try:
            connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise self._explained(error) from None
        try:
            yield cast("Connection", connection)
        except sqlite3.Error as error:
            raise self._explained(error) from None
        finally:
            connection.close()

    @contextmanager
    def _transaction(self, connection: Connection) -> Iterator[None]:
        import sqlite3

        connection.execute("BEGIN IMMEDIATE", [])
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK", [])
            raise
        try:
            connection.execute("COMMIT", [])
        except sqlite3.Error as error:
            # Busy means that it did not happen; a disk that fails in the middle leaves that open.
            told = self._explained(error)
            if not isinstance(told, TimedOut):
                told.effect = Effect.UNKNOWN
            raise told from None

    def _explained(self, error: sqlite3.Error) -> AdapterError:
        import sqlite3

        said, detail = str(error), Untrusted(str(error))
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return TimedOut(
                f"was locked by somebody else for {BUSY_SECONDS:g} s",
                where=self._at,
                todo="See who holds the file; it is tried again.",
                effect=Effect.NONE,
            )
        if code == sqlite3.SQLITE_CANTOPEN:
            return Unreachable(
                "cannot be opened", where=self._at, todo="Check the path, its folder and their modes."
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            return Forbidden(
                "may be read, not written", where=self._at, todo="Give this user the right to write it."
            )
        if "no such" in said:
            return NotFound(
                "has no such table or column",
                where=self._at,
                todo="Correct `table` or a column.",
                detail=detail,
            )
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return Garbage(
                "is no sound SQLite file", where=self._at, todo="Look at the file.", effect=Effect.NONE
            )
        if code in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_ERROR):
            return Refused("refused the change", where=self._at, todo="Read what it said.", detail=detail)
        return ServerFault(
            "failed", where=self._at, todo="Look at its disk.", detail=detail, effect=Effect.NONE
        )


def _gate(triggers: list[str]) -> ArmingCheck:
    if not triggers:
        return passed("no approval gate", "no trigger stands on the table")
    return unknown(
        "no approval gate",
        "a trigger stands on the table, and may refuse the change",
        "Read what the trigger does.",
    )
