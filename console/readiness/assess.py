"""The launch checklist: every gate as it stands now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from console.readiness.cohorts import internal_cohort, ramp_criteria
from console.readiness.flag import flag
from console.readiness.gates import DEFINITIONS, Gate
from console.readiness.kill import fallback, kill_switch
from console.readiness.oncall import runbook
from console.readiness.signals import answered, dashboards, nightly_eval
from console.readiness.standing import stand

if TYPE_CHECKING:
    from console.snapshot import Snapshot


def assess(snapshot: Snapshot, now: datetime) -> tuple[Gate, ...]:
    """Say how every gate stands: the eight in their order, then the one that is not counted.

    Pure, and cheap enough to be asked for at every frame.

    Args:
        now: instant of the real clock, UTC; event time is worked out from the snapshot's clock.
    """
    found = {
        "flag": flag(snapshot),
        "kill-switch": kill_switch(snapshot, now),
        "fallback": fallback(snapshot, now),
        "internal-cohort": internal_cohort(snapshot),
        "ramp-criteria": ramp_criteria(snapshot),
        "dashboards": dashboards(snapshot, now),
        "nightly-eval": nightly_eval(snapshot, now),
        "runbook": runbook(snapshot, now),
        "answered": answered(snapshot),
    }
    return tuple(
        stand(definition, found[definition.key], snapshot.records, now) for definition in DEFINITIONS
    )


def unmet_first(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """What stands in the way, then what does not, each in their order; the uncounted one below both."""
    return tuple(sorted(gates, key=lambda gate: (not gate.definition.counted, gate.state.met)))


def count(gates: Iterable[Gate]) -> tuple[int, int]:
    """How many of how many counted gates are met: (6, 8)."""
    counted = [gate for gate in gates if gate.definition.counted]
    return sum(1 for gate in counted if gate.state.met), len(counted)


def count_words(gates: Iterable[Gate]) -> str:
    """``6 of 8``."""
    met, of = count(gates)
    return f"{met} of {of}"
