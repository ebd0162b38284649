"""The kill dialog in words: what will happen, to whom, by which levers, and the word that confirms it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from console.killswitch.steps import Outcome
from console.signals.verdict import State
from console.text import plain
from console.tui.confirm import WORD, Answer, ConfirmWord
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.arming import levers_now, provider_label, reason
from console.tui.views.banner import percent
from console.tui.views.runbook import steps_in
from console.tui.views.standing import back_on, worst
from widgets.kill_dialog import FactModel, KillDialogModel, LeverModel
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
        title=f"KILL  {plain(snapshot.config.key)}",
        lead=_lead(scene, snapshot),
        facts=_facts(scene, snapshot),
        levers=_levers(scene, snapshot),
        levers_notes=_levers_notes(scene, snapshot, problem),
        runbook_title=title,
        runbook=found,
        word=WORD,
        typed=word.text,
        message=message(snapshot, word),
        ready=word.complete,
    )


def effect(snapshot: Snapshot) -> str:
    """The sentence that must have been painted before Enter counts."""
    config = snapshot.config
    return f"Enter kills {plain(config.flag_key)} in {plain(config.environment)}"


def message(snapshot: Snapshot, word: ConfirmWord) -> str:
    """What stands beside the typed word."""
    left = len(WORD) - word.typed
    if word.complete:
        if word.answer is Answer.ONCE_MORE:
            return f"{effect(snapshot)}: once more"
        if word.answer is Answer.PASTED:
            return f"{effect(snapshot)}; the paste was discarded"
        return effect(snapshot)
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


def flag_move(snapshot: Snapshot) -> tuple[str, str]:
    """``ON at 25 %  →  OFF`` and ``(OFF is the kill)``."""
    state = snapshot.flag.state
    now = "not known" if state is None else "OFF"
    if state is not None and state.on:
        now = f"ON at {percent(state.percent)}" if state.percent is not None else "ON by its rules"
    target = snapshot.config.flag.kill_state.upper()
    polarity = "(OFF is the kill)" if target == "OFF" else "(inverse: ON is the kill)"
    return f"{now}  →  {target}", polarity


def affects(snapshot: Snapshot) -> str:
    """Who gets the AI path now, as far as it is known; what is not known is said."""
    state, flow = snapshot.flag.state, snapshot.board.flow
    said = []
    if state is not None and state.on and state.percent is not None:
        said.append(f"{percent(state.percent)} of users")
    elif state is not None and not state.on and snapshot.config.flag.kill_state == "off":
        said.append("nobody by the flag: it is off already")
    if flow is None:
        said.append("how many is not known: no source has answered")
    else:
        if flow.users is not None:
            said.append(f"{flow.users:,} people in the last day")
        said.append(f"{flow.ai_per_hour:,.0f} answers an hour now")
    return "; ".join(said)


def way_back(snapshot: Snapshot) -> tuple[tuple[int, str], ...]:
    """How each lever is undone, which this version leaves to a person: (number of the lever, words)."""
    live = "off" if snapshot.config.flag.kill_state == "on" else "on"
    said = [(1, f"by hand: turn the flag {live} again in {provider_label(snapshot)}")]
    for number, table in enumerate(snapshot.config.levers, start=2):
        undo = table.options.get("undo")
        known = isinstance(undo, list | tuple)
        said.append(
            (number, plain(shlex.join(map(str, undo or ()))) if known else "by hand: it has no `undo`")
        )
    return tuple(said)


_REAL = ("production", "prod", "live")
"""Environments of which it can be said that their users are real."""


def _lead(scene: Scene, snapshot: Snapshot) -> str:
    environment = plain(snapshot.config.environment)
    who = "Made-up users; nothing real." if scene.demo else ""
    if not scene.demo and environment.lower() in _REAL:
        who = "Real users."
    if snapshot.config.flag.kill_state == "on":
        lead = f"Turns the flag ON, which takes the AI path from every user in {environment}."
    else:
        lead = f"Turns the AI path OFF for every user in {environment}."
    return f"{_already(scene)}{lead} {who}".rstrip()


def _already(scene: Scene) -> str:
    ladder = scene.ladder()
    if ladder is None or back_on(scene) or ladder.outcome not in (Outcome.CONFIRMED, Outcome.ALREADY):
        return ""
    return f"Already killed by {plain(ladder.operator)}; a second kill changes nothing. "


def _facts(scene: Scene, snapshot: Snapshot) -> tuple[FactModel, ...]:
    move, polarity = flag_move(snapshot)
    fallback = snapshot.config.fallback
    facts = [
        FactModel("flag", f"{plain(snapshot.config.flag_key)}    {move}", polarity),
        FactModel("affects", affects(snapshot)),
        FactModel("instead", plain(fallback.describe) if fallback else "not known: no [feature.fallback]"),
    ]
    if snapshot.flag.problem:
        facts.append(FactModel("", _unread(scene, snapshot)))
    facts.append(FactModel("way back", _way_back_short(snapshot)))
    return tuple(facts)


def _unread(scene: Scene, snapshot: Snapshot) -> str:
    state = snapshot.flag.state
    if state is None:
        return "the flag cannot be read now; the kill tries all the same"
    read = when.minute(scene.event_time(state.read_at), scene.event_now, scene.tz)
    return f"the flag cannot be read now; this was read {read}"


def _way_back_short(snapshot: Snapshot) -> str:
    live = "off" if snapshot.config.flag.kill_state == "on" else "on"
    words = f"by hand: flag {live} in {provider_label(snapshot)}"
    return f"{words}; release lever 2 if pulled" if snapshot.config.levers else words


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
    if snapshot.config.levers:
        if snapshot.config.lever_order == "together":
            notes.append("all levers go at once")
        else:
            notes.append("the next lever goes by itself when one does not answer")
    notes.append("if none works: F2 shows the exact requests, to be sent by hand")
    return tuple(notes)
