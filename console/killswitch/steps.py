"""The rungs of a kill's ladder, and the steps by which they come true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Rung(Enum):
    """What a kill climbs, in order. There is one LEVER and one ACCEPTED rung for each lever that is tried."""

    JOURNALED = "journaled"
    LEVER = "lever"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    EVALUATED = "evaluated"
    QUIET = "quiet"
    FALLBACK = "fallback"


class Mark(Enum):
    """How a rung stands."""

    TO_COME = "to come"
    NOW = "now"
    TRUE = "true"
    UNKNOWN = "unknown"
    FALSE = "false"
    """It did not come true: an alarm."""
    NOT_CONFIGURED = "not configured"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to one rung.

    Attributes:
        rung: which rung.
        lever: number of the lever, from 1, for LEVER, ACCEPTED and CONFIRMED; 0 for the others.
        mark: how it stands now.
        seconds: on the monotonic clock since the confirming key; None for a rung still to come.
        text: what happened, plain and sanitized ("unleash: sent 0.04 s, no answer; may have worked").
    """

    rung: Rung
    lever: int
    mark: Mark
    seconds: float | None
    text: str


class Outcome(Enum):
    """How a kill stands as a whole."""

    ASKING = "asking"
    CONFIRMED = "confirmed"
    """Proven by a lever's own proof: read-back, check, evaluation or traffic."""
    ALREADY = "already killed"
    UNCONFIRMED = "sent, not confirmed"
    FAILED = "failed"
    """No lever worked."""
    NOT_SENT = "never sent"
    """Its process ended after the intent was journaled and before anything left."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A kill so far: the newest step of each rung, in climbing order.

    Attributes:
        kill_id: unique to this kill.
        feature, environment, flag_key: what is killed.
        operator: who pressed Enter.
        started: ISO 8601 instant of the confirming key, UTC.
        row: number of the intent in the journal; None when it could not be written.
        steps: newest of each (rung, lever), in the order of the ladder.
        outcome: as a whole.
        killed_by: number of the lever that is proven; None until then.
        finished: nothing more will be tried or watched.
        exit_status: of a command that waits for *confirmed*: 0, 1, 3 or 4; None while asking.
        still_on: levers that do not hold the kill state ("flag still ON in unleash"), in words.
    """

    kill_id: str
    feature: str
    environment: str
    flag_key: str
    operator: str
    started: str
    row: int | None
    steps: tuple[Step, ...]
    outcome: Outcome
    killed_by: int | None
    finished: bool
    exit_status: int | None
    still_on: tuple[str, ...] = ()


_PER_LEVER = (Rung.LEVER, Rung.ACCEPTED, Rung.CONFIRMED)
_BELOW = (Rung.EVALUATED, Rung.QUIET, Rung.FALLBACK)


def in_climbing_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Sort steps as the ladder shows them: the journal, each lever with its own rungs, what users see."""

    def place(step: Step) -> tuple[int, int, int]:
        if step.rung is Rung.JOURNALED:
            return (0, 0, 0)
        if step.rung in _PER_LEVER:
            return (1, step.lever, _PER_LEVER.index(step.rung))
        return (2, 0, _BELOW.index(step.rung))

    return tuple(sorted(steps, key=place))


def pulled(ladder: Ladder) -> frozenset[int]:
    """Numbers of the levers that were sent, or may have been."""
    return frozenset(
        step.lever
        for step in ladder.steps
        if step.rung is Rung.LEVER and step.mark in (Mark.TRUE, Mark.UNKNOWN, Mark.NOW)
    )
