"""What a scenario of the embedded world is made of. Light to import."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from console.demo.conditions import Conditions

EARLIEST, LATEST = 180.0, 300.0
"""Seconds of event time after the start between which the trouble begins, so that one sees it begin."""
SOONEST, SOON = 30.0, 60.0
"""The same after a switch: who has asked for it waits for it, but is to see the healthy state before it."""

HOUR, DAY = 3_600.0, 86_400.0
TUESDAY = 1 * DAY
PLAIN = TUESDAY + 10.5 * HOUR
"""Acme's clock when an ordinary world starts: Tuesday, 10:30."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When the world starts, and how far the rollout is then.

    Attributes:
        at: Acme's clock, seconds from the Monday 00:00 on which the stage began.
        stage: team, 5%, 25%, 50% or 100%.
        drafts: of the model on a weekday, where they are fewer than forecast for the stage; None for all.
    """

    at: float = PLAIN
    stage: str = "25%"
    drafts: float | None = None


@dataclass(frozen=True, slots=True)
class Prelude:
    """Trouble that began before the world starts, so that a whole day of it is known.

    Attributes:
        at: Acme's clock; minus infinity for ever.
    """

    at: float
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Reaches:
    """One signal gets into one of some states, within so many minutes of event time after the start."""

    signal: str
    states: frozenset[str]
    within: float


@dataclass(frozen=True, slots=True)
class Never:
    """For so many minutes of event time after the start, some signals are never in one of some states."""

    signals: tuple[str, ...]
    states: frozenset[str]
    until: float


@dataclass(frozen=True, slots=True)
class Says:
    """What is said of a signal has a word in it, within so many minutes of event time after the start."""

    signal: str
    word: str
    within: float


@dataclass(frozen=True, slots=True)
class Lasts:
    """One signal is in one of some states from one minute after the start to another."""

    signal: str
    states: frozenset[str]
    since: float
    until: float


Expectation = Reaches | Never | Says | Lasts

HARM = frozenset({"BREACH"})
SUSPECT = frozenset({"WATCH", "BREACH"})
SILENT = frozenset({"STALE"})
UNKNOWN = frozenset({"TOO FEW", "NO DATA"})
CLAIMS = frozenset({"OK", "BREACH"})
SEVEN = ("errors", "latency", "cost", "feedback", "evals", "tickets", "injection")


def all_but(*signals: str) -> tuple[str, ...]:
    """The seven without some."""
    return tuple(key for key in SEVEN if key not in signals)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story of the embedded world.

    Attributes:
        summary: what happens, in one line.
        see: what one sees on the screen.
        do: what one should do.
        trouble: how things are once it has begun; None when nothing goes wrong.
        expects: what the console must, and must not, make of it at any seed.
        opening: when the world starts, when it is started with this scenario.
        prelude: what had begun before that.
    """

    name: str
    summary: str
    see: str
    do: str
    trouble: Conditions | None
    expects: tuple[Expectation, ...] = ()
    opening: Opening = field(default=Opening())
    prelude: Prelude | None = None

    def begins(self, seed: int) -> float | None:
        """Seconds of event time from the start to the trouble; None when there is none."""
        return self._draw(f"{seed}:trouble", EARLIEST, LATEST)

    def begins_when_played(self, seed: int, nth: int) -> float | None:
        """Seconds of event time from the `nth` switch to the trouble; None when there is none."""
        return self._draw(f"{seed}:trouble:{nth}", SOONEST, SOON)

    def _draw(self, name: str, low: float, high: float) -> float | None:
        if self.trouble is None:
            return None
        import random  # here, so that listing the scenarios stays light

        return random.Random(name).uniform(low, high)


def ever(conditions: Conditions) -> Prelude:
    """It was never otherwise."""
    return Prelude(-math.inf, conditions)
