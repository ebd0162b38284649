"""A kill as it climbs, and what is left to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.kill_dialog import in_breach, runbook_steps, way_back
from console.tui.views.marks import STEP_MARKS
from widgets.ladder import LadderModel, NoteModel, RungModel, SectionModel
from widgets.marks import Mark as Shown
from widgets.marks import Tone

if TYPE_CHECKING:
    from console.feature import Snapshot

OVERDUE = timedelta(seconds=30)
"""After so long without a confirmation the requests to send by hand show themselves."""

_PROVEN = (Outcome.CONFIRMED, Outcome.ALREADY)
_WORDS = {
    Outcome.ASKING: "KILLING",
    Outcome.CONFIRMED: "KILLED",
    Outcome.ALREADY: "KILLED",
    Outcome.UNCONFIRMED: "SENT, NOT CONFIRMED",
    Outcome.FAILED: "KILL FAILED",
}


def ladder(scene: Scene, runbook: str) -> LadderModel:
    """The whole frame, from the newest ladder."""
    newest = scene.ladder()
    snapshot = scene.snapshot
    key = plain(snapshot.config.key) if snapshot else ""
    if newest is None:
        return LadderModel(
            title=f"KILLING  {key}",
            tone=Tone.DANGER,
            rungs=(RungModel(Shown.NOW, "journaled", "", "Enter was sent to the kill's own process"),),
            notes=(_LEAVE,),
        )
    lost = scene.killing is not None and scene.killing.lost and newest is scene.killing.ladder
    proven = newest.outcome in _PROVEN
    word = _WORDS[newest.outcome]
    if proven and newest.killed_by is not None and newest.killed_by > 1:
        word = f"KILLED by lever {newest.killed_by}"
    return LadderModel(
        title=f"{word}  {key}",
        tone=Tone.PLAIN if proven else Tone.DANGER,
        rungs=tuple(_rung(step) for step in newest.steps),
        notes=_notes(newest, lost),
        sections=_sections(scene, snapshot, newest, runbook, lost),
    )


_TRIED = ": tried again by itself; F2 shows it by hand"
_LEAVE = NoteModel("You may leave or lose the line: the kill goes on without this screen.")


def _rung(step: Step) -> RungModel:
    name = f"lever {step.lever}" if step.rung is Rung.LEVER else step.rung.value
    text = plain(step.text)
    if step.mark is Mark.NOT_CONFIGURED:
        text = text or "not configured: it cannot be shown"
    return RungModel(
        mark=STEP_MARKS[step.mark],
        name=name,
        seconds=when.seconds(step.seconds) if step.seconds is not None else "",
        text=text,
    )


def _notes(newest: Ladder, lost: bool) -> tuple[NoteModel, ...]:
    if lost and not newest.finished:
        return (
            NoteModel("The kill's own process went away. Look at the flag, then K again.", mark=Shown.FAIL),
        )
    if newest.outcome is Outcome.ASKING or (newest.outcome in _PROVEN and not newest.finished):
        return (_LEAVE,)
    return ()


def _sections(
    scene: Scene, snapshot: Snapshot | None, newest: Ladder, runbook: str, lost: bool
) -> tuple[SectionModel, ...]:
    if newest.outcome is Outcome.ASKING and scene.now - datetime.fromisoformat(newest.started) > OVERDUE:
        return (SectionModel("nothing is confirmed yet: by hand, beside it", _by_hand(scene)),)
    if newest.outcome is Outcome.ASKING and not lost:
        waiting = (
            NoteModel("You need not press anything now. The next lever goes by itself."),
            NoteModel("If nothing is confirmed in 30 s, what to send by hand stands here; F2 shows it now."),
        )
        return (SectionModel("while you wait", waiting),)
    left = [NoteModel(f"{plain(words)}{_TRIED}", label="levers", mark=Shown.NOW) for words in newest.still_on]
    left.extend(
        NoteModel(f"{step.rung.value}: {plain(step.text)}", label="alarm", mark=Shown.FAIL)
        for step in newest.steps
        if step.mark is Mark.FALSE and step.rung in (Rung.EVALUATED, Rung.QUIET, Rung.FALLBACK)
    )
    sections = []
    if newest.outcome not in _PROVEN or lost:
        sections.append(SectionModel("by hand", _by_hand(scene)))
    if snapshot is not None:
        subject = (scene.killing.subject if scene.killing else "") or in_breach(snapshot)
        if subject:
            _, found = runbook_steps(subject, runbook)
            # The steps that say to kill have been done.
            left.extend(
                NoteModel(text, label=f"step {number}")
                for number, text in found
                if "kill" not in text.lower()
            )
    sections.append(SectionModel("what is left to do", tuple(left)))
    if snapshot is not None:
        pulled = {step.lever for step in newest.steps if step.mark is not Mark.TO_COME}
        back = tuple(
            NoteModel(words, label="way back" if number == 1 else f"lever {number}")
            for number, words in way_back(snapshot)
            if number == 1 or number in pulled
        )
        sections.append(SectionModel("not now: only when the cause is known", back))
    return tuple(sections)


def _by_hand(scene: Scene) -> tuple[NoteModel, ...]:
    prepared = scene.killing.prepared if scene.killing else None
    if prepared is None:
        return (NoteModel("Turn the flag to its kill state at its provider; tell the on-call channel."),)
    return tuple(
        NoteModel(plain(sketch.command), label=plain(sketch.what))
        for lever in prepared.levers
        for sketch in lever.sketches
    )
