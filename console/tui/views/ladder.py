"""A kill as it climbs, and an older one as the journal has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.killswitch.alarms import alarms
from console.killswitch.record import DrillRecord
from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.alarms import seen_by
from console.tui.views.kill_left import sections
from console.tui.views.kill_times import time_to_kill
from console.tui.views.marks import STEP_MARKS
from console.tui.views.standing import back_on
from widgets.ladder import LadderModel, NoteModel, RungModel
from widgets.marks import Mark as Shown
from widgets.marks import Tone

if TYPE_CHECKING:
    from console.killswitch.record import KillRecord

_PROVEN = (Outcome.CONFIRMED, Outcome.ALREADY)
_WORDS = {
    Outcome.ASKING: "KILLING",
    Outcome.CONFIRMED: "KILLED",
    Outcome.ALREADY: "KILLED",
    Outcome.UNCONFIRMED: "SENT, NOT CONFIRMED",
    Outcome.FAILED: "KILL FAILED",
    Outcome.NOT_SENT: "NEVER SENT",
}
_NOT_HELD = (Mark.UNKNOWN, Mark.FALSE)
_DRILL_LEAVE = NoteModel("Leave or lose the line: the drill ends, and what it has killed is restored.")
_LEAVE = NoteModel("You may leave or lose the line: the kill goes on without this screen.")


def ladder(scene: Scene, runbook: str, kill_id: str = "") -> LadderModel:
    """The whole frame, from the newest ladder.

    Args:
        runbook: the runbook's Markdown, "" when there is none.
        kill_id: shows this kill instead, where it is an older one.
    """
    newest, older = scene.ladder(), _older(scene, kill_id)
    if older is not None:
        return _past(scene, older)
    snapshot = scene.snapshot
    key = plain(snapshot.config.key) if snapshot else ""
    if newest is None:
        return LadderModel(
            title=f"{'DRILL  ' if scene.drill else ''}KILLING  {key}",
            tone=Tone.DANGER,
            rungs=(RungModel(Shown.NOW, "journaled", "", "Enter was sent to the kill's own process"),),
            notes=(_DRILL_LEAVE if scene.drill else _LEAVE,),
        )
    lost = scene.killing is not None and scene.killing.lost and newest.kill_id == _own(scene)
    proven = newest.outcome in _PROVEN
    over = proven and snapshot is not None and back_on(scene)
    title = "WAS KILLED, NO LONGER" if over else _title(newest)
    title = f"DRILL  {title}" if scene.drill else title
    return LadderModel(
        title=f"{title}  {key}",
        tone=Tone.PLAIN if proven and not (over and snapshot and snapshot.back_on) else Tone.DANGER,
        rungs=_rungs(scene, newest),
        notes=_notes(scene, newest, lost),
        sections=sections(scene, newest, runbook, lost=lost),
    )


def _own(scene: Scene) -> str:
    own = scene.killing.ladder if scene.killing else None
    return own.kill_id if own else ""


def _older(scene: Scene, kill_id: str) -> KillRecord | DrillRecord | None:
    newest, snapshot = scene.ladder(), scene.snapshot
    if not kill_id or snapshot is None or (newest is not None and newest.kill_id == kill_id):
        return None
    kills: tuple[KillRecord | DrillRecord, ...] = (*snapshot.kills, *snapshot.drills)
    return next((kill for kill in kills if kill.ladder.kill_id == kill_id), None)


def _past(scene: Scene, kill: KillRecord | DrillRecord) -> LadderModel:
    """A kill that another one has followed: nothing of it is tried or watched any more."""
    newest = kill.ladder
    at = when.second(scene.event_time(kill.at), scene.event_now, scene.tz)
    drill = "DRILL  " if isinstance(kill, DrillRecord) else ""
    who = NoteModel(f"By {plain(newest.operator)}, {at}. An older kill: nothing of it is tried or watched.")
    took, others = time_to_kill(scene.snapshot, newest)
    return LadderModel(
        title=f"{drill}{_title(newest)}  {plain(newest.feature)}  {at}",
        rungs=_rungs(scene, newest),
        notes=(who, NoteModel(took, right=others)) if took else (who,),
    )


def _title(newest: Ladder) -> str:
    if newest.outcome in _PROVEN and newest.killed_by is not None and newest.killed_by > 1:
        return f"KILLED by lever {newest.killed_by}"
    return _WORDS[newest.outcome]


def _rungs(scene: Scene, newest: Ladder) -> tuple[RungModel, ...]:
    own = any(step.rung is Rung.CONFIRMED and step.lever == newest.killed_by for step in newest.steps)
    alarmed = alarms(newest)
    shown = []
    for step in newest.steps:
        note = ""
        if step in alarmed:
            note = seen_by(scene, newest, step) or "o: seen"
        elif newest.killed_by and not own and step.rung is Rung.EVALUATED and step.mark is Mark.TRUE:
            note = "is confirmed"
        elif step.rung is Rung.LEVER and step.mark in _NOT_HELD and newest.still_on and not newest.finished:
            note = "tried again"
        shown.append(_rung(step, note))
    return tuple(shown)


def _rung(step: Step, note: str) -> RungModel:
    name = f"lever {step.lever}" if step.rung is Rung.LEVER else step.rung.value
    text = plain(step.text)
    if step.mark is Mark.NOT_CONFIGURED:
        text = text or "not configured: it cannot be shown"
    return RungModel(
        mark=STEP_MARKS[step.mark],
        name=name,
        seconds=when.seconds(step.seconds) if step.seconds is not None else "",
        text=text,
        note=note,
    )


def _notes(scene: Scene, newest: Ladder, lost: bool) -> tuple[NoteModel, ...]:
    if lost and not newest.finished:
        return (
            NoteModel("The kill's own process went away. Look at the flag, then K again.", mark=Shown.FAIL),
        )
    took, others = time_to_kill(scene.snapshot, newest)
    times = (NoteModel(took, right=others),) if took else ()
    if newest.outcome is Outcome.ASKING or (newest.outcome in _PROVEN and not newest.finished):
        return (*times, _DRILL_LEAVE if scene.drill else _LEAVE)
    return times
