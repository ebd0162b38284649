"""The rungs of a kill that should have come true by now and have not: each is an alarm until it is seen."""

from __future__ import annotations

from console.killswitch.steps import Ladder, Mark, Rung, Step

BELOW = (Rung.EVALUATED, Rung.QUIET, Rung.FALLBACK)
"""The rungs below *confirmed*: what users get."""


def alarms(ladder: Ladder) -> tuple[Step, ...]:
    """Rungs below *confirmed* that are over their limit: seen not to be so, or not to be told at all."""
    return tuple(
        step for step in ladder.steps if step.rung in BELOW and step.mark in (Mark.FALSE, Mark.UNKNOWN)
    )


def alarm_words(step: Step) -> str:
    """What is wrong with a rung, in words: ``evaluated: 1 of 3 contexts still get the AI: agent-2``."""
    cannot = "" if step.mark is Mark.FALSE else " cannot be told"
    return f"{step.rung.value}{cannot}: {step.text}" if step.text else f"{step.rung.value} did not come true"
