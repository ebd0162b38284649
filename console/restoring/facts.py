"""What the rules of the way back need to know, from what the console sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.killswitch.levers import Lever
from console.killswitch.record import PRODUCTION
from console.killswitch.steps import Outcome, pulled
from console.restoring.rules import Facts
from console.signals.verdict import State
from console.text import plain

if TYPE_CHECKING:
    from console.killswitch.record import DrillRecord, FlagBefore, KillRecord
    from console.restoring.stages import Target
    from console.signals.verdict import Change
    from console.snapshot import Snapshot

_LEFT = (State.OK, State.WATCH, State.TOO_FEW)
"""States in which a BREACH no longer stands; missing data never clears one."""
SLACK = timedelta(minutes=2)
"""Event time between a kill's confirmation and the last verdict that was made before it."""


def gather(
    snapshot: Snapshot, levers: Sequence[Lever], target: Target, *, traffic: str, hold_down: timedelta
) -> Facts:
    """What is known at this moment.

    Args:
        traffic: why the traffic does not show that users get the fallback, or "".
    """
    kill = snapshot.kill
    sent = pulled_levers(kill)
    return Facts(
        flag_key=snapshot.config.flag_key,
        killed=killed(snapshot),
        killed_at=kill.at if kill is not None else None,
        breaches=breaches(snapshot),
        silent=tuple(
            verdict.title for verdict in snapshot.board.verdicts.values() if verdict.state is State.ERROR
        ),
        traffic=traffic,
        stage=target.problem,
        not_undone=tuple(
            f"lever {lever.number}, {plain(lever.label)}, was pulled and has no undo: by hand, c shows it"
            for lever in levers
            if lever.number in sent and lever.number > 1 and not lever.undoable
        ),
        hold_down=hold_down,
    )


def killed(snapshot: Snapshot) -> bool:
    """A kill stands: the flag holds the kill state, or the newest kill holds by another lever."""
    state = snapshot.flag.state
    if state is not None and state.on is (snapshot.config.flag.kill_state == "on"):
        return True
    kill = snapshot.kill
    return kill is not None and not snapshot.over and bool(pulled_levers(kill) - {1})


def pulled_levers(kill: KillRecord | None) -> frozenset[int]:
    """Numbers of the levers that a kill sent, or may have sent."""
    return pulled(kill.ladder) if kill is not None else frozenset()


def before(kills: Sequence[KillRecord], drills: Sequence[DrillRecord] = ()) -> FlagBefore | None:
    """The flag before it was killed: a second kill, or one in mid-drill, has found it killed already.

    Args:
        kills, drills: oldest first.
    """
    pulled: list[KillRecord | DrillRecord] = [*kills, *(one for one in drills if one.kind == PRODUCTION)]
    for kill in sorted(pulled, key=lambda one: one.at, reverse=True):
        if kill.ladder.outcome is not Outcome.ALREADY:
            return kill.before
    return None


def breaches(snapshot: Snapshot) -> Mapping[str, str]:
    """Signals that were in BREACH when it was killed, by key, with their titles."""
    kill, clock = snapshot.kill, snapshot.board.clock
    if kill is None or clock is None:
        return {}
    at = clock.event_time(kill.confirmed_at or kill.at) + SLACK
    return {
        key: verdict.title
        for key, verdict in snapshot.board.verdicts.items()
        if _stood(snapshot.board.changes, verdict.title, at)
    }


def _stood(changes: Sequence[Change], title: str, at: datetime) -> bool:
    stands = False
    for change in changes:
        if change.title != title or change.at > at:
            continue
        if change.after is State.BREACH:
            stands = True
        elif change.after in _LEFT:
            stands = False
        elif change.after is State.OFF and change.before is not State.OFF:
            return stands or change.before is State.BREACH
    return stands
