"""The latch of signals that are judged once a day or night."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from console.signals.verdict import State

CLEARING = 5


def latched(judged: Iterable[tuple[datetime, State, bool]]) -> tuple[State, datetime | None, int]:
    """Play judgements in order; proven harm stays until five in a row were inside the band.

    Args:
        judged: (when, state, whether the value lay inside the band), oldest first.

    Returns:
        The state now, when it began, and how many in a row were inside since the harm.
    """
    state, since, inside = State.NO_DATA, None, 0
    for when, found, within in judged:
        if state is State.BREACH and found is not State.BREACH:
            inside = inside + 1 if within else 0
            if inside < CLEARING:
                continue
        if found is State.BREACH:
            inside = 0
        if found is not state:
            state, since = found, when
    return state, since, inside if state is State.BREACH else 0
