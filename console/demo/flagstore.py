"""The flag service's SQLite tables. docs/flag-service.md describes them for whoever reads them by hand."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from console.demo.bucketing import Rules

SCHEMA = """
CREATE TABLE flags (
    environment TEXT NOT NULL,
    key         TEXT NOT NULL,
    enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    percent     REAL NOT NULL CHECK (percent BETWEEN 0 AND 100),
    version     INTEGER NOT NULL,
    changed_at  TEXT NOT NULL,
    changed_by  TEXT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (environment, key)
) STRICT;
CREATE TABLE flag_users (
    environment TEXT NOT NULL,
    key         TEXT NOT NULL,
    user        TEXT NOT NULL,
    PRIMARY KEY (environment, key, user)
) STRICT;
CREATE TABLE flag_changes (
    id          INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    key         TEXT NOT NULL,
    version     INTEGER NOT NULL,
    enabled     INTEGER NOT NULL,
    percent     REAL NOT NULL,
    users       TEXT NOT NULL,
    changed_at  TEXT NOT NULL,
    changed_by  TEXT NOT NULL,
    reason      TEXT NOT NULL
) STRICT;
"""


class Flag(msgspec.Struct, frozen=True):
    """A flag in one environment, as the admin API shows it."""

    key: str
    environment: str
    on: bool
    percent: float
    users: tuple[str, ...]
    version: int
    changed_at: str
    changed_by: str
    reason: str

    @property
    def rules(self) -> Rules:
        """What evaluation needs of it."""
        return Rules(self.key, self.on, self.percent, self.users, self.version)


class FlagStore:
    """Reads and changes flags. Nothing is cached, so that a row changed by hand counts at once.

    Args:
        path: the SQLite file; it is made with its tables when it is not there.
    """

    def __init__(self, path: Path) -> None:
        fresh = not path.exists()
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA busy_timeout = 1000")
        if fresh:
            self._db.executescript(SCHEMA)

    def add(self, flag: Flag) -> None:
        """Put in a flag that is not there yet."""
        self._db.execute("BEGIN IMMEDIATE")
        self._write(flag)
        self._db.execute("COMMIT")

    def environments(self) -> frozenset[str]:
        """Names of the environments that have a flag."""
        return frozenset(name for (name,) in self._db.execute("SELECT DISTINCT environment FROM flags"))

    def get(self, environment: str, key: str) -> Flag | None:
        """One flag, or None."""
        row = self._db.execute(
            "SELECT enabled, percent, version, changed_at, changed_by, reason FROM flags"
            " WHERE environment = ? AND key = ?",
            (environment, key),
        ).fetchone()
        if row is None:
            return None
        users = tuple(
            user
            for (user,) in self._db.execute(
                "SELECT user FROM flag_users WHERE environment = ? AND key = ? ORDER BY user",
                (environment, key),
            )
        )
        enabled, percent, version, changed_at, changed_by, reason = row
        return Flag(key, environment, bool(enabled), percent, users, version, changed_at, changed_by, reason)

    def all(self, environment: str) -> list[Flag]:
        """Every flag of an environment, by key."""
        keys = self._db.execute(
            "SELECT key FROM flags WHERE environment = ? ORDER BY key", (environment,)
        ).fetchall()
        return [flag for (key,) in keys if (flag := self.get(environment, key)) is not None]

    def change(
        self,
        environment: str,
        key: str,
        *,
        on: bool | None,
        percent: float | None,
        users: tuple[str, ...] | None,
        by: str,
        reason: str,
    ) -> tuple[Flag | None, bool]:
        """Set what is given, and leave the rest. Saying what already holds changes nothing, not even the
        version.

        Returns:
            (the flag afterwards, or None when there is none, whether it changed).
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            before = self.get(environment, key)
            if before is None:
                return None, False
            wanted = (
                before.on if on is None else on,
                before.percent if percent is None else float(percent),
                before.users if users is None else tuple(sorted(set(users))),
            )
            if wanted == (before.on, before.percent, before.users):
                return before, False
            after = Flag(key, environment, *wanted, before.version + 1, now_text(), by, reason)
            self._write(after)
            return after, True
        finally:
            self._db.execute("COMMIT")

    def version_of_file(self) -> int:
        """A number that differs after another connection has committed a change (SQLite's data_version)."""
        (number,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(number)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _write(self, flag: Flag) -> None:
        place = (flag.environment, flag.key)
        facts = (flag.changed_at, flag.changed_by, flag.reason)
        self._db.execute(
            "INSERT OR REPLACE INTO flags VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*place, int(flag.on), flag.percent, flag.version, *facts),
        )
        self._db.execute("DELETE FROM flag_users WHERE environment = ? AND key = ?", place)
        self._db.executemany(
            "INSERT INTO flag_users VALUES (?, ?, ?)", [(*place, user) for user in flag.users]
        )
        self._db.execute(
            "INSERT INTO flag_changes (environment, key, version, enabled, percent, users,"
            " changed_at, changed_by, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*place, flag.version, int(flag.on), flag.percent, " ".join(flag.users), *facts),
        )


def now_text() -> str:
    """This instant as the tables and the API write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
