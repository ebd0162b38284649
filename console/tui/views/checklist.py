"""The launch checklist beside the signals, in the mission's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.scene import Scene
from widgets.checklist import ChecklistModel, GateModel
from widgets.marks import Mark

if TYPE_CHECKING:
    from console.readiness.gates import Gate
    from console.snapshot import Snapshot


def gates_of(scene: Scene) -> tuple[Gate, ...]:
    """Every gate as it stands, in the mission's order; () before anything is known."""
    return _assessed(scene, scene.snapshot)


def checklist(scene: Scene) -> ChecklistModel:
    """The eight that are counted."""
    gates = _assessed(scene, scene.panels)
    if not gates:
        return ChecklistModel(title="launch checklist", count="", gates=())
    from console.readiness.assess import count_words

    return ChecklistModel(
        title="launch checklist",
        count=count_words(gates),
        gates=tuple(
            GateModel(mark_of(gate), gate.definition.title, said_of(gate))
            for gate in gates
            if gate.definition.counted
        ),
    )


def _assessed(scene: Scene, snapshot: Snapshot | None) -> tuple[Gate, ...]:
    if snapshot is None:
        return ()
    # The first frame, which knows nothing yet, does without what judges.
    from console.readiness.assess import assess

    return assess(snapshot, scene.now)


def mark_of(gate: Gate) -> Mark:
    """The glyph of its state."""
    return Mark[gate.state.name]


def said_of(gate: Gate) -> str:
    """What speaks for a gate, or what it lacks."""
    return gate.evidence if gate.state.met else gate.missing or gate.evidence
