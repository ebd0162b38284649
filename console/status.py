"""One look at a feature: as a document for programs, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any

from console.exits import Exit
from console.feature import FlagView, Snapshot
from console.killswitch.alarms import alarm_words, alarms
from console.killswitch.steps import Outcome, Step
from console.killswitch.times import median, trend
from console.signals.summary import verdict_line
from console.signals.verdict import State, Verdict
from console.text import sanitize

VERSION = 1
"""Of the JSON document; grows when a reader of it would have to change."""

_BLIND = frozenset({State.ERROR, State.NO_DATA, State.STALE})
_UNDECIDED = frozenset({State.WATCH, State.TOO_FEW})


def document(snapshots: Iterable[Snapshot], broken: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Everything of one look, for `--json`. Instants are ISO 8601 in UTC, ages in seconds of event time."""
    return {
        "version": VERSION,
        "features": [_feature(snapshot) for snapshot in snapshots],
        "broken": [{"feature": name, "problem": problem} for name, problem in broken],
    }


def exit_status(snapshots: Iterable[Snapshot], broken: Iterable[tuple[str, str]]) -> Exit:
    """The status of one look: 1 before 3 before 5 before 0; a broken feature among others is 3."""
    found = {Exit.OK}
    if tuple(broken):
        found.add(Exit.UNKNOWN)
    for snapshot in snapshots:
        if snapshot.flag.problem or snapshot.journal.problem:
            found.add(Exit.UNKNOWN)
        if snapshot.back_on or snapshot.left_killed is not None:
            found.add(Exit.NO)
        if (
            snapshot.kill is not None
            and not snapshot.over
            and snapshot.kill.ladder.outcome in (Outcome.UNCONFIRMED, Outcome.FAILED)
        ):
            found.add(Exit.NO)
        found.update(_exit(verdict) for verdict in snapshot.board.verdicts.values())
    return next(status for status in (Exit.NO, Exit.UNKNOWN, Exit.UNDECIDED, Exit.OK) if status in found)


def _exit(verdict: Verdict) -> Exit:
    if State.BREACH in (verdict.state, verdict.was):
        return Exit.NO
    if verdict.state in _BLIND:
        return Exit.UNKNOWN
    return Exit.UNDECIDED if verdict.state in _UNDECIDED else Exit.OK


def lines(snapshot: Snapshot, tz: tzinfo | None) -> Iterator[str]:
    """One look at one feature, for a person.

    Args:
        tz: in which instants are shown; None is this machine's.
    """
    config = snapshot.config
    yield f"{config.name}  flag {config.flag_key}  {flag_words(snapshot.flag)}"
    yield f"  {_standing(snapshot, tz)}"
    if words := drill_words(snapshot):
        yield f"  {words}"
    for verdict in snapshot.board.verdicts.values():
        word = (
            verdict.state.value if verdict.was is None else f"{verdict.state.value}, was {verdict.was.value}"
        )
        since = f"since {_clock(verdict.since, tz)}" if verdict.since else ""
        cells = (verdict.value_text, verdict.band_text, verdict.count_long, since)
        yield f"  {word:<9} {verdict.title:<12} " + "  ".join(cell for cell in cells if cell)
        for text in (verdict.problem or verdict.why, verdict.partial, verdict.needs):
            if text:
                yield f"            {text}"
    for finding in _findings(snapshot):
        yield f"  finding   {finding}"


def flag_words(flag: FlagView) -> str:
    """The flag in words: "ON at 25 %", "OFF", or why nobody knows."""
    if flag.state is None:
        return flag.problem or "not read yet"
    if not flag.state.on:
        words = "OFF"
    elif flag.state.percent is None:
        words = "ON by its own rules"
    else:
        words = f"ON at {flag.state.percent:g} %"
    return f"{words} when last read; now {flag.problem}" if flag.problem else words


def _findings(snapshot: Snapshot) -> list[str]:
    own = (snapshot.journal.problem, snapshot.history.problem, snapshot.reload)
    return [*(text for text in own if text), *snapshot.config.faults, *snapshot.config.findings]


def _standing(snapshot: Snapshot, tz: tzinfo | None) -> str:
    kill = snapshot.kill
    if kill is None or snapshot.over:
        again = f"{latch_words(snapshot, tz)}; " if snapshot.back_on else ""
        return again + verdict_line(snapshot.board)
    ladder, seen = kill.ladder, snapshot.records.alarms
    by = f" by lever {ladder.killed_by}" if ladder.killed_by else ""
    words = (
        "KILLED" if ladder.outcome in (Outcome.CONFIRMED, Outcome.ALREADY) else ladder.outcome.value.upper()
    )
    still = f" ({'; '.join(ladder.still_on)})" if ladder.still_on else ""
    open_alarms = [step for step in alarms(ladder) if (ladder.kill_id, step.rung.value) not in seen]
    but = f", but {'; '.join(alarm_words(step) for step in open_alarms)}" if open_alarms else ""
    return f"{words}{by}{still} at {_clock(kill.at, tz)} by {ladder.operator}{but}"


def drill_words(snapshot: Snapshot) -> str:
    """A drill that is going on, or one that has left the flag killed; "" where there is none."""
    drill, left = snapshot.drill, snapshot.left_killed
    if drill is not None:
        state = "was left, and is about to be restored" if drill.orphaned else "is going on"
        return f"DRILL: a {drill.begun.kind} of {drill.begun.trainee} {state}, flag {drill.begun.flag_key}"
    if left is not None and left.ended is not None:
        return f"LEFT KILLED by a drill of {left.begun.trainee}: {left.ended.text}"
    return ""


def latch_words(snapshot: Snapshot, tz: tzinfo | None) -> str:
    """Who turned a killed flag back on, outside a restore: the latch's alarm."""
    state, kill = snapshot.flag.state, snapshot.kill
    if state is None or kill is None or kill.confirmed_at is None:
        return ""
    told = state.changed_at is not None and state.changed_at > kill.confirmed_at
    at = state.changed_at if told and state.changed_at is not None else state.read_at
    by = f", by {sanitize(state.changed_by)}" if told and state.changed_by else ""
    word = "ON" if state.on else "OFF"
    return f"KILLED FLAG IS {word} AGAIN since {at.astimezone(tz):%H:%M:%S}{by}, outside a restore"


def _clock(instant: datetime, tz: tzinfo | None) -> str:
    return instant.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S %z")


def _feature(snapshot: Snapshot) -> dict[str, Any]:
    config, board = snapshot.config, snapshot.board
    return {
        "feature": config.key,
        "environment": config.environment,
        "title": config.title,
        "flag": _flag(config.flag_key, snapshot.flag),
        "verdict": verdict_line(board),
        "kill": _kill(snapshot),
        "turned_back_on": snapshot.back_on,
        "drill": drill_words(snapshot) or None,
        "time_to_kill": _times(snapshot),
        "event_time": _iso(board.clock.at if board.clock else None),
        "signals": [
            _signal(verdict, board.clock.at if board.clock else None) for verdict in board.verdicts.values()
        ],
        "findings": _findings(snapshot),
    }


def _flag(key: str, flag: FlagView) -> dict[str, Any]:
    state = flag.state
    return {
        "key": key,
        "on": state.on if state else None,
        "percent": state.percent if state else None,
        "rules": [sanitize(rule) for rule in state.rules] if state else [],
        "version": state.version if state else None,
        "changed_at": _iso(state.changed_at if state else None),
        "changed_by": sanitize(state.changed_by) if state and state.changed_by else None,
        "read_at": _iso(state.read_at if state else None),
        "problem": flag.problem or None,
    }


def _kill(snapshot: Snapshot) -> dict[str, Any] | None:
    """The newest kill, if it still stands."""
    kill = snapshot.kill
    if kill is None or snapshot.over:
        return None
    return {
        "id": kill.ladder.kill_id,
        "at": _iso(kill.at),
        "confirmed_at": _iso(kill.confirmed_at),
        "operator": kill.ladder.operator,
        "outcome": kill.ladder.outcome.value,
        "killed_by_lever": kill.ladder.killed_by,
        "still_on": list(kill.ladder.still_on),
        "alarms": [_alarm(snapshot, kill.ladder.kill_id, step) for step in alarms(kill.ladder)],
        "steps": [
            {
                "rung": step.rung.value,
                "lever": step.lever or None,
                "mark": step.mark.value,
                "seconds": step.seconds,
                "text": step.text,
            }
            for step in kill.ladder.steps
        ],
    }


def _alarm(snapshot: Snapshot, kill_id: str, step: Step) -> dict[str, Any]:
    """A rung that did not come true, and who has seen that."""
    seen = snapshot.records.alarms.get((kill_id, step.rung.value))
    return {
        "rung": step.rung.value,
        "text": step.text,
        "seen_by": seen.operator.name if seen else None,
        "seen_at": _iso(seen.at if seen else None),
    }


def _times(snapshot: Snapshot) -> dict[str, Any]:
    """What the last kills took, by step, in seconds; drills and real ones apart."""
    known = trend(snapshot.kills, snapshot.drills)
    return {
        name: {
            "median_confirmed_seconds": median(times),
            "kills": [
                {
                    "id": one.kill_id,
                    "at": _iso(one.at),
                    **{f"{step}_seconds": seconds for step, seconds in one.by_step.items()},
                }
                for one in times
            ],
        }
        for name, times in (("real", known.real), ("drills", known.drills))
    }


def _signal(verdict: Verdict, now: datetime | None) -> dict[str, Any]:
    age = (now - verdict.newest).total_seconds() if now and verdict.newest else None
    return {
        "signal": verdict.signal,
        "title": verdict.title,
        "state": verdict.state.value,
        "was": verdict.was.value if verdict.was else None,
        "value": verdict.value,
        "value_text": verdict.value_text or None,
        "band": verdict.band_text,
        "count": verdict.count_long or None,
        "since": _iso(verdict.since),
        "newest": _iso(verdict.newest),
        "age_seconds": age,
        "why": verdict.why or None,
        "needs": verdict.needs or None,
        "problem": verdict.problem or None,
        "partial": verdict.partial or None,
        "numbers": dict(verdict.numbers),
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
