"""The kill dialog in words: what will happen, to whom, by which levers, and the word that confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.killswitch.steps import Outcome
from console.signals.verdict import State
from console.text import plain
from console.tui.confirm import WORD, Answer, ConfirmWord
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.arming import levers_now, reason
from console.tui.views.kill_facts import facts, lead
from console.tui.views.runbook import steps_in
from console.tui.views.standing import back_on, worst
from widgets.kill_dialog import KillDialogModel, LeverModel
from widgets.marks import Tone

if TYPE_CHECKING:
    from console.feature import Snapshot

_STEPS_SHOWN = 2


def kill_dialog(scene: Scene, word: ConfirmWord, runbook: str, problem: str = "") -> KillDialogModel:
    """The whole dialog.

    Args:
        runbook: the runbook's Markdown, "" when there is none.
        problem: why the executor could not be started, or "".
    """
    snapshot = scene.snapshot
    if snapshot is None:
        return KillDialogModel(title="KILL", lead=plain(scene.message), facts=(), levers=(), word=WORD)
    title, found = runbook_steps(in_breach(snapshot), runbook)
    return KillDialogModel(
        title=f"{'DRILL  ' if scene.drill else ''}KILL  {plain(snapshot.config.key)}",
        lead=_lead(scene, snapshot),
        facts=facts(scene, snapshot),
        levers=_levers(scene, snapshot),
        levers_notes=_levers_notes(scene, snapshot, problem),
        runbook_title=title,
        runbook=found,
        word=WORD,
        typed=word.text,
        message=message(snapshot, word, drill=scene.drill is not None),
        ready=word.complete,
    )


def _lead(scene: Scene, snapshot: Snapshot) -> str:
    if scene.drill is None:
        return _already(scene) + lead(scene, snapshot)
    from console.tui.views.drill import drill_lead

    return drill_lead(scene)


def effect(snapshot: Snapshot, *, drill: bool = False) -> str:
    """The sentence that must have been painted before Enter counts."""
    config = snapshot.config
    kills = "kills, for the drill," if drill else "kills"
    return f"Enter {kills} {plain(config.flag_key)} in {plain(config.environment)}"


def message(snapshot: Snapshot, word: ConfirmWord, *, drill: bool = False) -> str:
    """What stands beside the typed word."""
    left = len(WORD) - word.typed
    if word.complete:
        does = effect(snapshot, drill=drill)
        if word.answer is Answer.ONCE_MORE:
            return f"{does}: once more"
        if word.answer is Answer.PASTED:
            return f"{does}; the paste was discarded"
        return does
    letters = f"{left} {'letter' if left == 1 else 'letters'} to go"
    if word.answer is Answer.PASTED:
        return f"a paste was discarded: type it, {letters}"
    if word.answer is Answer.WRONG:
        return f"that is not the word; {letters}"
    return f"Enter: not yet, {letters}"


def in_breach(snapshot: Snapshot) -> str:
    """Title of the signal that is in breach, raw, or ""."""
    verdict = worst(snapshot.board.verdicts.values())
    return verdict.title if verdict is not None and State.BREACH in (verdict.state, verdict.was) else ""


def runbook_steps(subject: str, runbook: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Title and two steps for the signal in breach; else the runbook's first two."""
    found = steps_in(runbook, subject) if subject else ()
    if found:
        return f"runbook, {plain(subject)}", found[:_STEPS_SHOWN]
    first = steps_in(runbook)[:_STEPS_SHOWN]
    return "runbook", first or (("", "none that can be read: 4 says why"),)


def _already(scene: Scene) -> str:
    ladder = scene.ladder()
    if ladder is None or back_on(scene) or ladder.outcome not in (Outcome.CONFIRMED, Outcome.ALREADY):
        return ""
    return f"Already killed by {plain(ladder.operator)}; a second kill changes nothing. "


def _levers(scene: Scene, snapshot: Snapshot) -> tuple[LeverModel, ...]:
    prepared = scene.killing.prepared if scene.killing else None
    arming = {lever.number: lever for lever in levers_now(snapshot)}
    labels = [snapshot.config.flag.provider, *(table.provider for table in snapshot.config.levers)]
    at = ""
    if snapshot.arming is not None:
        at = when.minute(scene.event_time(snapshot.arming.proven_at), scene.event_now, scene.tz)
    shown = []
    for number, provider in enumerate(labels, start=1):
        lever = arming.get(number)
        known = prepared.levers[number - 1] if prepared and number <= len(prepared.levers) else lever
        if lever is None:
            words, tone = "not proven yet", Tone.PLAIN
        elif lever.armed:
            words, tone = f"ARMED ✓ {at}", Tone.PLAIN
        else:
            words, tone = f"NOT ARMED ✗ {reason(lever)}", Tone.DANGER
        shown.append(
            LeverModel(
                name=f"lever {number}",
                label=plain(known.label if known else provider),
                arming=words,
                does=plain(known.does) if known else "",
                limit=f"≤ {known.seconds_limit:g} s" if known else "",
                tone=tone,
            )
        )
    return tuple(shown)


def _levers_notes(scene: Scene, snapshot: Snapshot, problem: str) -> tuple[str, ...]:
    notes = []
    if problem:
        notes.append(problem)
    prepared = scene.killing.prepared if scene.killing else None
    if prepared is not None:
        notes.extend(
            f"lever {lever.number}: {plain(lever.problem)}" for lever in prepared.levers if lever.problem
        )
        if prepared.problem:
            notes.append(plain(prepared.problem))
    notes.append(_order(snapshot))
    return tuple(notes)


def _order(snapshot: Snapshot) -> str:
    """Which lever goes when."""
    number = 1 + len(snapshot.config.levers)
    if number == 1:
        return "there is no second lever; if it fails, F2 shows what to send by hand"
    if snapshot.config.lever_order == "together":
        return "all levers go at once"
    if number == 2:
        return "lever 2 goes by itself when lever 1 fails or does not answer"
    return f"levers 2 to {number} go by themselves, each when the one before fails or does not answer"
