"""Who asks for a draft, and when; and which customers complain."""

from __future__ import annotations

import math
import random
from bisect import bisect
from typing import NamedTuple

from console.demo.acme import DayShape, Roster
from console.demo.conditions import Loop
from console.demo.drafts import CATEGORY_NAMES, CATEGORY_SUMS

COMPLAINTS = (("wrong tone", 0.3), ("outdated answer", 0.27), ("draft missing", 0.23), ("slow reply", 0.2))
"""Categories of tickets that mention the feature, with their shares."""
WRONG_LANGUAGE = "wrong language"
"""One more category, which nobody has chosen while all is well."""


class Request(NamedTuple):
    """Somebody asks for a draft.

    Attributes:
        at: Acme's clock.
        agent: index in `agents()`.
        rounds: how often a loop has asked before; None for a person.
    """

    at: float
    agent: int
    category: str
    rounds: int | None = None


class Moments:
    """A Poisson process that follows the day shape, drawn by thinning (Lewis and Shedler 1979).

    One moment after the other comes from the random stream, so that the same seed gives the same moments
    however the time is cut into ticks.

    Args:
        per_day: expected number on an ordinary weekday.
        start: Acme's clock from which on moments are drawn.
    """

    def __init__(self, rng: random.Random, shape: DayShape, per_day: float, start: float) -> None:
        self._rng = rng
        self._shape = shape
        self._mean_gap = 1 / (per_day * shape.peak) if per_day > 0 else math.inf
        self._at = start
        self._next: float | None = None

    def pop(self, until: float) -> float | None:
        """The next moment before `until`, or None. A moment beyond is kept for later."""
        while self._next is None:
            if self._at >= until:
                return None
            self._at += -math.log(1.0 - self._rng.random()) * self._mean_gap
            if self._rng.random() * self._shape.peak < self._shape.rate(self._at):
                self._next = self._at
        if self._next >= until:
            return None
        due, self._next = self._next, None
        return due


class Arrivals:
    """Requests: moment, agent and category, all from one stream of random numbers."""

    def __init__(
        self, rng: random.Random, shape: DayShape, roster: Roster, volume: float, start: float
    ) -> None:
        self._rng = rng
        self._roster = roster
        self._moments = Moments(rng, shape, roster.per_day * volume, start)

    def pop(self, until: float) -> Request | None:
        """The next request before `until`, or None."""
        at = self._moments.pop(until)
        if at is None:
            return None
        agent = self._roster.draw(self._rng.random())
        category = CATEGORY_NAMES[min(bisect(CATEGORY_SUMS, self._rng.random()), len(CATEGORY_NAMES) - 1)]
        return Request(at, agent, category)


class Rounds:
    """The requests of a loop: one agent's, about some ticket, at a steady rate by day and by night.

    Args:
        loop: how often it asks.
        agent: index in `agents()`.
        start: Acme's clock from which on it asks.
    """

    def __init__(self, rng: random.Random, loop: Loop, volume: float, agent: int, start: float) -> None:
        self._rng = rng
        self._mean_gap = 60 / (loop.per_minute * volume)
        self._agent = agent
        self._next = start
        self._rounds = 0

    def pop(self, until: float) -> Request | None:
        """The next request before `until`, or None."""
        if self._next >= until:
            return None
        at, self._next = self._next, self._next - math.log(1.0 - self._rng.random()) * self._mean_gap
        self._rounds += 1
        return Request(at, self._agent, "technical", self._rounds - 1)


def complaint(u: float, wrong_language: float = 0.0) -> str:
    """The category of a ticket that a uniform number in [0, 1) falls on."""
    if u >= 1 - wrong_language:
        return WRONG_LANGUAGE
    u /= 1 - wrong_language
    for category, share in COMPLAINTS:
        if u < share:
            return category
        u -= share
    return COMPLAINTS[-1][0]
