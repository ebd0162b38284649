"""What stands until it ends: a latched BREACH, a lever that is not armed, a source that is silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.killswitch.steps import Outcome
from console.signals.summary import verdict_line
from console.signals.verdict import State, Verdict
from console.text import plain

if TYPE_CHECKING:
    from console.killswitch.arming import Arming, LeverArming
    from console.snapshot import FlagView, Snapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that stands.

    Attributes:
        kind: "latch", "arming", "flag", "eval", "source", "journal", "history", "runbook", "config",
            "kill".
        word: "BREACH", "NOT ARMED", "BACK ON", ...
        text: as it was when it began.
        same: while this is equal it is the same thing, whatever `text` says by now.
        over: what is said when it ends: (word, text).
    """

    kind: str
    word: str
    text: str
    same: object
    over: tuple[str, str]


def standing(snapshot: Snapshot) -> Mapping[str, Standing]:
    """Everything that stands, each under a key of its own."""
    return dict(_standing(snapshot))


def _standing(snapshot: Snapshot) -> Iterator[tuple[str, Standing]]:
    for key, verdict in snapshot.board.verdicts.items():
        if State.BREACH in (verdict.state, verdict.was):
            yield f"latch {key}", _latch(verdict)
    if missed := _missed(snapshot.board.verdicts.get("evals")):
        yield "eval", missed
    for source, problems in _silent(snapshot).items():
        text = "; ".join(f"{', '.join(keys)}: {problem}" for problem, keys in problems.items())
        yield (
            f"source {source}",
            Standing("source", "ERROR", text, text, ("ANSWERS", f"{source} answers again")),
        )
    for fault in snapshot.config.faults:
        corrected = ("CORRECTED", "a table that was left out can be used, or is gone")
        yield f"fault {fault}", Standing("config", "FAULT", f"left out: {plain(fault)}", fault, corrected)
    if snapshot.arming is not None and snapshot.arming.levers:
        yield "arming", _arming(snapshot.arming)
    if snapshot.back_on:
        yield "back on", _back_on(snapshot)
    for kind, problem, over in (
        ("flag", snapshot.flag.problem, "the flag can be read again"),
        ("journal", snapshot.journal.problem, "the journal can be read again"),
        ("history", snapshot.history.problem, "readings are kept again"),
        ("runbook", snapshot.runbook.problem, "the runbook can be read again"),
    ):
        if problem:
            yield kind, Standing(kind, "PROBLEM", plain(problem), plain(problem), ("WORKS", over))


def _latch(verdict: Verdict) -> Standing:
    since = f", since {_clock(verdict.since)}" if verdict.since else ""
    text = f"{verdict.headline or verdict.title}{since}"
    # Its numbers move all the time; the BREACH is the same one for as long as it is latched.
    return Standing(
        "latch", "BREACH", text, verdict.signal, ("OVER", f"{verdict.title}: no longer in BREACH")
    )


def _missed(verdict: Verdict | None) -> Standing | None:
    if verdict is None or verdict.state is not State.STALE:
        return None
    newest = f"; the last run is of {_clock(verdict.newest)}" if verdict.newest else ""
    return Standing(
        "eval",
        "MISSED",
        f"the nightly eval did not run{newest}",
        verdict.newest,
        ("RAN", "the nightly eval ran again"),
    )


def _silent(snapshot: Snapshot) -> dict[str, dict[str, tuple[str, ...]]]:
    """Signals that cannot be seen: by their source, then by what is wrong."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for key, verdict in snapshot.board.verdicts.items():
        if verdict.state is State.ERROR and verdict.problem:
            source = snapshot.sources.get(key)
            problems = found.setdefault(plain(source.label) if source else f"the source of {key}", {})
            problem = plain(verdict.problem)
            problems[problem] = (*problems.get(problem, ()), key)
    return found


def _arming(arming: Arming) -> Standing:
    lame = [lever for lever in arming.levers if not lever.armed]
    number = len(arming.levers)
    if not lame:
        text = f"{number} of {number} levers"
        return Standing("arming", "ARMED", text, text, ("UNKNOWN", "not proven"))
    why = "; ".join(_why(lever) for lever in lame)
    text = f"{number - len(lame)} of {number} levers: {why}"
    # Which checks fail, not in which words: those may hold a number that moves.
    same = tuple((lever.number, *(c.name for c in lever.checks if not c.holds)) for lever in lame)
    return Standing("arming", "NOT ARMED", text, same, ("UNKNOWN", "not proven"))


def _why(lever: LeverArming) -> str:
    checks = [check for check in lever.checks if check.holds is False] or [
        check for check in lever.checks if not check.holds
    ]
    reasons = ", ".join(f"{check.name}: {plain(check.text)}" for check in checks)
    return f"lever {lever.number} {lever.label}: {reasons}"


def _back_on(snapshot: Snapshot) -> Standing:
    kill = snapshot.kill
    assert kill is not None, "only a kill makes `back_on` true"  # noqa: S101
    state = snapshot.flag.state
    by = f", changed by {plain(state.changed_by.raw)}" if state and state.changed_by else ""
    text = (
        f"the flag is no longer as the kill of {_clock(kill.at)} by {plain(kill.ladder.operator)} left it{by}"
    )
    over = ("OFF AGAIN", "the flag is as the kill left it")
    return Standing("kill", "BACK ON", text, kill.ladder.kill_id, over)


def overview(snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    """(kind, word, text) of how a feature stands, for the first lines: flag, kill, levers, each signal."""
    yield ("flag", *_flag(snapshot.flag))
    if snapshot.kill is not None and not snapshot.over:
        ladder = snapshot.kill.ladder
        killed = ladder.outcome in (Outcome.CONFIRMED, Outcome.ALREADY)
        by = f" by lever {ladder.killed_by}" if ladder.killed_by else ""
        text = f"{ladder.outcome.value}{by}, {_clock(snapshot.kill.at)} by {plain(ladder.operator)}"
        yield "kill", "KILLED" if killed else "KILL", text
    if snapshot.arming is None:
        yield "arming", "UNKNOWN", "not proven yet"
    yield "signals", "STAND", verdict_line(snapshot.board)
    for verdict in snapshot.board.verdicts.values():
        cells = (verdict.value_text, verdict.band_text, verdict.count_long, verdict.problem or verdict.why)
        text = ", ".join(cell for cell in cells if cell)
        yield "verdict", verdict.state.value, f"{verdict.title}: {text}" if text else verdict.title


def _flag(flag: FlagView) -> tuple[str, str]:
    if flag.state is None:
        return "UNKNOWN", plain(flag.problem) or "not read yet"
    percent = flag.state.percent
    exposure = "by its own rules" if percent is None else f"{percent:g} %"
    return ("ON", exposure) if flag.state.on else ("OFF", "for everyone")


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone():%Y-%m-%d %H:%M:%S %z}"
