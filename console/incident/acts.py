"""What people do with the console, as rows of the journal: typed on the way in and on the way out.

An act's kind is the row's kind; its fields are the row's body, beside `operator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from console.identity import Operator

if TYPE_CHECKING:
    from console.store.journal import Row


class Note(msgspec.Struct, frozen=True, tag="note", tag_field="kind"):
    """Somebody wrote something down."""

    text: str


class Look(msgspec.Struct, frozen=True, tag="look", tag_field="kind"):
    """Somebody pressed a key on a screen that shows signals; an idle pane is no look.

    Attributes:
        screen: "signals", or the title of the signal whose detail was opened.
    """

    screen: str


class Attest(msgspec.Struct, frozen=True, tag="attest", tag_field="kind"):
    """Somebody vouches for a launch gate.

    Attributes:
        gate: its key (`console.readiness.gates`).
        evidence: words or an address.
        until: when it expires, UTC.
    """

    gate: str
    evidence: str
    until: datetime


class Waive(msgspec.Struct, frozen=True, tag="waive", tag_field="kind"):
    """Somebody goes without a launch gate for a time.

    Attributes:
        approver: who allowed it.
        until: when it expires, UTC.
    """

    gate: str
    reason: str
    approver: str
    until: datetime


class Acknowledge(msgspec.Struct, frozen=True, tag="acknowledge", tag_field="kind"):
    """Somebody has read the runbook.

    Attributes:
        version: of the runbook that was read (`console.runbook.text.version`).
    """

    version: str


class AlarmSeen(msgspec.Struct, frozen=True, tag="alarm-seen", tag_field="kind"):
    """Somebody has seen that a rung of a kill's ladder did not come true, and takes it from there.

    Attributes:
        kill: id of the kill.
        rungs: names of the rungs that stood as alarms ("quiet").
    """

    kill: str
    rungs: tuple[str, ...]


class Said(msgspec.Struct, frozen=True, tag="said", tag_field="kind"):
    """What the launch meeting said of a gate."""

    gate: str
    text: str


class Proved(msgspec.Struct, frozen=True, tag="proved", tag_field="kind"):
    """Somebody asked whether it can be killed.

    Attributes:
        armed, levers: so many of so many levers were armed.
    """

    armed: int
    levers: int


class Opened(msgspec.Struct, frozen=True, tag="opened", tag_field="kind"):
    """Somebody opened the kill dialog; whether a kill followed is in rows of the kill's own."""


class Restore(msgspec.Struct, frozen=True, tag="restore", tag_field="kind"):
    """Somebody begins a restore, or a step down; written before anything is sent.

    Attributes:
        down: a step down; what is killed stays killed.
        stage: its name; percent: share of users there.
        causes: by signal key, what its BREACH came from.
        overridden: rules that did not hold and were gone past, in words.
    """

    down: bool
    stage: str
    percent: float
    reason: str
    causes: dict[str, str] = {}
    overridden: list[str] = []


class Restored(msgspec.Struct, frozen=True, tag="restored", tag_field="kind"):
    """How a `Restore` ended.

    Attributes:
        result: a value of `console.restoring.way.Result`.
        steps: what was done and seen, in words.
    """

    down: bool
    stage: str
    percent: float
    result: str
    steps: list[str] = []


class Play(msgspec.Struct, frozen=True, tag="play", tag_field="kind"):
    """Somebody switched the embedded world to another scenario."""

    scenario: str


Act = (
    Note
    | Look
    | Attest
    | Waive
    | Acknowledge
    | AlarmSeen
    | Said
    | Proved
    | Opened
    | Restore
    | Restored
    | Play
)

KINDS = (
    "note",
    "look",
    "attest",
    "waive",
    "acknowledge",
    "alarm-seen",
    "said",
    "proved",
    "opened",
    "restore",
    "restored",
    "play",
)
"""Kinds of rows that hold an act; a kill's own are in `console.killswitch.history`."""


@dataclass(frozen=True, slots=True)
class Done:
    """An act as it stands in the journal.

    Attributes:
        at: instant of the real clock, UTC.
        row: number of the row.
    """

    at: datetime
    row: int
    operator: Operator
    act: Act


def body_of(act: Act, operator: Operator) -> dict[str, Any]:
    """The body of an act's row."""
    fields = msgspec.to_builtins(act)
    fields.pop("kind")
    return {"operator": operator.as_dict(), **fields}


def kind_of(act: Act) -> str:
    """The kind of an act's row."""
    return str(msgspec.to_builtins(act)["kind"])


def done(row: Row) -> Done | None:
    """Read an act back; None for a row of another kind, or one that a newer version has written."""
    if row.kind not in KINDS:
        return None
    fields: Mapping[str, Any] = {key: value for key, value in row.body.items() if key != "operator"}
    try:
        act = msgspec.convert({**fields, "kind": row.kind}, Act)
        who = msgspec.convert(row.body.get("operator", {}), Operator)
    except msgspec.ValidationError:
        return None
    return Done(row.at, row.number, who, act)
