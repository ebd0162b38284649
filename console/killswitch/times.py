"""How long kills took, by step: what the journal has of them, drills and real ones apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.killswitch.record import DrillRecord, KillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung

_BELOW = (Rung.EVALUATED, Rung.QUIET, Rung.FALLBACK)


@dataclass(frozen=True, slots=True)
class KillTimes:
    """What one kill took. Seconds on the monotonic clock since the confirming key; None: did not come true.

    A wall clock that is set in mid-kill moves `at` and nothing else.

    Attributes:
        at: instant of the confirming key, UTC.
        confirmed: until the proof of the lever that killed.
        evaluated, quiet, fallback: until users were seen to get the fallback.
    """

    kill_id: str
    at: datetime
    confirmed: float
    evaluated: float | None = None
    quiet: float | None = None
    fallback: float | None = None

    @property
    def by_step(self) -> Mapping[str, float | None]:
        """Seconds by the name of the step, in climbing order."""
        return {
            Rung.CONFIRMED.value: self.confirmed,
            Rung.EVALUATED.value: self.evaluated,
            Rung.QUIET.value: self.quiet,
            Rung.FALLBACK.value: self.fallback,
        }


@dataclass(frozen=True, slots=True)
class Trend:
    """What the last kills took, oldest first; a drill never stands among the real ones."""

    real: tuple[KillTimes, ...] = ()
    drills: tuple[KillTimes, ...] = ()


def trend(kills: Iterable[KillRecord], drills: Iterable[DrillRecord]) -> Trend:
    """Times of the kills that a pulled lever proved; what the others took says nothing."""
    real = tuple(times for kill in kills if (times := _times(kill.ladder, kill.at)) is not None)
    drilled = tuple(times for drill in drills if (times := _times(drill.ladder, drill.at)) is not None)
    return Trend(real, drilled)


def median(times: Sequence[KillTimes]) -> float | None:
    """Median of the seconds to *confirmed*; None where there are none."""
    # Not needed by a kill, which imports this module.
    from statistics import median as middle

    return middle(one.confirmed for one in times) if times else None


def confirmed_after(ladder: Ladder) -> float | None:
    """Seconds from the confirming key to the proof: the lever's own rung, or the one that stood in for it."""
    if ladder.killed_by is None:
        return None
    steps = {(step.rung, step.lever): step for step in ladder.steps}
    for proof in ((Rung.CONFIRMED, ladder.killed_by), (Rung.EVALUATED, 0), (Rung.QUIET, 0)):
        step = steps.get(proof)
        if step is not None and step.mark is Mark.TRUE:
            return step.seconds
    return None


def _times(ladder: Ladder, at: datetime) -> KillTimes | None:
    confirmed = confirmed_after(ladder)
    # One that found the flag killed already has pulled nothing.
    if confirmed is None or ladder.outcome is not Outcome.CONFIRMED:
        return None
    true = {step.rung: step.seconds for step in ladder.steps if step.mark is Mark.TRUE}
    return KillTimes(ladder.kill_id, at, confirmed, *(true.get(rung) for rung in _BELOW))
