"""What happened before the world starts: 28 seeded days, from the same rates as the live traffic.

Each interval is counted at once. Where few requests are expected, they are answered one by one by the same
code as live ones; where many are (only with `--volume`), the counts are drawn from the same distributions.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from console.demo.acme import CATEGORIES, DAY, Agent, DayShape, Roster, agents
from console.demo.arrivals import complaint
from console.demo.clock import EventClock
from console.demo.conditions import HEALTHY, Conditions, Opinions
from console.demo.drafts import (
    MEAN_IN,
    MEAN_OUT,
    SOURCES,
    USD_PER_TOKEN_IN,
    USD_PER_TOKEN_OUT,
    USD_SPREAD,
    Drafts,
)
from console.demo.latency import BASELINE_P50, BOUNDS, SIGMA
from console.demo.messages import Event
from console.demo.rollout import PastStage, rollout
from console.demo.scenario import Opening, Prelude
from console.demo.tally import OVERFLOW, Tally

DAYS = 28
MINUTES = 1440
"""The last day is kept by the minute, all before it by the hour."""

_PLAIN = Opening()

FEW = 40.0
"""Expected AI answers of an interval up to which each is drawn by itself; past it that would cost more
time."""


@dataclass(frozen=True, slots=True)
class Span:
    """One interval of the past, counted.

    Attributes:
        start: Acme's clock.
        seconds: 60 or 3600.
        answers: some of the AI answers in it, for the prompt log: all of them where they were drawn one by
            one.
        tickets: (moment, category).
    """

    start: float
    seconds: int
    tally: Tally
    answers: list[Event]
    tickets: list[tuple[datetime, str]]


class Past:
    """Draws the history.

    Args:
        now: Acme's clock, up to which the past reaches: the begin of the running minute.
        opening: how far the rollout is.
        prelude: what had begun in it.
    """

    def __init__(
        self,
        seed: int,
        volume: float,
        clock: EventClock,
        now: float,
        opening: Opening = _PLAIN,
        prelude: Prelude | None = None,
    ) -> None:
        self._rng = random.Random(f"{seed}:past")
        self._drafts = Drafts(self._rng, prefix="p")
        self._shape = DayShape()
        self._volume = volume
        self._clock = clock
        self._now = now
        self._prelude = prelude
        self._stages = rollout(opening)
        everyone = agents()
        self._rosters = {
            stage.cohorts: Roster(
                tuple(i for i, agent in enumerate(everyone) if agent.cohort in stage.cohorts)
            )
            for stage in self._stages
        }
        self._all_per_day = sum(agent.activity for agent in everyone)
        self._members = {
            stage.cohorts: [a for a in everyone if a.cohort in stage.cohorts] for stage in self._stages
        }

    def spans(self) -> Iterator[Span]:
        """All intervals, oldest first, without a gap: whole hours of event time, then minutes."""
        # Hours begin where event time has its full hours, which at speed 1 is not where Acme's clock has
        # them.
        offset = self._clock.instant(0.0).timestamp() % 3600
        minutes_from = (self._now - MINUTES * 60 + offset) // 3600 * 3600 - offset
        at = minutes_from - (DAYS - 1) * DAY
        while at < minutes_from:
            yield self._span(at, 3600)
            at += 3600
        while at < self._now:
            yield self._span(at, 60)
            at += 60

    def _span(self, start: float, seconds: int) -> Span:
        middle = start + seconds / 2
        stage = next(stage for stage in reversed(self._stages) if stage.begins <= middle)
        if self._prelude is not None and stage.cohorts and self._prelude.at <= middle:
            stage = self._troubled(stage, self._prelude.conditions)
        work = self._shape.between(start, start + seconds) * self._volume * stage.share
        expected = work * self._rosters[stage.cohorts].per_day
        tally = Tally()
        answers: list[Event] = []
        if 0 < expected <= FEW:
            answers = self._one_by_one(tally, stage, start, seconds, poisson(self._rng, expected))
        elif expected:
            self._at_once(tally, stage, start, seconds, expected)
        tally.fallback = poisson(self._rng, work * self._all_per_day - expected)
        if tally.fallback:
            last = start + seconds * self._rng.random() ** (1 / tally.fallback)
            newest = self._clock.instant(last)
            tally.newest = max(tally.newest, newest) if tally.newest else newest
        tickets = []
        complaints = stage.conditions.complaints
        for _ in range(poisson(self._rng, work * complaints.per_day)):
            at = self._clock.instant(start + seconds * self._rng.random())
            tickets.append((at, complaint(self._rng.random(), complaints.wrong_language)))
        tickets.sort()
        tally.tickets.update(category for _, category in tickets)
        return Span(start, seconds, tally, answers, tickets)

    def _one_by_one(self, tally: Tally, stage: PastStage, start: float, seconds: int, n: int) -> list[Event]:
        rng, roster, everyone = self._rng, self._rosters[stage.cohorts], agents()
        answers = []
        for at in sorted(start + seconds * rng.random() for _ in range(n)):
            answers.append(self._answer(everyone[roster.draw(rng.random())], at, stage.conditions))
            tally.add(answers[-1])
        return answers

    def _answer(self, agent: Agent, at: float, now: Conditions) -> Event:
        category = self._rng.choices(_NAMES, _WEIGHTS)[0]
        return self._drafts.by_model(agent, category, self._clock.instant(at), now)

    def _at_once(self, tally: Tally, stage: PastStage, start: float, seconds: int, expected: float) -> None:
        rng, now = self._rng, stage.conditions
        failures, opinions, model = now.failures, now.opinions, now.model
        for outcome, share in (
            ("schema", failures.schema),
            ("empty", failures.empty),
            ("truncated", failures.truncated),
        ):
            tally.failed[outcome] = poisson(rng, expected * share)
        tally.failed["timeout"] = tally.latency[OVERFLOW] = poisson(rng, expected * failures.timeout)
        for i, share in _latency_shares(model.slower):
            count = poisson(rng, expected * (1 - failures.timeout) * share)
            if count:
                tally.latency[i] = count
        tally.failed += type(tally.failed)()  # drops the kinds that did not occur
        tally.latency += type(tally.latency)()
        tally.ai = tally.latency.total()
        tally.shown = tally.ai - tally.failed.total()
        members = self._members[stage.cohorts]
        disliked = _disliked(opinions, members)
        tally.disliked = binomial(rng, tally.shown, disliked)
        tally.rated = min(
            tally.shown, tally.disliked // 2 + binomial(rng, tally.shown, opinions.rated - disliked / 2)
        )
        n = tally.ai
        tally.tokens_in, tally.tokens_out = (
            round(n * MEAN_IN * model.reads),
            round(n * MEAN_OUT * model.writes),
        )
        usd = n * (MEAN_IN * model.reads * USD_PER_TOKEN_IN + MEAN_OUT * model.writes * USD_PER_TOKEN_OUT)
        tally.usd = max(0.0, usd + USD_SPREAD * math.sqrt(n) * rng.gauss(0, 1))
        tally.model = model.fingerprint
        tally.newest = self._clock.instant(start + seconds * rng.random() ** (1 / max(n, 1)))
        per_day = self._rosters[stage.cohorts].per_day
        tally.users = {
            member.user for member in members if rng.random() < -math.expm1(-n * member.activity / per_day)
        }
        for technique, share, _ in now.attacks.classes:
            for _ in range(poisson(rng, expected * now.attacks.share * share)):
                tally.attempt(technique, False, rng.choice(SOURCES))

    @staticmethod
    def _troubled(stage: PastStage, trouble: Conditions) -> PastStage:
        """The stage with a trouble in it; complaints are the stage's where the trouble has none."""
        if trouble.complaints == HEALTHY.complaints:
            trouble = replace(trouble, complaints=stage.conditions.complaints)
        return replace(stage, conditions=trouble)


_NAMES = [name for name, _ in CATEGORIES]
_WEIGHTS = [share for _, share in CATEGORIES]


def _disliked(opinions: Opinions, members: list[Agent]) -> float:
    """Share of disliked drafts among all that these agents are shown."""
    if not opinions.languages:
        return opinions.disliked
    whole = sum(member.activity for member in members)
    return sum(member.activity * opinions.disliked_in(member.language) for member in members) / whole


@cache
def _latency_shares(slower: float) -> tuple[tuple[int, float], ...]:
    """(index into BOUNDS, share of answers) of the lognormal distribution, without what is too rare to
    matter."""

    def below(seconds: float) -> float:
        return 0.5 * math.erfc(-math.log(seconds / (BASELINE_P50 * slower)) / SIGMA / math.sqrt(2))

    shares = []
    lower = 0.0
    for i, bound in enumerate(BOUNDS):
        upper = below(bound)
        if upper - lower > 1e-7:
            shares.append((i, upper - lower))
        lower = upper
    return tuple(shares)


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number: by multiplication (Knuth) while the mean is small, by the normal limit above 30."""
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def binomial(rng: random.Random, n: int, p: float) -> int:
    """A binomial number: trial by trial while n is small, by the normal limit above 100."""
    if n <= 100:
        return sum(rng.random() < p for _ in range(n))
    return min(n, max(0, round(rng.gauss(n * p, math.sqrt(n * p * (1 - p))))))
