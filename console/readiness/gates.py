"""The launch gates: what is asked, why, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

PROOF_GOOD_FOR = timedelta(days=30)
"""How long a confirmed kill, and a fallback that was seen to answer, count as proof that they work."""


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


DEFINITIONS: tuple[GateDefinition, ...] = (
    GateDefinition(
        "flag",
        "flag, per-user or percentage rollout",
        "the feature is behind a flag that can be given to a share of users, or to named ones",
        "without it there is no small cohort, and the way back is a redeploy: minutes instead of seconds",
    ),
    GateDefinition(
        "kill-switch",
        "kill switch tested",
        "somebody has pulled it on this very flag, and it was confirmed, within the last 30 days",
        "a switch that nobody ever pulled fails when it is needed; a rotated token disarms it in silence",
    ),
    GateDefinition(
        "fallback",
        "fallback tested",
        "what users get instead has been seen to answer while the feature was killed",
        "a broken fallback is worse than none, and reviewing its code does not show that it works",
    ),
    GateDefinition(
        "internal-cohort",
        "internal cohort ran, issues triaged",
        "our own team has used it for at least 3 days, and what it found has been triaged",
        "about four in ten issues are found there, by people who forgive them",
    ),
    GateDefinition(
        "ramp-criteria",
        "5 % cohort and ramp criteria",
        "who the first 5 % are is chosen on purpose, and what must hold before the next is written down",
        "the wrong 5 % hides what the rest will hit; without criteria a ramp stalls, or goes on by hope",
    ),
    GateDefinition(
        "dashboards",
        "dashboards visible",
        "cost, latency, error rate and eval score can be seen, and are fresh",
        "what cannot be seen in the first days is found by users, and by the bill",
    ),
    GateDefinition(
        "nightly-eval",
        "nightly eval running",
        "answers sampled from production were scored within the last 26 hours",
        "the cold eval tells what was known before; only production tells what was not",
    ),
    GateDefinition(
        "runbook",
        "on-call knows the runbook",
        "every person of the rotation has read this version of it",
        "paged at 3 a.m. nobody should be looking for where the flag lives",
    ),
    GateDefinition(
        "answered",
        "signals answered before the first user",
        "every configured signal had evidence before the first AI answer was given",
        "what went wrong with the first users is lost for good where nothing was watching yet",
        counted=False,
    ),
)
"""The eight of the deployment checklist in its order, then one that it implies and that is not counted."""

BY_KEY = {definition.key: definition for definition in DEFINITIONS}
