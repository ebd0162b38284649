"""The glyph of each state and mark: the services' words into the widgets'."""

from __future__ import annotations

from console.killswitch.steps import Mark as Step
from console.signals.verdict import State
from widgets.marks import Mark
from widgets.marks import State as Shown

SIGNAL_STATES = {state: Shown[state.name] for state in State}

STEP_MARKS = {
    Step.TO_COME: Mark.TO_COME,
    Step.NOW: Mark.NOW,
    Step.TRUE: Mark.PASS,
    Step.UNKNOWN: Mark.UNKNOWN,
    Step.FALSE: Mark.FAIL,
    Step.NOT_CONFIGURED: Mark.TO_COME,
}
"""A rung that the configuration cannot show keeps the mark of one that never came, and says so in words."""
