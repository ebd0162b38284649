"""The nightly production eval: 200 answers of the last 24 hours, stratified by category, scored by a judge.

Answers in Spanish are a stratum of their own: few enough to drown in the categories.
"""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

from console.demo.acme import CATEGORIES, DAY, LANGUAGES, DayShape
from console.demo.clock import EventClock
from console.demo.conditions import Quality
from console.demo.course import Course
from console.demo.messages import Eval, Stratum
from console.demo.rollout import drafts_a_day, rollout
from console.demo.scenario import Opening

HOUR = 2
"""It runs at 02:00 of Acme's clock."""
SAMPLE = 200
COLD, COLD_N = 0.86, 250
JUDGE = "judge-3/rubric-2"
SPREAD = 0.17
"""Standard deviation of single scores."""
LEANS = {"billing": 0.012, "shipping": 0.008, "returns": -0.002, "account": 0.0, "technical": -0.026}
"""How much better or worse the drafts of a category score."""

SPANISH = "spanish"
SPANISH_SHARE = dict(LANGUAGES)["es"]


class Nights:
    """Draws the eval of any night, the same whenever it is asked for.

    Args:
        course: how good answers were when.
    """

    def __init__(self, seed: int, clock: EventClock, course: Course, opening: Opening) -> None:
        self._seed = seed
        self._clock = clock
        self._course = course
        self._shape = DayShape()
        drafts = opening.drafts or drafts_a_day(opening.stage)
        self._sample = min(SAMPLE, round(drafts))
        self.first = rollout(opening)[1].begins + DAY + HOUR * 3600
        """Acme's clock in the night after the team's first day."""

    def between(self, start: float, end: float) -> list[float]:
        """The moments in [start, end) of Acme's clock at which an eval ends."""
        first = math.ceil((max(start, self.first) - HOUR * 3600) / DAY)
        moments = []
        at = first * DAY + HOUR * 3600.0
        while at < end:
            moments.append(at)
            at += DAY
        return moments

    def score(self, at: float) -> Eval:
        """The eval that ends at a moment of Acme's clock, of answers of the 24 hours before it."""
        rng = random.Random(f"{self._seed}:night:{int(at // DAY)}")
        quality = self._quality(at)
        done = self._clock.instant(at + rng.uniform(30, 90))
        spanish = round(self._sample * SPANISH_SHARE)
        counts = [round((self._sample - spanish) * share) for _, share in CATEGORIES]
        counts[0] += self._sample - spanish - sum(counts)
        places = [
            (name, n, quality.mean + LEANS[name], (1 - SPANISH_SHARE) * share)
            for (name, share), n in zip(CATEGORIES, counts, strict=True)
        ]
        places.append((SPANISH, spanish, quality.spanish, SPANISH_SHARE))
        strata = [
            Stratum(
                name,
                n,
                round(min(1.0, rng.gauss(mean, SPREAD / math.sqrt(n))), 4),
                round(SPREAD * rng.uniform(0.9, 1.1), 4),
                share,
            )
            for name, n, mean, share in places
            if n
        ]
        return Eval(night_of(done), done, COLD, COLD_N, JUDGE, strata)

    def _quality(self, at: float) -> Quality:
        """How good the answers were in the 24 hours before, weighted by how many there were of each."""
        whole = mean = spanish = 0.0
        for begin, end, conditions in self._course.spans(at - DAY, at):
            work = self._shape.between(begin, end) * conditions.load.factor
            whole += work
            mean += work * conditions.quality.mean
            spanish += work * conditions.quality.spanish
        return Quality(mean / whole, spanish / whole)


def night_of(done: datetime) -> str:
    """The date on this machine's wall clock of the day whose answers were scored."""
    return (done.astimezone() - timedelta(days=1)).date().isoformat()
