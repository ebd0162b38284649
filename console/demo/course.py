"""What holds when: conditions by Acme's clock, as the scenario says and as it is switched."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator

from console.demo.conditions import HEALTHY, Conditions
from console.demo.scenario import Scenario


class Course:
    """The conditions of one world, from before its start until it ends.

    What has been is never changed: a switch only replaces what comes after it.

    Args:
        start: Acme's clock at the world's start.

    Attributes:
        scenario: the one that plays.
        since: Acme's clock from which it plays; its trouble may begin later.
        revision: grows with every switch.
    """

    def __init__(self, scenario: Scenario, seed: int, start: float) -> None:
        self.scenario = scenario
        self.since = start
        self.revision = 0
        self._seed = seed
        self._begins = [-math.inf]
        self._conditions = [HEALTHY]
        if scenario.prelude is not None:
            self._put(scenario.prelude.at, scenario.prelude.conditions)
        self._trouble_from(scenario.begins(seed), start)

    def at(self, moment: float) -> Conditions:
        """How things are at a moment."""
        return self._conditions[bisect_right(self._begins, moment) - 1]

    def play(self, scenario: Scenario, now: float) -> None:
        """Be healthy from now on, and soon have this scenario's trouble."""
        keep = bisect_right(self._begins, now)
        del self._begins[keep:], self._conditions[keep:]
        self.scenario, self.since = scenario, now
        self.revision += 1
        self._put(now, HEALTHY)
        self._trouble_from(scenario.begins_when_played(self._seed, self.revision), now)

    @property
    def trouble_at(self) -> float | None:
        """When the scenario's trouble begins, or began; None when it has none."""
        return None if self.scenario.trouble is None else self._begins[-1]

    def spans(self, start: float, end: float) -> Iterator[tuple[float, float, Conditions]]:
        """(from, to, conditions) of all that holds between two moments."""
        for i, (begin, conditions) in enumerate(zip(self._begins, self._conditions, strict=True)):
            until = self._begins[i + 1] if i + 1 < len(self._begins) else math.inf
            if begin < end and until > start:
                yield max(begin, start), min(until, end), conditions

    def _trouble_from(self, after: float | None, start: float) -> None:
        if self.scenario.trouble is not None and after is not None:
            self._put(start + after, self.scenario.trouble)

    def _put(self, begin: float, conditions: Conditions) -> None:
        if begin <= self._begins[-1]:
            self._begins[-1], self._conditions[-1] = begin, conditions
        else:
            self._begins.append(begin)
            self._conditions.append(conditions)
