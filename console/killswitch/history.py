"""Kills in the journal: one "intent" row each, then a "step" row for everything that happened to it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from console.killswitch.record import PRODUCTION, TABLETOP, DrillRecord, FlagBefore, KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step, in_climbing_order
from console.killswitch.times import confirmed_after

if TYPE_CHECKING:
    from console.store.journal import Journal, Row

INTENT = "intent"
STEP = "step"
DRILL_INTENT = "drill-intent"
DRILL_STEP = "drill-step"
"""A drill's kill has rows of other kinds, so that none of them is ever read as a real one."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Kinds of the rows that tell of one kill."""

    intent: str
    step: str


REAL, DRILLED = Rows(INTENT, STEP), Rows(DRILL_INTENT, DRILL_STEP)
ABANDONED = "abandoned"
RESUMED = "resumed"
"""Another process goes on with a kill whose own has ended; its body says which."""


def step_body(number: int, step: Step, ladder: Ladder) -> dict[str, Any]:
    """Make the body of a step's row.

    Args:
        number: counts the rows of this kill, so that their order does not hang on a wall clock.
    """
    return {
        "seq": number,
        "step": msgspec.to_builtins(step),
        "outcome": ladder.outcome.value,
        "killed_by": ladder.killed_by,
        "finished": ladder.finished,
        "exit_status": ladder.exit_status,
        "still_on": list(ladder.still_on),
    }


def records(rows: Iterable[Row]) -> list[KillRecord]:
    """Read kills back from rows of theirs, oldest first; without its intent one is passed over."""
    found = [_record(intent, mine) for intent, mine in _by_kill(rows, INTENT)]
    return sorted(found, key=lambda record: record.at)


def drill_records(rows: Iterable[Row]) -> list[DrillRecord]:
    """Read the kills of drills back from rows of theirs, oldest first; as `records`.

    Of a tabletop there is none: nothing was sent.
    """
    found = []
    for intent, mine in _by_kill(rows, DRILL_INTENT):
        kind = str(intent.body.get("drill", PRODUCTION))
        kill = _record(intent, mine, DRILL_STEP)
        if kind != TABLETOP:
            found.append(DrillRecord(kill.ladder, kill.at, kill.confirmed_at, kill.before, kill.prints, kind))
    return sorted(found, key=lambda record: record.at)


def drill_ladder(rows: Iterable[Row]) -> Ladder | None:
    """The ladder of the kill in the rows of one drill, a tabletop's too; None where there is none."""
    for intent, mine in _by_kill(rows, DRILL_INTENT):
        return _record(intent, mine, DRILL_STEP).ladder
    return None


def _by_kill(rows: Iterable[Row], kind: str) -> Iterator[tuple[Row, list[Row]]]:
    """The intent of each kill, with all rows of that kill."""
    kills: dict[str, list[Row]] = {}
    for row in rows:
        kills.setdefault(row.kill_id, []).append(row)
    for mine in kills.values():
        intent = next((row for row in mine if row.kind == kind), None)
        if intent is not None:
            yield intent, mine


def latest_kill(journal: Journal, feature: str, environment: str) -> KillRecord | None:
    """Give the newest kill of a feature, or None when it was never killed. Waits for the disk."""
    intents = journal.rows(feature=feature, environment=environment, kinds=(INTENT,))
    return _record(intents[-1], journal.rows(kill_id=intents[-1].kill_id)) if intents else None


def open_intents(journal: Journal) -> tuple[KillRecord, ...]:
    """Find kills that were begun and never ended, by processes that are gone. Waits for the disk.

    Their requests may have left: the intent is journaled right before. Nothing is sent here.
    """
    found: list[KillRecord] = []
    for intent, mine in _by_kill(journal.rows(kinds=(INTENT, STEP, RESUMED)), INTENT):
        record = _record(intent, mine)
        carriers = [intent, *(row for row in mine if row.kind == RESUMED)]
        if not record.ladder.finished and not any(still_runs(row.body) for row in carriers):
            found.append(record)
    return tuple(found)


def carrier() -> dict[str, Any]:
    """What the body of an intent, or of a `RESUMED` row, says of the process that carries the kill."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "pid_began": process_began(os.getpid())}


def find_kill(journal: Journal, kill_id: str) -> tuple[KillRecord, int] | None:
    """Give one kill, and the number of its newest step; None where it is not there. Waits for the disk."""
    rows = journal.rows(kill_id=kill_id)
    for intent, mine in _by_kill(rows, INTENT):
        numbers = [int(row.body["seq"]) for row in mine if row.kind == STEP]
        return _record(intent, mine), max(numbers, default=0)
    return None


def _record(intent: Row, rows: Iterable[Row], kind: str = STEP) -> KillRecord:
    body = intent.body
    ladder = Ladder(
        kill_id=intent.kill_id,
        feature=intent.feature,
        environment=intent.environment,
        flag_key=str(body["flag_key"]),
        operator=str(body["operator"]["name"]),
        started=str(body["started"]),
        row=intent.number,
        steps=(Step(Rung.JOURNALED, 0, Mark.TRUE, 0.0, f"row {intent.number}"),),
        outcome=Outcome.ASKING,
        killed_by=None,
        finished=False,
        exit_status=None,
    )
    for row in sorted((row for row in rows if row.kind == kind), key=lambda row: int(row.body["seq"])):
        ladder = _with(ladder, row.body)
    at = datetime.fromisoformat(ladder.started)
    seconds = confirmed_after(ladder)
    confirmed_at = None if seconds is None else at + timedelta(seconds=seconds)
    prints = {int(number): str(mark) for number, mark in body.get("prints", {}).items()}
    return KillRecord(ladder, at, confirmed_at, _before(body.get("before")), prints)


def _before(body: Mapping[str, Any] | None) -> FlagBefore | None:
    if body is None:
        return None
    percent = body["percent"]
    return FlagBefore(
        bool(body["on"]), None if percent is None else float(percent), tuple(map(str, body["rules"]))
    )


def _with(ladder: Ladder, body: Mapping[str, Any]) -> Ladder:
    step = msgspec.convert(body["step"], Step)
    steps = {(each.rung, each.lever): each for each in ladder.steps}
    steps[step.rung, step.lever] = step
    return replace(
        ladder,
        steps=in_climbing_order(each for each in steps.values() if each.mark is not Mark.TO_COME),
        outcome=Outcome(body["outcome"]),
        killed_by=body["killed_by"],
        finished=body["finished"],
        exit_status=body["exit_status"],
        still_on=tuple(body["still_on"]),
    )


def still_runs(intent: Mapping[str, Any]) -> bool:
    """Whether the process that wrote an intent still lives; one on another host may."""
    if intent.get("host") != socket.gethostname():
        return True
    pid = int(intent.get("pid", 0))
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process_began(pid) == str(intent.get("pid_began", ""))


def process_began(pid: int) -> str:
    """When a process began, in the kernel's own count, which tells it from a later one of the same number.

    Returns:
        "" for one that has ended, and where the system does not say (anything but Linux).
    """
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state in "ZX" or len(rest) < 19 else rest[18]
