"""Stages as the way back knows them: which one was live, and which may be gone back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.flags.port import Rollout
from console.text import plain

if TYPE_CHECKING:
    from console.config import FeatureConfig, Stage


@dataclass(frozen=True, slots=True)
class Target:
    """Where to.

    Attributes:
        name: of the stage.
        problem: why it cannot be gone to, or "".
    """

    name: str
    rollout: Rollout
    problem: str = ""

    @property
    def words(self) -> str:
        """``5 %``; with a name that does not say its share, ``internal, 0 %``."""
        share = f"{self.rollout.percent:g} %"
        return share if _share(self.name) == self.rollout.percent else f"{plain(self.name)}, {share}"


def allowed(stages: Sequence[Stage], percent: float) -> tuple[Stage, ...]:
    """Stages lower than the share that was live; where that was the first one, the first again."""
    lower = tuple(stage for stage in stages if stage.percent < percent)
    first = stages[:1]
    return lower or tuple(stage for stage in first if stage.percent <= percent)


def target(feature: FeatureConfig, name: str, percent: float | None) -> Target:
    """The stage that a person names.

    Args:
        name: a stage's name, or a share like "5" or "5%".
        percent: share of users before; None where nothing says it.
    """
    stage = next((each for each in feature.stages if plain(each.name) == plain(name)), None)
    if stage is not None:
        users = None if stage.cohort is None else feature.cohorts.get(stage.cohort)
        found = Target(stage.name, Rollout(stage.percent, users))
        if stage.cohort is not None and users is None:
            cohort = plain(stage.cohort)
            problem = f"its cohort {cohort} is not described: add [feature.cohorts.{cohort}]"
            return Target(found.name, found.rollout, problem)
    else:
        share = _share(name)
        if share is None:
            known = (
                ", ".join(plain(each.name) for each in feature.stages)
                or "none is configured: give a share, 5%"
            )
            return Target(name, Rollout(0.0), f"there is no stage {plain(name)!r}; known: {known}")
        found = Target(f"{share:g} %", Rollout(share))
    return Target(found.name, found.rollout, _too_high(feature.stages, found.rollout.percent, percent))


def _too_high(stages: Sequence[Stage], wanted: float, before: float | None) -> str:
    if before is None:
        return ""
    if wanted < before:
        return ""
    first = stages[0].percent if stages else None
    if wanted == before and (first is None or before <= first):
        return ""
    names = ", ".join(plain(stage.name) for stage in allowed(stages, before))
    lower = f": {names}" if names else f" than {before:g} %"
    return f"{wanted:g} % is not lower than the {before:g} % before: take a lower stage{lower}"


def _share(text: str) -> float | None:
    try:
        share = float(text.replace("%", "").strip())
    except ValueError:
        return None
    return share if 0 <= share <= 100 else None
