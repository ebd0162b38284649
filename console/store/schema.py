"""The tables of the history, as named migrations that are recorded in the file.

Instants are microseconds since 1970; texts from outside are written by `console.store.text`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

SET = "console-history"
"""Under this name the migrations are recorded."""


def _readings(db: Database) -> None:
    db.table("series").create(
        {"id": int, "feature": str, "environment": str, "signal": str},
        pk="id",
        not_null={"feature", "environment", "signal"},
        strict=True,
    )
    db.table("series").create_index(["feature", "environment", "signal"], unique=True)
    # In the order in which they are read, aged and thinned out, and not a second time in an index.
    db.execute("""
        CREATE TABLE readings (
            series INTEGER NOT NULL REFERENCES series (id),
            coarse INTEGER NOT NULL,
            start INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            newest INTEGER,
            partial TEXT NOT NULL,
            body TEXT NOT NULL,
            kept INTEGER NOT NULL,
            PRIMARY KEY (series, coarse, start, "end")
        ) STRICT, WITHOUT ROWID
    """)


def _changes(db: Database) -> None:
    db.table("changes").create(
        {
            "id": int,
            "feature": str,
            "environment": str,
            "kind": str,
            "key": str,
            "at": int,
            "event_at": int,
            "body": str,
        },
        pk="id",
        not_null={"feature", "environment", "kind", "key", "at", "body"},
        strict=True,
    )
    db.table("changes").create_index(["feature", "environment", "kind", "key"], unique=True)
    db.table("changes").create_index(["feature", "environment", "at"])


def _latches(db: Database) -> None:
    db.table("latches").create(
        {
            "feature": str,
            "environment": str,
            "signal": str,
            "since": int,
            "headline": str,
            "numbers": str,
        },
        pk=("feature", "environment", "signal"),
        not_null={"since", "headline", "numbers"},
        strict=True,
    )


def _presence(db: Database) -> None:
    db.table("presence").create(
        {
            "console": str,
            "operator": str,
            "feature": str,
            "environment": str,
            "screen": str,
            "seen": int,
        },
        pk="console",
        not_null={"operator", "feature", "environment", "screen", "seen"},
        strict=True,
    )


def _prompts(db: Database) -> None:
    db.table("prompts").create(
        {"id": int, "feature": str, "environment": str, "at": int, "source": str, "text": str, "kept": int},
        pk="id",
        not_null={"feature", "environment", "at", "source", "text", "kept"},
        strict=True,
    )
    db.table("prompts").create_index(["feature", "environment", "at"])


STEPS: tuple[tuple[str, Callable[[Database], None]], ...] = (
    ("0001-readings", _readings),
    ("0002-changes", _changes),
    ("0003-latches", _latches),
    ("0004-presence", _presence),
    ("0005-prompts", _prompts),
)
"""Every migration, oldest first. One that has been released is never changed: the next is added."""

NAMES = frozenset(name for name, _ in STEPS)


def migrations() -> Migrations:
    """Make the set that applies them."""
    from sqlite_utils import Migrations

    history = Migrations(SET)
    for name, step in STEPS:
        history(name=name)(step)
    return history
