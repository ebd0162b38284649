"""The launch checklist as a screen of its own: unmet first, and what to do about each."""

from __future__ import annotations

from console.readiness.assess import count_words, unmet_first
from console.readiness.gates import Gate, GateState
from console.readiness.report import day
from console.tui.scene import Scene
from console.tui.views.checklist import gates_of, mark_of, said_of
from widgets.gates import GateRow, GatesModel

_FOOT = "↵ asks, sees and says what to do about the gate under the cursor; m goes through all of them"


def gate_list(scene: Scene, cursor: str) -> GatesModel:
    """The screen: unmet first, what is missing, and the keys that do something about it.

    Args:
        cursor: key of the gate under the cursor; one that there is not is the first.
    """
    gates = unmet_first(gates_of(scene))
    rows = tuple(_row(gate, scene) for gate in gates)
    at = next((index for index, gate in enumerate(gates) if gate.definition.key == cursor), 0)
    unread = scene.snapshot is not None and bool(scene.snapshot.journal.problem)
    problem = "what people vouched for cannot be read now" if unread else ""
    foot = f"to fix: {gates[at].fix}" if gates and gates[at].fix else _FOOT
    return GatesModel(
        count=count_words(gates) if gates else "", rows=rows, cursor=at, problem=problem, foot=(foot,)
    )


def good_to(gate: Gate, scene: Scene) -> str:
    """Until when it holds: a date of the real clock, in which people keep their calendars."""
    if gate.good_to is not None:
        return day(gate.good_to, scene.now, scene.tz)
    return "always read" if gate.state is GateState.PASS and gate.by == "console" else ""


def ways(gate: Gate) -> str:
    """The keys that do something about a gate; what to do says each way by its command."""
    keys = [("presses o", "4 read, o"), ("console attest", "a attest"), ("console waive", "w waive")]
    return "  ".join(["↵", *(shown for words, shown in keys if words in gate.fix)])


def _row(gate: Gate, scene: Scene) -> GateRow:
    return GateRow(
        mark_of(gate),
        gate.definition.title,
        said_of(gate),
        by=gate.by,
        good_to=good_to(gate, scene),
        keys="" if gate.state.met else ways(gate),
        apart=not gate.definition.counted,
    )
