"""What a kill will do, in words: to which flag, to whom, what they get instead, and the way back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from console.killswitch.record import PRODUCTION, DrillRecord, KillRecord
from console.killswitch.steps import Mark, Rung
from console.text import plain
from console.tui.scene import Scene
from console.tui.views import when
from console.tui.views.arming import provider_label
from console.tui.views.banner import percent
from widgets.kill_dialog import FactModel

if TYPE_CHECKING:
    from console.config import Stage
    from console.feature import Snapshot

_REAL = ("production", "prod", "live")
"""Environments of which it can be said that their users are real."""


def lead(scene: Scene, snapshot: Snapshot) -> str:
    """The first sentence: what is turned which way, for whom."""
    environment = plain(snapshot.config.environment)
    who = "Made-up users; nothing real." if scene.demo else ""
    if not scene.demo and environment.lower() in _REAL:
        who = "Real users."
    if inverse(snapshot):
        said = f"Turns the flag ON, so that nobody in {environment} gets the AI."
    else:
        said = f"Turns the AI path OFF for every user in {environment}."
    return f"{said} {who}".rstrip()


def facts(scene: Scene, snapshot: Snapshot) -> tuple[FactModel, ...]:
    """Flag, who is affected, what they get instead, how it is undone."""
    move, polarity = flag_move(snapshot)
    fallback = snapshot.config.fallback
    if scene.drill is not None and scene.drill.kind != PRODUCTION:
        return (
            FactModel("flag", f"{plain(snapshot.config.flag_key)}    {move}", polarity),
            FactModel("affects", "nobody: this is a drill"),
            FactModel("way back", "by itself, at the end of the drill"),
        )
    said = [
        FactModel("flag", f"{plain(snapshot.config.flag_key)}    {move}", polarity),
        FactModel("affects", affects(snapshot)),
        FactModel("instead", plain(fallback.describe) if fallback else "not known: no [feature.fallback]"),
    ]
    if fallback:
        said.append(FactModel("", fallback_seen(scene, snapshot)))
    if snapshot.flag.problem:
        said.append(FactModel("", _unread(scene, snapshot)))
    back = "by itself, at the end of the drill" if scene.drill is not None else way_back(scene, snapshot)
    said.append(FactModel("way back", back))
    return tuple(said)


def inverse(snapshot: Snapshot) -> bool:
    """The flag is killed by turning it on."""
    return snapshot.config.flag.kill_state == "on"


def flag_move(snapshot: Snapshot) -> tuple[str, str]:
    """``ON at 25 %  →  OFF`` and ``(OFF is the kill)``."""
    state = snapshot.flag.state
    now = "not known" if state is None else "OFF"
    if state is not None and state.on:
        now = f"ON at {percent(state.percent)}" if state.percent is not None else "ON by its rules"
    if inverse(snapshot):
        return f"{now}  →  ON", "(kill = turn this flag ON)"
    return f"{now}  →  OFF", "(OFF is the kill)"


def affects(snapshot: Snapshot) -> str:
    """Who gets the AI path now, as far as it is known; what is not known is said."""
    state, flow = snapshot.flag.state, snapshot.board.flow
    said = []
    if state is not None and state.on is inverse(snapshot):
        said.append(f"nobody by the flag: it is {'on' if state.on else 'off'} already")
    elif state is not None and not state.on:
        said.append("everybody let in: the AI runs while this flag is off")
    elif state is not None and state.percent is not None:
        said.append(_share(snapshot, state.percent))
    if flow is None:
        said.append("how many is not known: no source has answered")
    else:
        if flow.users is not None:
            said.append(f"{flow.users:,} people a day")
        said.append(f"{flow.ai_per_hour:,.0f} answers an hour")
    return "; ".join(said)


def fallback_seen(scene: Scene, snapshot: Snapshot) -> str:
    """When what users get instead was last seen to work, or not to: ``seen to work 18 Nov, in the drill``."""
    kills: tuple[KillRecord | DrillRecord, ...] = (*snapshot.kills, *snapshot.drills)
    shown = [
        (kill.at, step.mark, "drill" if isinstance(kill, DrillRecord) else "kill")
        for kill in kills
        for step in kill.ladder.steps
        if step.rung is Rung.FALLBACK and step.mark in (Mark.TRUE, Mark.FALSE)
    ]
    if not shown:
        return "never seen to work: no kill and no drill has shown it"
    at, mark, kind = max(shown, key=lambda one: one[0])
    day = when.day(scene.event_time(at), scene.event_now, scene.tz)
    worked = "seen to work" if mark is Mark.TRUE else "did NOT answer as described"
    return f"{worked} {day}, in the {kind}"


def way_back(scene: Scene, snapshot: Snapshot) -> str:
    """How the kill is undone, in one line."""
    key = next((action.shown for action in scene.keys.actions if action.id == "restore"), "console restore")
    to = _lower_stage(snapshot)
    return f"{key}, {to}with the flag key and a reason"


def undo_by_hand(snapshot: Snapshot) -> tuple[tuple[int, str], ...]:
    """How each lever is undone by a person: (number of the lever, words)."""
    live = "off" if inverse(snapshot) else "on"
    said = [(1, f"by hand: turn the flag {live} again in {provider_label(snapshot)}")]
    for number, table in enumerate(snapshot.config.levers, start=2):
        undo = table.options.get("undo")
        known = isinstance(undo, list | tuple)
        said.append(
            (number, plain(shlex.join(map(str, undo or ()))) if known else "by hand: it has no `undo`")
        )
    return tuple(said)


def _share(snapshot: Snapshot, share: float) -> str:
    """``25 % of users, stage 3 of 5``; a stage that is not called by its percent is named."""
    stages = snapshot.config.stages
    found = next((number for number, stage in enumerate(stages, start=1) if stage.percent == share), None)
    said = f"{percent(share)} of users"
    if found is None:
        return said
    stage = stages[found - 1]
    name = "" if _is_percent(stage) else f" ({plain(stage.name)})"
    cohort = f" and cohort {plain(stage.cohort)}" if stage.cohort else ""
    return f"{said}{cohort}, stage {found} of {len(stages)}{name}"


def _lower_stage(snapshot: Snapshot) -> str:
    """``to 5 % or lower, ``: the stage before the one that was live; the first one has none before it."""
    state, stages = snapshot.flag.state, snapshot.config.stages
    if state is None or state.percent is None or not stages:
        return ""
    live = max((at for at, stage in enumerate(stages) if stage.percent <= state.percent), default=0)
    lower = stages[max(0, live - 1)]
    name = percent(lower.percent) if _is_percent(lower) else plain(lower.name)
    return f"to {name}, " if live <= 1 else f"to {name} or lower, "


def _is_percent(stage: Stage) -> bool:
    return stage.name.replace(" ", "") == f"{stage.percent:g}%"


def _unread(scene: Scene, snapshot: Snapshot) -> str:
    state = snapshot.flag.state
    if state is None:
        return "the flag cannot be read now; the kill tries all the same"
    read = when.minute(scene.event_time(state.read_at), scene.event_now, scene.tz)
    return f"the flag cannot be read now; this was read {read}"
