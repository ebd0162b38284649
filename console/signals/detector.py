"""The test that may be looked at for ever: an e-detector for "the share of bad events is at most p0".

J. Shin, A. Ramdas, A. Rinaldo, "E-detectors: a nonparametric framework for sequential change detection"
(arXiv:2203.03532), in its CUSUM form over binomial betting martingales. For each odds ratio r, the rate
a = r o / (1 + r o) with o = p0 / (1 - p0) is played against p0; after each bucket of k bad among n

    S_r <- max(S_r, 0) + k ln(a / p0) + (n - k) ln((1 - a) / (1 - p0))

and the alarm is raised when any S_r reaches ln(R c), R the number of ratios. The average run length to a
false alarm is then at least c buckets, however often anybody looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log

RATIOS = (1.1, 1.2, 1.35, 1.6, 2.0, 3.0, 5.0, 10.0, 20.0)
"""Odds ratios that are played; a small one finds small harm late, a large one finds large harm at once."""

RUN_LENGTH = 100_000
"""c: buckets to a false alarm, on average, at least. With one-minute buckets, 69 days exactly at the edge."""

DISTINCT = 2
"""Buckets with bad events that a proof must rest on: one burst is one event, however many answers it hit."""


@dataclass(slots=True)
class Excursions:
    """Where the detector stands, ratio by ratio.

    Attributes:
        sums: S_r, natural logarithm of the evidence.
        began: index of the bucket in which the sum last left zero.
        harmed: buckets with bad events since then.
        resting: whether no sum is over zero.
    """

    sums: list[float] = field(default_factory=lambda: [0.0] * len(RATIOS))
    began: list[int] = field(default_factory=lambda: [0] * len(RATIOS))
    harmed: list[int] = field(default_factory=lambda: [0] * len(RATIOS))
    resting: bool = True

    def copy(self) -> Excursions:
        """Make one that can go its own way."""
        return Excursions(self.sums[:], self.began[:], self.harmed[:], self.resting)


class Detector:
    """The e-detector for one edge p0.

    Args:
        p0: the edge, a share between 0 and 1.
        run_length: c.
    """

    __slots__ = ("_bad", "_good", "line", "p0")

    def __init__(self, p0: float, run_length: float = RUN_LENGTH) -> None:
        odds = p0 / (1 - p0)
        rates = [ratio * odds / (1 + ratio * odds) for ratio in RATIOS]
        self.p0 = p0
        self.line = log(len(RATIOS) * run_length)
        self._bad = [log(rate / p0) for rate in rates]
        self._good = [log((1 - rate) / (1 - p0)) for rate in rates]

    def step(self, at: Excursions, bucket: int, bad: float, n: float) -> int | None:
        """Take in one closed bucket, in place.

        Returns:
            The ratio's index whose sum is past the line with enough distinct buckets, the furthest one;
            else None.
        """
        if bad <= 0 and at.resting:
            return (
                None  # a good bucket moves no sum that is at zero: most buckets of a healthy feature end here
            )
        sums, began, harmed = at.sums, at.began, at.harmed
        good = n - bad
        best, winner = self.line, None
        for index in range(len(RATIOS)):
            before = sums[index]
            if before <= 0.0:
                before = 0.0
                began[index] = bucket
                harmed[index] = 0
            if n > 0:
                before += bad * self._bad[index] + good * self._good[index]
                if bad > 0:
                    harmed[index] += 1
            sums[index] = before
            if before >= best and harmed[index] >= DISTINCT:
                best, winner = before, index
        at.resting = max(sums) <= 0.0
        return winner
