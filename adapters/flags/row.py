"""A flag that is a row of a database table, whichever database that is.

One row is one flag, in one environment where there is a column for it. It is read over a new connection each
time, and changed by an update that must touch exactly one row, or nothing is changed.

Names of tables and columns were checked to be names; values are bound, but for those that a shell is given.
"""

from __future__ import annotations

import asyncio
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from adapters.aside import aside
from adapters.errors import BadOptions, Conflict, Effect, Garbage, NotFound, Refused, TimedOut
from adapters.flags.port import ArmingCheck, FlagState, Receipt, RequestSketch, Rollout
from adapters.untrusted import Untrusted

LONGEST_TEXT = 2000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")

Value = bool | int | str


class Columns(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The table and its columns.

    Attributes:
        table: its name; `schema.table` where it needs one. Names are taken exactly as they are written.
        key: the flag's key, as it stands in `key_column`.
        environment: of the flag, where the table calls it other than the feature does.
        key_column: the column of keys.
        environment_column: the column of environments, where one table has several.
        on_column: the column that says whether the flag is on.
        on: the value in it that means on: true or false, a whole number, or text.
        off: the value in it that means off.
        percent_column: share of users, 0 to 100; without one a restore cannot lower the stage.
        version_column: a whole number, which is counted up at each change.
        changed_at_column: set to the present instant at each change.
        changed_by_column: set to the operator's name at each change.
        reason_column: set to the reason at each change.
    """

    table: str
    key: str
    environment: str
    key_column: str = "key"
    environment_column: str | None = None
    on_column: str = "enabled"
    on: Value = True
    off: Value = False
    percent_column: str | None = None
    version_column: str | None = None
    changed_at_column: str | None = None
    changed_by_column: str | None = None
    reason_column: str | None = None

    def check(self, where: str) -> None:
        """See that every name is one.

        Raises:
            BadOptions: one is not, or on and off are the same.
        """
        for name in ("key", "environment", "on", "changed_at", "changed_by", "percent", "reason", "version"):
            column = getattr(self, f"{name}_column")
            if column is not None and _NAME.fullmatch(column) is None:
                raise BadOptions(
                    f"`{name}_column` is not the name of a column",
                    where=where,
                    todo="Letters, digits and _ are accepted.",
                )
        parts = self.table.split(".")
        if len(parts) > 2 or any(_NAME.fullmatch(part) is None for part in parts):
            raise BadOptions(
                "`table` is not the name of a table", where=where, todo="Write table, or schema.table."
            )
        if self.on == self.off:
            raise BadOptions("`on` and `off` are the same", where=where, todo="Give the two values.")

    @property
    def place(self) -> str:
        """The table's name, quoted."""
        return ".".join(quoted(part) for part in self.table.split("."))

    @property
    def written(self) -> tuple[str, ...]:
        """Columns that a change writes."""
        known = (
            self.on_column,
            self.percent_column,
            self.version_column,
            self.changed_at_column,
            self.changed_by_column,
            self.reason_column,
        )
        return tuple(column for column in known if column is not None)


class Cursor(Protocol):
    """As in PEP 249."""

    @property
    def rowcount(self) -> int: ...

    def fetchmany(self, size: int) -> Sequence[Sequence[Any]]: ...


class Connection(Protocol):
    """A connection on which each statement is its own transaction, but for those in `transaction`."""

    def execute(self, statement: str, values: Sequence[Any]) -> Cursor: ...


@dataclass(frozen=True, slots=True)
class Database:
    """What differs between databases.

    Attributes:
        label: how a person names it.
        mark: what stands for a value in a statement ("?", "%s").
        connect: a connection, closed at the end. Raises AdapterError.
        transaction: all of it or nothing; the lock of the row is waited for in bounded time.
        now: the present instant as an expression of SQL.
    """

    label: str
    mark: str
    now: str
    connect: Callable[[str], AbstractContextManager[Connection]]
    transaction: Callable[[Connection], AbstractContextManager[None]]


class RowFlag(ABC):
    """One flag in one row.

    Args:
        columns: checked.
        now: this machine's clock, UTC.
    """

    def __init__(self, database: Database, columns: Columns, where: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._columns = columns
        self._where = where
        self._now = now

    @property
    def label(self) -> str:
        """How a person names this provider."""
        return self._database.label

    async def read(self, *, brief: bool = False) -> FlagState:
        """Read the row now, over a new connection. Raises AdapterError."""
        secret = await self._secret()

        def work() -> FlagState:
            with self._database.connect(secret) as connection:
                return self._state(self._row(connection))

        return await aside(work, f"{self.label} read")

    async def switch(self, on: bool, *, reason: str, operator: str) -> Receipt:
        """Set the row's value, leaving its percentage as it is. Idempotent.

        Raises:
            AdapterError: with `Effect.NONE` unless the connection broke while the change was committed.
        """
        value = self._columns.on if on else self._columns.off
        return await self._change(self._columns.on_column, value, reason, operator)

    async def set_rollout(self, rollout: Rollout, *, reason: str, operator: str) -> Receipt:
        """Set the percentage.

        Raises:
            Refused: there is no column for it, or for users by name.
            AdapterError: as `switch`.
        """
        column = self._columns.percent_column
        if column is None or rollout.users:
            raise Refused(
                "has no column for a share of users" if column is None else "has no column for users by name",
                where=self._where,
                todo="Set who gets it by hand, or name the column in `percent_column`.",
            )
        return await self._change(column, rollout.percent, reason, operator)

    @abstractmethod
    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove by reading alone that `switch` would work."""

    def sketches(self, on: bool, *, careful: bool = False) -> tuple[RequestSketch, ...]:
        """Say the statements of `switch` and its read-back, as shell commands.

        The row's percentage stays as it is, so that there is nothing to be careful of.
        """
        value = self._columns.on if on else self._columns.off
        sets = ", ".join(
            f"{quoted(column)} = {text}"
            for column, text in self._sets(self._columns.on_column, literal(value), "'by hand'", "'by hand'")
        )
        where = self._matching(literal)
        one = f"(SELECT count(*) FROM {self._columns.place} WHERE {where}) = 1"
        update = f"UPDATE {self._columns.place} SET {sets} WHERE {where} AND {one}"
        select = f"SELECT {quoted(self._columns.on_column)} FROM {self._columns.place} WHERE {where}"
        return (
            RequestSketch(f"switch the flag {'on' if on else 'off'}", self._command(update)),
            RequestSketch(f"read it back, and look for {shown(value)}", self._command(select)),
        )

    async def changes(self) -> AsyncGenerator[None, None]:
        """End at once: a table tells nobody of its changes."""
        nothing: tuple[None, ...] = ()
        for change in nothing:
            yield change

    async def aclose(self) -> None:  # noqa: B027 - nothing is held, and a kind that holds something says so
        """Nothing is held."""

    @abstractmethod
    async def _secret(self) -> str:
        """What `Database.connect` needs."""

    @abstractmethod
    def _command(self, statement: str) -> str:
        """A shell command that carries out one statement."""

    async def _change(self, column: str, value: Any, reason: str, operator: str) -> Receipt:
        secret = await self._secret()
        given_up = threading.Event()

        def work() -> Receipt:
            with self._database.connect(secret) as connection:
                row = self._row(connection)
                if row[self._names.index(column)] == value:
                    return Receipt(Untrusted("it stood so already"), self._state(row).version)
                with self._database.transaction(connection):
                    self._update(connection, column, value, reason, operator)
                    if given_up.is_set():
                        raise _too_late(self._where)
                return Receipt(Untrusted("one row was changed"), self._state(self._row(connection)).version)

        try:
            return await aside(work, f"{self.label} write")
        except asyncio.CancelledError:
            # Nobody waits for it any more: what is not committed by now must not be later.
            given_up.set()
            raise

    def _update(self, connection: Connection, column: str, value: Any, reason: str, operator: str) -> None:
        mark = self._database.mark
        sets = tuple(self._sets(column, mark, mark, mark))
        given = {column: value}
        if self._columns.changed_by_column:
            given[self._columns.changed_by_column] = operator[:LONGEST_TEXT]
        if self._columns.reason_column:
            given[self._columns.reason_column] = reason[:LONGEST_TEXT]
        statement = (
            f"UPDATE {self._columns.place} SET "
            + ", ".join(f"{quoted(name)} = {text}" for name, text in sets)
            + f" WHERE {self._matching(lambda _: mark)}"
        )
        values = [given[name] for name, text in sets if text == mark]
        changed = connection.execute(statement, [*values, *self._wanted]).rowcount
        if changed != 1:
            # Within the transaction: leaving it by an error takes the change back.
            raise Conflict(
                f"would have changed {changed} rows instead of one, and changed none",
                where=self._where,
                todo="Look at the table: key and environment must name one row.",
            )

    def _sets(self, column: str, value: str, by: str, reason: str) -> Iterator[tuple[str, str]]:
        """(column, expression) of one change."""
        yield column, value
        columns = self._columns
        if columns.version_column:
            yield columns.version_column, f"{quoted(columns.version_column)} + 1"
        if columns.changed_at_column:
            yield columns.changed_at_column, self._database.now
        if columns.changed_by_column:
            yield columns.changed_by_column, by
        if columns.reason_column:
            yield columns.reason_column, reason

    @property
    def _names(self) -> tuple[str, ...]:
        """Columns that are read."""
        columns = self._columns
        optional = (
            columns.percent_column,
            columns.version_column,
            columns.changed_at_column,
            columns.changed_by_column,
        )
        return (columns.on_column, *(column for column in optional if column is not None))

    @property
    def _wanted(self) -> list[str]:
        """Values that name the row."""
        environment = [self._columns.environment] if self._columns.environment_column else []
        return [self._columns.key, *environment]

    def _matching(self, write: Callable[[Value], str]) -> str:
        columns = self._columns
        names = [columns.key_column, *filter(None, [columns.environment_column])]
        return " AND ".join(
            f"{quoted(name)} = {write(value)}" for name, value in zip(names, self._wanted, strict=True)
        )

    def _row(self, connection: Connection) -> Sequence[Any]:
        listed = ", ".join(quoted(name) for name in self._names)
        mark = self._database.mark
        statement = f"SELECT {listed} FROM {self._columns.place} WHERE {self._matching(lambda _: mark)}"
        rows = connection.execute(statement, self._wanted).fetchmany(2)
        if len(rows) == 1:
            return rows[0]
        if not rows:
            raise NotFound(
                "has no row for this flag",
                where=self._where,
                todo="Correct `key`, `environment` or their columns, or put the row there.",
            )
        raise Conflict(
            "has several rows for this flag",
            where=self._where,
            todo="Name the column of environments in `environment_column`, or clean the table.",
        )

    def _state(self, row: Sequence[Any]) -> FlagState:
        columns = self._columns
        found = dict(zip(self._names, row, strict=True))
        value = found[columns.on_column]
        if value not in (columns.on, columns.off):
            raise Garbage(
                f"`{columns.on_column}` holds a value that is neither `on` nor `off`",
                where=self._where,
                todo="Correct the row, or the two values in the table of the configuration.",
                detail=Untrusted(str(value)[:LONGEST_TEXT]),
                effect=Effect.NONE,
            )
        version = found.get(columns.version_column or "")
        by = found.get(columns.changed_by_column or "")
        percent = found.get(columns.percent_column or "")
        return FlagState(
            key=columns.key,
            environment=columns.environment,
            on=value == columns.on,
            percent=None if percent is None else float(percent),
            rules=(),
            version=None if version is None else str(version),
            changed_at=_instant(found.get(columns.changed_at_column or "")),
            changed_by=None if by is None else Untrusted(str(by)),
            read_at=self._now(),
        )


def quoted(name: str) -> str:
    """A name as SQL takes it exactly; it was checked."""
    return f'"{name}"'


def literal(value: Value) -> str:
    """A value as SQL writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def shown(value: Value) -> str:
    """A value as a person looks for it."""
    return ("t (or 1)" if value else "f (or 0)") if isinstance(value, bool) else str(value)


def _too_late(where: str) -> TimedOut:
    return TimedOut("was given up", where=where, todo="It is tried again.", effect=Effect.NONE)


def _instant(value: Any) -> datetime | None:
    """When it was changed; None for what is no instant."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
