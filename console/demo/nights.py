"""The nightly production eval: 200 answers, stratified by category, scored by a judge."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

from console.demo.acme import CATEGORIES, DAY
from console.demo.clock import EventClock
from console.demo.messages import Eval, Stratum
from console.demo.past import STAGES

HOUR = 2
"""It runs at 02:00 of Acme's clock."""
SAMPLE = 200
COLD, COLD_N = 0.86, 250
JUDGE = "judge-3/rubric-2"
SPREAD = 0.17
"""Standard deviation of single scores."""
LEANS = {"billing": 0.012, "shipping": 0.008, "returns": -0.002, "account": 0.0, "technical": -0.026}
"""How much better or worse the drafts of a category score."""

FIRST_NIGHT = STAGES[1].begins + DAY + HOUR * 3600
"""The night after the team's first day."""


class Nights:
    """Draws the eval of any night, the same whenever it is asked for."""

    def __init__(self, seed: int, clock: EventClock) -> None:
        self._seed = seed
        self._clock = clock

    def between(self, start: float, end: float) -> list[float]:
        """The moments in [start, end) of Acme's clock at which an eval ends."""
        first = math.ceil((max(start, FIRST_NIGHT) - HOUR * 3600) / DAY)
        moments = []
        at = first * DAY + HOUR * 3600.0
        while at < end:
            moments.append(at)
            at += DAY
        return moments

    def score(self, at: float, mean: float) -> Eval:
        """The eval that ends at a moment of Acme's clock, of answers that are worth `mean` on average."""
        rng = random.Random(f"{self._seed}:night:{int(at // DAY)}")
        done = self._clock.instant(at + rng.uniform(30, 90))
        counts = [round(SAMPLE * share) for _, share in CATEGORIES]
        counts[0] += SAMPLE - sum(counts)
        strata = [
            Stratum(
                name,
                n,
                round(min(1.0, rng.gauss(mean + LEANS[name], SPREAD / math.sqrt(n))), 4),
                round(SPREAD * rng.uniform(0.9, 1.1), 4),
                share,
            )
            for (name, share), n in zip(CATEGORIES, counts, strict=True)
        ]
        return Eval(night_of(done), done, COLD, COLD_N, JUDGE, strata)


def night_of(done: datetime) -> str:
    """The date on this machine's wall clock of the day whose answers were scored."""
    return (done.astimezone() - timedelta(days=1)).date().isoformat()
