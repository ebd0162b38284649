"""What the history keeps, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.untrusted import Untrusted


@dataclass(frozen=True, slots=True)
class Observed:
    """Something that every console sees by itself: a verdict that changed, a flag that somebody changed.

    Attributes:
        kind: "verdict", "flag", "model", "source" or "reload".
        key: unique within feature, environment and kind: of what several consoles see, the first is kept.
        at: instant of the real clock, UTC.
        event_at: event time, where the sources' clock says it; else None.
        body: plain JSON values.
    """

    feature: str
    environment: str
    kind: str
    key: str
    at: datetime
    event_at: datetime | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Latch:
    """A BREACH that stands, so that a restart does not forget it.

    Attributes:
        signal: key in the configuration.
        since: event time at which it began.
        headline: what was proven ("error rate 36.8 %: 14 of 38 answers failed").
        numbers: behind it, as in `Verdict.numbers`.
    """

    signal: str
    since: datetime
    headline: str
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Presence:
    """A console that is open now.

    Attributes:
        console: unique to the process.
        operator: who sits at it.
        feature, environment: which one it shows; "" while it shows them all.
        screen: which screen ("signals").
        seen: instant (UTC) of its last sign of life.
    """

    console: str
    operator: str
    feature: str
    environment: str
    screen: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Prompt:
    """A production prompt or answer, kept for a short time for people to look at.

    Attributes:
        at: event time, UTC.
        source: where it came from, in our own words ("langfuse at ...").
    """

    at: datetime
    source: str
    text: Untrusted
