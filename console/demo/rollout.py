"""How far the rollout is when a world starts, and the stages that led there."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from console.demo.acme import DAY, GROUPS
from console.demo.conditions import HEALTHY, Conditions
from console.demo.scenario import Opening


@dataclass(frozen=True, slots=True)
class PastStage:
    """A stage of the rollout that was.

    Attributes:
        begins: Acme's clock.
        cohorts: who had the feature.
        conditions: how it was then. The first users write more tickets each, and the team tries to break it.
        share: of the work that these cohorts gave to the feature; 1 but where hardly anybody uses it.
    """

    begins: float
    cohorts: frozenset[str]
    conditions: Conditions
    share: float = 1.0


def rollout(opening: Opening) -> tuple[PastStage, ...]:
    """The stages that were, a week each, up to the one that began on the Monday of Acme's clock."""
    names = [name for name, _, _ in GROUPS]
    reached = names.index(opening.stage)
    stages = [PastStage(-math.inf, frozenset(), _with_tickets(0.0))]
    for i in range(reached + 1):
        stages.append(
            PastStage(
                float((i - reached) * 7 * DAY),
                frozenset(names[: i + 1]),
                _EARLY.get(names[i], HEALTHY),
                1.0 if opening.drafts is None else opening.drafts / drafts_a_day(opening.stage),
            )
        )
    return tuple(stages)


def drafts_a_day(stage: str) -> float:
    """Drafts of the model on a weekday of a stage."""
    total = 0.0
    for name, _, replies in GROUPS:
        total += replies
        if name == stage:
            break
    return total


def percent_of(stage: str) -> float:
    """What the flag says at a stage; the team has the feature by name."""
    return next(percent for name, percent, _ in GROUPS if name == stage)


def _with_tickets(per_day: float, attacks: float = HEALTHY.attacks.share) -> Conditions:
    return replace(
        HEALTHY,
        complaints=replace(HEALTHY.complaints, per_day=per_day),
        attacks=replace(HEALTHY.attacks, share=attacks),
    )


_EARLY = {"team": _with_tickets(9.0, attacks=0.035), "5%": _with_tickets(10.5, attacks=0.006)}
