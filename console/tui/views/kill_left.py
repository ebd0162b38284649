"""What stands under the rungs: what to do while a kill climbs, and what is left to do after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.killswitch.steps import Ladder, Mark, Outcome, Rung, Step
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.alarms import unseen
from console.tui.views.kill_dialog import in_breach, runbook_steps
from console.tui.views.kill_facts import inverse, undo_by_hand, way_back
from console.tui.views.kill_times import last_time
from widgets.ladder import NoteModel, SectionModel
from widgets.marks import Mark as Shown

if TYPE_CHECKING:
    from console.feature import Snapshot

OVERDUE = 30.0
"""After so many seconds without a confirmation the requests to send by hand show themselves."""

_PROVEN = (Outcome.CONFIRMED, Outcome.ALREADY)


def overdue(scene: Scene) -> bool:
    """Half a minute after Enter the newest kill is not confirmed, and is still being tried."""
    newest = scene.ladder()
    if newest is None or newest.finished or newest.outcome in _PROVEN or scene.drill is not None:
        return False
    return scene.kill_seconds(newest) > OVERDUE


def sections(scene: Scene, newest: Ladder, runbook: str, *, lost: bool) -> tuple[SectionModel, ...]:
    """Titled parts, the most urgent first.

    Args:
        lost: the process that the kill lives in went away.
    """
    if newest.outcome is Outcome.ASKING and scene.kill_seconds(newest) > OVERDUE:
        return (SectionModel("nothing is confirmed yet: by hand, beside it", _by_hand(scene)),)
    if newest.outcome is Outcome.ASKING and not lost:
        return (SectionModel("while you wait", tuple(_waiting(scene, newest))),)
    found = []
    if newest.outcome not in _PROVEN or lost:
        found.append(SectionModel("by hand", _by_hand(scene)))
    left = tuple(_left(scene, newest, runbook))
    nothing = (NoteModel("Nothing: every rung that can be shown came true."),)
    found.append(SectionModel("what is left to do", left or nothing))
    if scene.drill is not None:
        way_back = NoteModel("by itself, when the drill ends: E ends it now", label="way back")
        found.append(SectionModel("and then", (way_back,)))
    elif scene.snapshot is not None:
        found.append(
            SectionModel("not now: only when the cause is known", _undo(scene, scene.snapshot, newest))
        )
    return tuple(found)


def _waiting(scene: Scene, newest: Ladder) -> Iterator[NoteModel]:
    overdue = datetime.fromisoformat(newest.started) + timedelta(seconds=OVERDUE)
    at = when.second(scene.event_time(overdue), scene.event_now, scene.tz)
    pulled = max((step.lever for step in newest.steps), default=0)
    more = scene.snapshot is not None and pulled <= len(scene.snapshot.config.levers)
    by_itself = " The next lever goes by itself." if more else ""
    yield NoteModel(f"You need not press anything now.{by_itself}")
    yield NoteModel(f"If nothing is confirmed at {at}, this shows what to send by hand.")
    if before := last_time(scene.snapshot):
        yield NoteModel(before)


def _left(scene: Scene, newest: Ladder, runbook: str) -> Iterator[NoteModel]:
    if open_alarms := unseen(scene, newest):
        yield NoteModel(_alarm(open_alarms), label="alarm", mark=Shown.FAIL)
    tried = "Nobody tries any more: switch it by hand, F2 shows how"
    if not newest.finished:
        tried = "It is tried again by itself; F2 shows it by hand"
    for words in newest.still_on:
        proof = newest.killed_by is not None and newest.killed_by > 1
        undone = f" If lever {newest.killed_by} is undone, users get the AI." if proof else ""
        yield NoteModel(f"{plain(words)}.{undone} {tried}.", label="levers", mark=Shown.NOW)
    if scene.snapshot is not None:
        subject = (scene.killing.subject if scene.killing else "") or in_breach(scene.snapshot)
        for number, text in runbook_steps(subject, runbook)[1] if subject else ():
            # The steps that say to kill have been done.
            if "kill" not in text.lower():
                yield NoteModel(text, label=f"step {number}", mark=Shown.NOW)
    if newest.outcome in _PROVEN:
        told = "n writes a note of who was told what; 5 is the timeline"
        yield NoteModel(told, label="tell", mark=Shown.NOW)


def _alarm(open_alarms: tuple[Step, ...]) -> str:
    """What rungs that did not come true mean, and what to do: their own words stand beside them."""
    named = ", ".join(step.rung.value for step in open_alarms)
    if all(step.rung is Rung.FALLBACK for step in open_alarms):
        means = "users may not get what they should instead."
    else:
        means = "some users may still get the AI. F2 shows every lever, to be pulled by hand."
    return f"{named} did not come true: {means}"


def _undo(scene: Scene, snapshot: Snapshot, newest: Ladder) -> tuple[NoteModel, ...]:
    pulled = {step.lever for step in newest.steps if step.mark is not Mark.TO_COME}
    by_key = way_back(scene, snapshot)
    return tuple(
        NoteModel(
            by_key if number == 1 and not by_key.startswith("by hand") else words,
            label="way back" if number == 1 else f"lever {number}",
        )
        for number, words in undo_by_hand(snapshot)
        if number == 1 or number in pulled
    )


def _by_hand(scene: Scene) -> tuple[NoteModel, ...]:
    prepared = scene.killing.prepared if scene.killing else None
    if prepared is None:
        to = "ON, which is its kill state," if scene.snapshot and inverse(scene.snapshot) else "OFF"
        return (NoteModel(f"Turn the flag {to} at its provider; tell the on-call channel."),)
    return tuple(
        NoteModel(plain(sketch.command), label=plain(sketch.what))
        for lever in prepared.levers
        for sketch in lever.sketches
    )
