"""The launch checklist, read-only: what can be told from the data at hand, and nothing beyond.

A gate without evidence is UNKNOWN and says what is not known; it is never guessed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from console.killswitch.steps import Mark as StepMark
from console.killswitch.steps import Rung
from console.signals.verdict import State
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.arming import exercised, provider_label
from console.tui.views.banner import percent
from widgets.checklist import ChecklistModel, GateModel
from widgets.marks import Mark

if TYPE_CHECKING:
    from console.feature import Snapshot

_DASHBOARDS = (("cost", "cost"), ("latency", "latency"), ("errors", "error rate"), ("evals", "eval score"))
_BLIND = (State.ERROR, State.NO_DATA, State.STALE)
_NIGHT = timedelta(hours=26)


def checklist(scene: Scene) -> ChecklistModel:
    """The mission's eight gates in its order."""
    snapshot = scene.panels
    if snapshot is None:
        return ChecklistModel(title="launch checklist", count="", gates=())
    gates = (
        _flag(scene, snapshot),
        _kill_switch(scene),
        _fallback(scene, snapshot),
        GateModel(
            Mark.UNKNOWN, "internal cohort ran, issues triaged", "not known yet: nothing records it here"
        ),
        _criteria(snapshot),
        _dashboards(snapshot),
        _nightly(scene, snapshot),
        _runbook(snapshot),
    )
    passed = sum(1 for gate in gates if gate.mark is Mark.PASS)
    return ChecklistModel(title="launch checklist", count=f"{passed} of {len(gates)}", gates=gates)


def _flag(scene: Scene, snapshot: Snapshot) -> GateModel:
    title = "flag with percentage rollout"
    state = snapshot.flag.state
    if state is None:
        return GateModel(Mark.UNKNOWN, title, plain(snapshot.flag.problem) or "not known yet: not read")
    read = when.minute(scene.event_time(state.read_at), scene.event_now, scene.tz)
    provider = provider_label(snapshot)
    if state.percent is None:
        return GateModel(Mark.UNKNOWN, title, f"{provider}, read {read}: its rules are not one percentage")
    return GateModel(Mark.PASS, title, f"{provider}, {percent(state.percent)}, read {read}")


def _kill_switch(scene: Scene) -> GateModel:
    title = "kill switch tested"
    last = scene.last_confirmed_kill
    if last is None:
        return GateModel(Mark.UNKNOWN, title, "not known yet: no confirmed kill in the journal")
    at = when.minute(scene.event_time(last), scene.event_now, scene.tz)
    if not exercised(scene):
        return GateModel(Mark.EXPIRED, title, f"confirmed {at}, over 30 days ago")
    return GateModel(Mark.PASS, title, f"pulled and confirmed {at}")


def _fallback(scene: Scene, snapshot: Snapshot) -> GateModel:
    title = "fallback tested"
    if snapshot.config.fallback is None:
        return GateModel(Mark.FAIL, title, "no [feature.fallback] in console.toml")
    ladder = scene.ladder()
    for step in ladder.steps if ladder else ():
        if step.rung is Rung.FALLBACK and step.mark is StepMark.TRUE:
            return GateModel(Mark.PASS, title, "it answered as described, after the last kill")
        if step.rung is Rung.FALLBACK and step.mark is StepMark.FALSE:
            return GateModel(Mark.FAIL, title, f"after the last kill: {plain(step.text)}")
    return GateModel(Mark.UNKNOWN, title, "not known yet: it is seen only while killed")


def _criteria(snapshot: Snapshot) -> GateModel:
    title = "5 % cohort and ramp criteria"
    if not snapshot.config.stages:
        return GateModel(Mark.FAIL, title, "no stages in [feature.rollout]")
    names = ", ".join(plain(stage.name) for stage in snapshot.config.stages)
    return GateModel(Mark.UNKNOWN, title, f"stages {names}; cohort and criteria not known yet")


def _dashboards(snapshot: Snapshot) -> GateModel:
    title = "dashboards visible"
    verdicts = snapshot.board.verdicts
    missing = [name for key, name in _DASHBOARDS if key not in verdicts]
    blind = [
        f"{name} {verdicts[key].state.value}"
        for key, name in _DASHBOARDS
        if key in verdicts and verdicts[key].state in _BLIND
    ]
    if missing:
        return GateModel(Mark.FAIL, title, f"not configured: {', '.join(missing)}", str(len(missing)))
    if blind:
        return GateModel(Mark.FAIL, title, ", ".join(blind), str(len(blind)))
    return GateModel(Mark.PASS, title, "cost, latency, error rate, eval: on this screen")


def _nightly(scene: Scene, snapshot: Snapshot) -> GateModel:
    title = "nightly eval running"
    verdict = snapshot.board.verdicts.get("evals")
    if verdict is None:
        return GateModel(Mark.FAIL, title, "no eval score is configured")
    if verdict.newest is None:
        return GateModel(Mark.UNKNOWN, title, "not known yet: no run has been seen")
    at = when.minute(verdict.newest, scene.event_now, scene.tz)
    if verdict.state in _BLIND or scene.event_now - verdict.newest > _NIGHT:
        return GateModel(Mark.FAIL, title, f"last run {at}: the last night is missing")
    count = f", {plain(verdict.count_long)}" if verdict.count_long else ""
    return GateModel(Mark.PASS, title, f"{at}{count}")


def _runbook(snapshot: Snapshot) -> GateModel:
    title = "on-call knows the runbook"
    if snapshot.config.runbook is None:
        return GateModel(Mark.FAIL, title, "no runbook is bound in console.toml")
    return GateModel(Mark.UNKNOWN, title, "bound (4); who has read it is not known yet")
