"""Acme's support agents, and when they work.

600 agents write about 12,000 replies on a weekday. Their flag buckets are real (`bucketing.bucket`), and
their activity is scaled group by group, so that the stages come out as Acme saw them: a team of 8 with 200
drafts a day, 5 % with 600, 25 % with 3,000.
"""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from console.demo.bucketing import BUCKETS, bucket

FLAG_KEY = "support-drafts-ai"
DRILL_KEY = "support-drafts-ai-drill"
"""Flag that rehearsals flip; no agent's path hangs on it."""
FEATURE = "support-drafts"
ENVIRONMENT = "demo"

AGENTS = 600
FIRST_NUMBER = 9201
"""Agents' numbers start here: over these 600 the buckets of our flag fall on 5, 25 and 50 % as evenly as
one may ask."""

TEAM_SIZE = 8
GROUPS = (
    ("team", 0.0, 200.0),
    ("5%", 5.0, 400.0),
    ("25%", 25.0, 2400.0),
    ("50%", 50.0, 3000.0),
    ("100%", 100.0, 6000.0),
)
"""(cohort, percentage at which its members come in, its replies on a weekday). The team lies inside the
first 5 %."""

TIERS = (("free", 0.5), ("pro", 0.35), ("enterprise", 0.15))
REGIONS = (("eu-west", 0.4), ("us-east", 0.35), ("us-west", 0.15), ("apac", 0.1))
LANGUAGES = (("en", 0.72), ("es", 0.12), ("de", 0.1), ("fr", 0.06))
CATEGORIES = (
    ("billing", 0.26),
    ("shipping", 0.22),
    ("returns", 0.18),
    ("account", 0.16),
    ("technical", 0.18),
)
"""What customers write about, with the share of each."""

HOURS = (
    0.3, 0.2, 0.2, 0.2, 0.3, 0.6, 1.5, 4.0, 8.0, 10.5, 11.0, 10.5,
    8.5, 9.5, 10.5, 10.0, 8.5, 6.5, 4.0, 2.2, 1.5, 1.0, 0.7, 0.5,
)  # fmt: skip
"""Work by hour of the day, as weights at the middle of each hour; between them it goes in straight lines."""
WEEKDAYS = (1.0, 1.0, 1.0, 1.0, 0.95, 0.38, 0.32)
"""Monday first."""
MONDAY_MORNING = 1.35
"""What gathered over the weekend, answered between 8 and 11."""

DAY = 86_400
TUESDAY = 1


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who answers customers.

    Attributes:
        cohort: the stage of the rollout that first reaches this agent: team, 5%, 25%, 50% or 100%.
        activity: replies on a full weekday, on average.
    """

    user: str
    cohort: str
    tier: str
    region: str
    language: str
    activity: float


@cache
def agents() -> tuple[Agent, ...]:
    """All 600, the same in every world: a seed changes what happens, not who works there."""
    rng = random.Random("acme")
    names = [f"agent-{FIRST_NUMBER + i}" for i in range(AGENTS)]
    cohorts = [_cohort(bucket(FLAG_KEY, name)) for name in names]
    for i in [i for i, cohort in enumerate(cohorts) if cohort == "5%"][:TEAM_SIZE]:
        cohorts[i] = "team"
    appetite = [rng.lognormvariate(0, 0.5) for _ in names]
    total = {
        group: sum(a for a, c in zip(appetite, cohorts, strict=True) if c == group) for group, _, _ in GROUPS
    }
    wanted = {group: replies for group, _, replies in GROUPS}
    return tuple(
        Agent(
            name,
            cohort,
            "enterprise" if cohort == "team" else _pick(rng, TIERS),
            _pick(rng, REGIONS),
            _pick(rng, LANGUAGES),
            own * wanted[cohort] / total[cohort],
        )
        for name, cohort, own in zip(names, cohorts, appetite, strict=True)
    )


def team() -> tuple[str, ...]:
    """The eight of the internal cohort."""
    return tuple(agent.user for agent in agents() if agent.cohort == "team")


def _cohort(place: int) -> str:
    return next(group for group, percent, _ in GROUPS if place < percent * BUCKETS / 100)


def _pick(rng: random.Random, shares: tuple[tuple[str, float], ...]) -> str:
    names, weights = zip(*shares, strict=True)
    return str(rng.choices(names, weights)[0])


def share_by_minute() -> tuple[float, ...]:
    """The share of an ordinary day's replies that falls into each of its 1,440 minutes; they add up to 1."""
    curve = []
    for minute in range(1440):
        place = minute / 60 - 0.5
        hour = int(place // 1)
        part = place - hour
        curve.append(HOURS[hour % 24] * (1 - part) + HOURS[(hour + 1) % 24] * part)
    total = sum(curve)
    return tuple(value / total for value in curve)


class DayShape:
    """How busy Acme is at a moment.

    Acme's clock is counted in seconds from Monday 00:00 of some week; the world starts on a Tuesday at 10:30.
    """

    def __init__(self) -> None:
        shares = share_by_minute()
        week = [
            share * factor * (MONDAY_MORNING if day == 0 and 480 <= minute < 660 else 1.0)
            for day, factor in enumerate(WEEKDAYS)
            for minute, share in enumerate(shares)
        ]
        self._rate = tuple(share / 60 for share in week)
        self._sum = (0.0, *accumulate(week))
        self.peak = max(self._rate)

    def rate(self, at: float) -> float:
        """Share of an ordinary weekday's work per second at a moment of Acme's clock."""
        return self._rate[int(at // 60) % len(self._rate)]

    def between(self, start: float, end: float) -> float:
        """Share of an ordinary weekday's work that falls between two moments; 1.0 for a whole Tuesday."""
        return self._until(end) - self._until(start)

    def _until(self, at: float) -> float:
        weeks, rest = divmod(at, 7 * DAY)
        minute, seconds = divmod(rest, 60)
        return weeks * self._sum[-1] + self._sum[int(minute)] + self._rate[int(minute)] * seconds


class Roster:
    """Draws the agent who works next, in proportion to activity, among some of them."""

    def __init__(self, members: tuple[int, ...]) -> None:
        everyone = agents()
        self._members = members
        self._sums = list(accumulate(everyone[i].activity for i in members))
        self.per_day = self._sums[-1] if self._sums else 0.0
        """Replies of these agents together on a weekday."""

    def draw(self, u: float) -> int:
        """The index in `agents()` that a uniform number in [0, 1) falls on."""
        return self._members[min(bisect(self._sums, u * self.per_day), len(self._members) - 1)]
