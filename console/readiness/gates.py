"""The launch gates: what is asked, why, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class GateState(Enum):
    """How a gate stands; the value is the word shown."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    EXPIRED = "EXPIRED"
    WAIVED = "WAIVED"

    @property
    def met(self) -> bool:
        """It does not stand in the way."""
        return self in (GateState.PASS, GateState.WAIVED)


@dataclass(frozen=True, slots=True)
class GateDefinition:
    """One question of the launch checklist.

    Attributes:
        key: as typed in commands ("nightly-eval").
        title: as on the checklist.
        asked: what must hold, in a sentence.
        why: what goes wrong without it.
        counted: one of the chapter's eight; the one that is not stands below them.
    """

    key: str
    title: str
    asked: str
    why: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """One piece of what was seen of a gate, for its walk-through.

    Attributes:
        state: whether it speaks for the gate; None says nothing either way.
        text: "Jonas Ek       version 3f2a91c   Mon 10:12".
    """

    state: GateState | None
    text: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate as it stands. Texts are plain and sanitized; instants are of the real clock, UTC.

    Attributes:
        evidence: what speaks for it, or what is missing, in a line or two.
        by: who or what vouches for it ("console", "Jonas Ek", "3 of 4"), or "".
        at: when that was seen or said; None where nothing was.
        good_to: when it expires; None where it is always read anew, or nothing vouches for it.
        seen: everything that was looked at, for the walk-through.
        missing: what it lacks, in words, or "" when it is met.
        fix: what to do about it, with the key or command, or "" when it is met.
        said: what the launch meeting last said of it, or "".
    """

    definition: GateDefinition
    state: GateState
    evidence: str
    by: str = ""
    at: datetime | None = None
    good_to: datetime | None = None
    seen: tuple[Seen, ...] = field(default=())
    missing: str = ""
    fix: str = ""
    said: str = ""
