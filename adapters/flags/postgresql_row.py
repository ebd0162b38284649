"""A flag in a row of a PostgreSQL table, by psycopg 3 (https://www.psycopg.org/psycopg3/docs/)."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from adapters.aside import aside
from adapters.errors import (
    AdapterError,
    BadCredentials,
    BadOptions,
    Conflict,
    Effect,
    Forbidden,
    Interrupted,
    NotFound,
    Refused,
    ServerFault,
    TimedOut,
    Unreachable,
)
from adapters.flags.arming import clock, first_failed, passed, unknown
from adapters.flags.port import ArmingCheck
from adapters.flags.row import Columns, Connection, Database, RowFlag
from adapters.options import Reference, decode
from adapters.secrets import Secret
from adapters.trust import NO_TRUST, Trust
from adapters.untrusted import Untrusted

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 3
LOCK_MILLISECONDS, STATEMENT_MILLISECONDS = 1500, 3000
"""Of each statement; a lever has five seconds in all."""

_RIGHTS = """
SELECT has_table_privilege({table}, 'SELECT'),
       (SELECT bool_and(has_column_privilege({table}, name, 'UPDATE')) FROM unnest(%s::text[]) AS name),
       pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on',
       (SELECT relrowsecurity FROM pg_class WHERE oid = {table}::regclass),
       (SELECT count(*) FROM pg_trigger
        WHERE tgrelid = {table}::regclass AND NOT tgisinternal AND tgenabled <> 'D'),
       clock_timestamp()
"""
_REFUSED_LOGIN = (
    "password authentication failed",
    "no pg_hba.conf entry",
    "role ",
    "is not permitted to log",
)


class Options(Columns, forbid_unknown_fields=True, kw_only=True):
    """A row of a table in PostgreSQL. docs/database-row.md says how it must look, and which rights suffice.

    Attributes:
        host: name or address of the server, or the folder of its socket.
        port: of the server.
        database: its name.
        user: a role that may read the table and update the columns named here, and no more.
        password: of that role.
        sslmode: as libpq has it. By default `require`, and `prefer` for a server on this machine.
    """

    host: str
    database: str
    user: str
    password: Reference
    port: int = 5432
    sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] | None = None


class PostgresqlRow(RowFlag):
    """One flag in one row of a PostgreSQL table.

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
        for name in ("host", "database", "user"):
            text = getattr(chosen, name)
            if not text.strip() or not text.isprintable():
                raise BadOptions(f"`{name}` is empty or cannot be shown", where=where, todo="Write its name.")
        if not 0 < chosen.port < 65_536:
            raise BadOptions("`port` is no port", where=where, todo="Between 1 and 65535 is accepted.")
        self._reach = chosen
        self._password = Secret(chosen.password, where=where, key="password", trust=trust)
        self._at = f"postgresql at {chosen.host}:{chosen.port}/{chosen.database}"
        database = Database("postgresql", "%s", "now()", self._connect, cast("Any", self._transaction))
        super().__init__(database, chosen, self._at, now)

    async def arm(self) -> tuple[ArmingCheck, ...]:
        """Prove by what the server says of the role's rights, and by the row that is read."""
        table = "'" + self._columns.place.replace("'", "''") + "'"

        def work() -> tuple[str, tuple[Any, ...]]:
            with self._connect(secret) as connection:
                version = self._state(self._row(connection)).version
                statement = _RIGHTS.format(table=table)
                (rights,) = connection.execute(statement, [list(self._columns.written)]).fetchmany(1)
                return version or "", tuple(rights)

        try:
            secret = await self._secret()
            version, (_, may_update, read_only, row_rules, triggers, theirs) = await aside(
                work, "postgresql arming"
            )
        except AdapterError as error:
            return first_failed(error)
        stands = f"the row is there{f', at version {version}' if version else ''}"
        return (
            passed("reachable", "it answered"),
            passed("token valid", "the role could log in"),
            self._may_write(bool(may_update), bool(read_only), bool(row_rules)),
            passed("key resolves", stands),
            _gate(int(triggers)),
            clock(theirs, self._now()),
        )

    def _may_write(self, may_update: bool, read_only: bool, row_rules: bool) -> ArmingCheck:
        name, role = "may write", self._reach.user
        if not may_update:
            columns = ", ".join(self._columns.written)
            grant = f"GRANT UPDATE ({columns}) ON {self._columns.table} TO {role}."
            return ArmingCheck(name, False, "the role may read this table, not update its columns", grant)
        if read_only:
            todo = "Give the address of the primary server, or lift default_transaction_read_only."
            return ArmingCheck(name, False, "the server, or the role, takes no writes", todo)
        if row_rules:
            todo = "Drill it once: only an update shows what row security makes of it."
            return unknown(name, "the role may update, and row security stands on the table", todo)
        return passed(name, "the server says that the role may update the columns")

    async def _secret(self) -> str:
        return await self._password.reveal()

    def _command(self, statement: str) -> str:
        reach = self._reach
        given = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-h", reach.host, "-p", str(reach.port)]
        given += ["-U", reach.user, "-d", reach.database, "-c", statement]
        settings = f'PGPASSWORD="{self._password.shell}" PGSSLMODE={self._sslmode} PGCONNECT_TIMEOUT=5'
        return f"{settings} {shlex.join(given)}"

    @property
    def _sslmode(self) -> str:
        own = self._reach.host in ("localhost", "::1") or self._reach.host.startswith(("127.", "/"))
        return self._reach.sslmode or ("prefer" if own else "require")

    @contextmanager
    def _connect(self, secret: str) -> Iterator[Connection]:
        psycopg = _driver(self._at)
        reach = self._reach
        try:
            connection = psycopg.connect(
                host=reach.host,
                port=reach.port,
                dbname=reach.database,
                user=reach.user,
                password=secret,
                sslmode=self._sslmode,
                connect_timeout=CONNECT_SECONDS,
                # A network that swallows everything holds a thread for seconds, not for hours.
                keepalives_idle=2,
                keepalives_interval=1,
                keepalives_count=3,
                tcp_user_timeout=5000,
                application_name="incident-console",
                autocommit=True,
                # A pooler in between may hand each statement to another server process.
                prepare_threshold=None,
            )
        except psycopg.Error as error:
            raise self._not_connected(error) from None
        try:
            connection.execute(f"SET statement_timeout = {STATEMENT_MILLISECONDS}")
            yield cast("Connection", connection)
        except psycopg.Error as error:
            raise self._explained(error) from None
        finally:
            connection.close()

    @contextmanager
    def _transaction(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        connection.execute("BEGIN")
        try:
            connection.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
            yield
        except BaseException:
            if not connection.broken:
                connection.execute("ROLLBACK")
            raise
        psycopg = _driver(self._at)
        try:
            connection.execute("COMMIT")
        except psycopg.Error as error:
            told = self._explained(error)
            # The connection may have broken after the server had committed.
            told.effect = Effect.UNKNOWN
            raise told from None

    def _not_connected(self, error: psycopg.Error) -> AdapterError:
        said = str(error)
        detail = Untrusted(said)
        if any(sign in said for sign in _REFUSED_LOGIN):
            return BadCredentials(
                "refused the role or its password",
                where=self._at,
                todo="Correct `user` or `password`.",
                detail=detail,
            )
        if "does not exist" in said:
            return NotFound("has no such database", where=self._at, todo="Correct `database`.", detail=detail)
        if "timeout" in said:
            todo = "See whether it is up and can be reached from here."
            return TimedOut(
                f"did not answer within {CONNECT_SECONDS} s", where=self._at, todo=todo, effect=Effect.NONE
            )
        return Unreachable(
            "cannot be reached",
            where=self._at,
            todo="See whether it is up, and its name right.",
            detail=detail,
        )

    def _explained(self, error: psycopg.Error) -> AdapterError:
        """By the SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
        state, detail = error.sqlstate or "", Untrusted(str(error))
        at = self._at
        if state in ("55P03", "57014"):
            what = "the row is locked by another session" if state == "55P03" else "a statement took too long"
            return TimedOut(what, where=at, todo="See who holds it; it is tried again.", effect=Effect.NONE)
        if state in ("42P01", "42703", "3F000"):
            return NotFound(
                "has no such table or column", where=at, todo="Correct `table` or a column.", detail=detail
            )
        if state in ("42501", "25006"):
            return Forbidden(
                "does not let this role change it" if state == "42501" else "takes no writes",
                where=at,
                todo="GRANT SELECT, UPDATE on the table to the role, on the primary server.",
                detail=detail,
            )
        if state[:2] == "40":
            return Conflict("met somebody else's change", where=at, todo="It is tried again.", detail=detail)
        if state[:2] in ("22", "23", "42", "P0"):
            return Refused("refused the change", where=at, todo="Read what it said.", detail=detail)
        if not state or state[:2] in ("08", "57"):
            return Interrupted(
                "the connection broke",
                where=at,
                todo="See whether it is up.",
                detail=detail,
                effect=Effect.NONE,
            )
        return ServerFault(
            f"failed ({state})", where=at, todo="Read what it said.", detail=detail, effect=Effect.NONE
        )


def _driver(where: str) -> Any:
    """psycopg, which costs 60 ms and is needed by nobody else."""
    try:
        import psycopg
    except ImportError:
        raise BadOptions(
            "psycopg is not installed", where=where, todo='Install it: pip install "psycopg[binary]".'
        ) from None
    return psycopg


def _gate(triggers: int) -> ArmingCheck:
    if not triggers:
        return passed("no approval gate", "no trigger stands on the table")
    return unknown(
        "no approval gate",
        "a trigger stands on the table, and may refuse the change",
        "Read what the trigger does.",
    )
