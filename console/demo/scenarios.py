"""What can go wrong in the embedded world. Light to import: `console demo --list` needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from console.demo.scenario import Scenario
from console.demo.stories import abuse, money, plain, plumbing, provider, users

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            plain.HEALTHY_DAY,
            provider.SCHEMA_FAILURES,
            provider.SLOW_MODEL,
            plumbing.FLAG_SERVICE_DOWN,
            money.MONDAY_COST_SPIKE,
            money.RUNAWAY_LOOP,
            provider.SILENT_MODEL_CHANGE,
            users.SPANISH_RETRIEVAL,
            users.THUMBS_DOWN,
            abuse.INJECTION_CAMPAIGN,
            plumbing.STALE_SOURCE,
            plain.LOW_TRAFFIC,
            plumbing.FLAG_FLAPPING,
        )
    }
)
