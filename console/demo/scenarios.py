"""What can go wrong in the embedded world. Light to import: `console demo --list` needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from console.demo.conditions import HEALTHY, NEW_MODEL, Conditions

EARLIEST, LATEST = 180.0, 300.0
"""Seconds of event time after the start between which the trouble begins, so that one sees it begin."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story of the embedded world.

    Attributes:
        summary: what happens, in one line.
        see: what one sees on the screen.
        do: what one should do.
        trouble: how things are once it has begun; None when nothing goes wrong.
    """

    name: str
    summary: str
    see: str
    do: str
    trouble: Conditions | None

    def begins(self, seed: int) -> float | None:
        """Seconds of event time from the start to the trouble; None when there is none."""
        if self.trouble is None:
            return None
        import random  # here, so that listing the scenarios stays light

        return random.Random(f"{seed}:trouble").uniform(EARLIEST, LATEST)


_SCHEMA = replace(
    HEALTHY, schema=0.37, timeout=0.012, model=NEW_MODEL, disliked=0.085, score=0.79, tickets=30.0
)

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            Scenario(
                "healthy",
                "an ordinary Tuesday at the 25 % stage",
                "seven signals settle in their bands, or say what they still wait for",
                "look round; K, kill and Enter show what a kill does",
                None,
            ),
            Scenario(
                "schema-failures",
                "the provider moves the model alias, and more than a third of the answers fail their schema",
                "after 3 to 5 minutes of event time the error rate leaves its band and goes to BREACH",
                "K, type kill, Enter: AI answers go to zero, the fallback rises",
                _SCHEMA,
            ),
            Scenario(
                "slow-model",
                "every answer takes 1.6 times as long",
                "p50 and p95 leave their bands together; nothing fails",
                "read the latency steps of the runbook; kill if it lasts",
                replace(HEALTHY, slower=1.6 * HEALTHY.slower, timeout=0.004),
            ),
            Scenario(
                "flag-service-down",
                "schema failures, and the flag service accepts connections and never answers",
                "the error rate goes to BREACH, and lever 1 gets no answer",
                "K, type kill, Enter: lever 1 stays unknown, lever 2 forces the fallback",
                replace(_SCHEMA, flag_service_answers=False),
            ),
        )
    }
)
