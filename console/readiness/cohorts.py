"""The cohorts: what the configured stages say of them. What happened in them only people know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from console.readiness.finding import Finding, cut, to_attest, to_waive
from console.readiness.gates import GateState, Seen
from console.readiness.until import span

if TYPE_CHECKING:
    from console.config import Stage
    from console.snapshot import Snapshot

INTERNAL_AT_LEAST = timedelta(days=3)
"""How long the internal cohort runs at least."""
SMALL = 10.0
"""Percent of users: the largest first stage that still counts as a small cohort."""


def internal_cohort(snapshot: Snapshot) -> Finding:
    """Never PASS by itself: nobody but people can see that issues were triaged."""
    fix = (
        f"say how long it ran and what became of its issues: {to_attest(snapshot.config, 'internal-cohort')}"
    )
    stage = next((one for one in snapshot.config.stages if one.percent == 0), None)
    if stage is None:
        told = "no stage of [feature.rollout] is for our own team (percent = 0 with a cohort)"
        return Finding(
            GateState.UNKNOWN,
            told,
            "",
            seen=_stages(snapshot),
            missing="somebody's word that it ran 3 days, issues triaged",
            fix=fix,
        )
    who = f"cohort {cut(stage.cohort)}" if stage.cohort else "no cohort named"
    told = f"stage {cut(stage.name)}: {who}, {_held(stage)}"
    hold = span(stage.hold or "")
    if hold is not None and hold < INTERNAL_AT_LEAST:
        told += f", under {INTERNAL_AT_LEAST.days} days"
    return Finding(
        GateState.UNKNOWN,
        f"{told}; whether its issues are triaged is not known",
        "",
        seen=_stages(snapshot),
        missing="somebody's word that it ran 3 days, issues triaged",
        fix=fix,
    )


def ramp_criteria(snapshot: Snapshot) -> Finding:
    """FAIL where the first users are too many at once; else what the stages lack is for people to say."""
    stages = snapshot.config.stages
    fix = f"say who the 5 % are and where the criteria stand: {to_attest(snapshot.config, 'ramp-criteria')}"
    if not stages:
        return Finding(
            GateState.UNKNOWN,
            "no stages in [feature.rollout]",
            "",
            missing="the stages, who the first 5 % are, what the next stage takes",
            fix=f"write stages into [feature.rollout]; {fix}",
        )
    first = next((stage for stage in stages if stage.percent > 0), None)
    if first is not None and first.percent > SMALL:
        told = f"the first users are {first.percent:g} % at once, stage {cut(first.name)}"
        told += f"; wanted at most {SMALL:g} %"
        return Finding(
            GateState.FAIL,
            told,
            seen=_stages(snapshot),
            missing=told,
            fix=f"put a stage of {SMALL:g} % or less before it in [feature.rollout]; or waive: "
            + to_waive(snapshot.config, "ramp-criteria"),
        )
    held = [stage for stage in stages[:-1] if span(stage.hold or "") is None]
    names = ", ".join(cut(stage.name, 20) for stage in stages)
    lacks = f"; no hold at {', '.join(cut(stage.name, 20) for stage in held)}" if held else "; each is held"
    small = "no stage gives it to users yet" if first is None else f"first users {first.percent:g} %"
    return Finding(
        GateState.UNKNOWN,
        f"stages {names}: {small}{lacks}; cohort and criteria are not known",
        "",
        seen=_stages(snapshot),
        missing="somebody's word for the cohort and its criteria",
        fix=f"set hold at {cut(held[0].name, 20)} in [feature.rollout]; {fix}" if held else fix,
    )


def _stages(snapshot: Snapshot) -> tuple[Seen, ...]:
    return tuple(
        Seen(
            None,
            f"{cut(stage.name, 20):<12} {stage.percent:>5g} %  {_held(stage)}"
            + (f"  cohort {cut(stage.cohort)}" if stage.cohort else ""),
        )
        for stage in snapshot.config.stages
    )


def _held(stage: Stage) -> str:
    return f"held {cut(stage.hold, 20)}" if stage.hold else "no hold"
