"""The launch meeting: one gate a screen."""

from __future__ import annotations

from console.readiness.gates import Gate
from console.readiness.report import minute
from console.tui.scene import Scene
from console.tui.views.checklist import gates_of, mark_of
from console.tui.views.gates import good_to
from widgets.marks import Mark
from widgets.walk import SeenRow, WalkModel

NOTHING_SAID = "nothing yet: n writes it down"


def gate_of(scene: Scene, key: str) -> Gate | None:
    """The gate of that key as it stands now."""
    return next((gate for gate in gates_of(scene) if gate.definition.key == key), None)


def walk(scene: Scene, key: str, order: tuple[str, ...], top: int) -> WalkModel:
    """One gate.

    Args:
        order: keys of the gates in the order of this meeting, which does not change while it goes on.
    """
    gate = gate_of(scene, key)
    if gate is None:
        return WalkModel(Mark.UNKNOWN, "nothing is known yet", "", "", "", ())
    definition = gate.definition
    counted = len(order) - 1
    where = (
        f"gate {order.index(key) + 1} of {counted}, unmet first"
        if definition.counted and key in order
        else "beside the eight, not counted"
    )
    return WalkModel(
        mark_of(gate),
        definition.title,
        definition.asked,
        definition.why,
        gate.evidence if gate.evidence != gate.missing else "",
        tuple(SeenRow(Mark[seen.state.name] if seen.state else None, seen.text) for seen in gate.seen),
        where=where,
        by=_vouched(gate, scene),
        missing=gate.missing,
        fix=gate.fix,
        said=gate.said or NOTHING_SAID,
        top=top,
    )


def _vouched(gate: Gate, scene: Scene) -> str:
    until = good_to(gate, scene)
    words = (
        gate.by,
        minute(gate.at, scene.tz) if gate.at else "",
        f"good to {until}" if gate.good_to else until,
    )
    return ", ".join(word for word in words if word)
