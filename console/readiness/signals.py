"""What the signals say for the launch: they can be seen, the night was scored, and they were there first.

Ages here are of event time, since evidence is; everything else of the checklist is of the real clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.readiness.ages import old
from console.readiness.finding import Finding, cut, to_attest, to_waive
from console.readiness.gates import GateState, Seen
from console.signals.verdict import State, Verdict
from console.text import plain

if TYPE_CHECKING:
    from console.snapshot import Snapshot

NIGHT = timedelta(hours=26)
"""A run of last night is no older than this: a day, and two hours for runs that take their time."""
DASHBOARDS = (("cost", "cost"), ("latency", "latency"), ("errors", "error rate"), ("evals", "eval score"))
"""Signals that must be visible, with the names they have here."""

_SHOWN_RUNS = 30
"""As many runs as a verdict's history holds; beyond, nobody can tell how many nights there were."""


def dashboards(snapshot: Snapshot, now: datetime) -> Finding:
    """PASS while all four are configured, answer, and are fresh; FAIL names the stale ones and their age."""
    rows: list[Seen] = []
    blind: list[str] = []
    unknown: list[str] = []
    fresh: list[str] = []
    for key, name in DASHBOARDS:
        state, words = _visible(snapshot, key, now)
        rows.append(Seen(state, f"{name:<10}  {words}"))
        if state is GateState.PASS:
            fresh.append(name)
        else:
            (blind if state is GateState.FAIL else unknown).append(f"{name} {words}")
    also = f"; {', '.join(fresh)} fresh" if fresh else ""
    at = _real(snapshot, max((v.newest for v in _four(snapshot) if v.newest), default=None))
    if blind:
        told = "; ".join([*blind, *unknown])
        return Finding(
            GateState.FAIL,
            f"{told}{also}",
            at=at,
            seen=tuple(rows),
            missing=told,
            fix="1, then the signal and ↵: why it cannot be seen, and what to do; or waive: "
            + to_waive(snapshot.config, "dashboards"),
        )
    if unknown:
        told = "; ".join(unknown)
        return Finding(
            GateState.UNKNOWN,
            f"{told}{also}",
            at=at,
            seen=tuple(rows),
            missing=told,
            fix=f"{_to_see(snapshot)}; or attest where it can be seen: "
            + to_attest(snapshot.config, "dashboards"),
        )
    return Finding(GateState.PASS, f"{', '.join(fresh)}: fresh, on this console", at=at, seen=tuple(rows))


def nightly_eval(snapshot: Snapshot, now: datetime) -> Finding:
    """PASS within 26 hours of a run; FAIL where its source answers and the last night is not in it."""
    verdict = snapshot.board.verdicts.get("evals")
    fault = _fault(snapshot, "evals")
    attesting = to_attest(snapshot.config, "nightly-eval")
    if verdict is None or fault:
        told = f"its table cannot be used: {fault}" if fault else "no eval score is configured"
        return Finding(
            GateState.UNKNOWN,
            told,
            "",
            missing=told,
            fix=f"configure [feature.signals.evals]; or attest where its runs can be seen: {attesting}",
        )
    clock = snapshot.board.clock
    if clock is None or verdict.newest is None:
        told = cut(verdict.problem or verdict.why) if clock is not None else "no source has answered yet"
        missing = f"no run has been seen: {told}" if told else "no run has been seen"
        fix = f"run it, and see its score arrive: 1, eval score, ↵; or attest that it runs: {attesting}"
        return Finding(GateState.UNKNOWN, missing, "", missing=missing, fix=fix)
    age = clock.event_time(now) - verdict.newest
    seen = [Seen(None, f"last run ended {old(age)} ago; {cut(verdict.headline)}")]
    nights = _nights(snapshot, verdict)
    if nights:
        seen.append(Seen(None, f"ran {nights}"))
    at = _real(snapshot, verdict.newest)
    if age <= NIGHT:
        said = [f"last run {old(age)} ago", _answers(verdict), nights]
        words = ", ".join(one for one in said if one)
        if verdict.state is State.ERROR:
            seen.append(Seen(GateState.UNKNOWN, f"now: {cut(verdict.problem)}"))
            words += "; its source fails now"
        return Finding(GateState.PASS, words, at=at, seen=tuple(seen))
    last = f"the last run is {old(age)} old"
    if verdict.state in (State.ERROR, State.OFF):
        why = (
            "off by a kill, so there is nothing to sample"
            if verdict.state is State.OFF
            else cut(verdict.problem)
        )
        fix = f"it can be told once that is over; or attest that it ran: {attesting}"
        return Finding(GateState.UNKNOWN, f"{last}; {why}", "", at, None, tuple(seen), f"{last}; {why}", fix)
    return Finding(
        GateState.FAIL,
        f"last night did not run: {last}",
        at=at,
        seen=tuple(seen),
        missing=f"last night did not run: {last}",
        fix="run it by hand and see why it did not; 1, eval score, ↵ shows what came; or waive: "
        + to_waive(snapshot.config, "nightly-eval"),
    )


def answered(snapshot: Snapshot) -> Finding:
    """PASS where every configured signal has evidence from before the first AI answer that was seen."""
    board = snapshot.board
    titles = _titles(snapshot)
    attesting = to_attest(snapshot.config, "answered")
    if not titles:
        told = "no signal is configured"
        fix = f"configure [feature.signals.…]; or attest what watches it: {attesting}"
        return Finding(GateState.UNKNOWN, told, "", missing=told, fix=fix)
    first = board.first_seen.get("traffic")
    rows: list[Seen] = []
    never: list[str] = []
    late: list[str] = []
    unseen = GateState.UNKNOWN if first is None else GateState.FAIL
    for key, title in titles.items():
        seen = board.first_seen.get(key)
        # A run samples answers, so the first one comes a night after the first of them.
        allowed = NIGHT if key == "evals" else timedelta(0)
        if seen is None:
            never.append(title)
            rows.append(Seen(unseen, f"{title:<12}  no evidence yet"))
        elif first is not None and seen > first + allowed:
            late.append(f"{title} {old(seen - first)}")
            after = f"{old(seen - first)} after the first AI answer"
            rows.append(Seen(GateState.UNKNOWN, f"{title:<12}  begins {after}"))
        else:
            rows.append(Seen(GateState.PASS, f"{title:<12}  there before the first AI answer"))
    count = f"{len(titles) - len(never) - len(late)} of {len(titles)}"
    at = _real(snapshot, first)
    if never:
        told = f"{count}: no evidence of {', '.join(never)}" + (f"; late: {', '.join(late)}" if late else "")
        if first is None:
            fix = "1 shows why it does not answer; it is in time as long as no AI answer was given"
            return Finding(GateState.UNKNOWN, told, seen=tuple(rows), missing=told, fix=fix)
        told += ", and AI answers are being given"
        fix = f"1 shows why it does not answer; or waive: {to_waive(snapshot.config, 'answered')}"
        return Finding(GateState.FAIL, told, at=at, seen=tuple(rows), missing=told, fix=fix)
    if late:
        told = f"{count}: evidence begins after the first AI answer: {', '.join(late)}"
        fix = f"attest what watched it before this console's evidence begins: {attesting}"
        return Finding(GateState.UNKNOWN, told, at=at, seen=tuple(rows), missing=told, fix=fix)
    when = "no AI answer has been seen yet" if first is None else "from before the first AI answer"
    return Finding(GateState.PASS, f"{count} answered, {when}", at=at, seen=tuple(rows))


def _visible(snapshot: Snapshot, key: str, now: datetime) -> tuple[GateState, str]:
    """How one of the four can be seen, and in which words."""
    fault = _fault(snapshot, key)
    if fault:
        return GateState.FAIL, f"cannot be used: {fault}"
    verdict = snapshot.board.verdicts.get(key)
    if verdict is None:
        return GateState.UNKNOWN, "is not configured here"
    clock = snapshot.board.clock
    age = f"{old(clock.event_time(now) - verdict.newest)} old" if clock and verdict.newest else ""
    if verdict.state is State.STALE:
        return GateState.FAIL, f"is {age}, which is stale" if age else "is stale"
    if verdict.state is State.ERROR:
        return (
            GateState.FAIL,
            f"cannot be read{f', and is {age}' if age else ''}: {cut(verdict.why or verdict.problem)}",
        )
    if verdict.state is State.NO_DATA:
        return GateState.UNKNOWN, f"has no data: {cut(verdict.why)}" if verdict.why else "has no data"
    if verdict.state is State.OFF:
        return GateState.UNKNOWN, "rests, off by a kill"
    return GateState.PASS, f"{verdict.state.value}, {age}" if age else verdict.state.value


def _to_see(snapshot: Snapshot) -> str:
    """What to do about dashboards of which nobody can tell here whether they are fresh."""
    if any(verdict.state is State.OFF for verdict in _four(snapshot)):
        return "it shows again once the feature is back on"
    if len(_four(snapshot)) < len(DASHBOARDS):
        return "configure it as [feature.signals.…]"
    return "1, then the signal and ↵: what it waits for"


def _nights(snapshot: Snapshot, verdict: Verdict) -> str:
    """``9 nights of 9``, as far back as the history shows; "" where that cannot be told."""
    runs = sum(1 for night in verdict.history if night is not None)
    first = snapshot.board.first_seen.get("evals")
    if first is None or verdict.newest is None or not 0 < len(verdict.history) < _SHOWN_RUNS:
        return ""
    # Both are ends of runs: the first night and the last one both count.
    nights = 1 + max(0, round((verdict.newest - first) / timedelta(days=1)))
    return f"{min(runs, nights)} nights of {nights}"


def _answers(verdict: Verdict) -> str:
    return f"{plain(verdict.count_text)} answers" if verdict.count_text.isdigit() else cut(verdict.count_text)


def _four(snapshot: Snapshot) -> list[Verdict]:
    verdicts = snapshot.board.verdicts
    return [verdicts[key] for key, _ in DASHBOARDS if key in verdicts]


def _titles(snapshot: Snapshot) -> dict[str, str]:
    """Every signal that should answer, those included whose table cannot be used."""
    found = {key: plain(verdict.title) for key, verdict in snapshot.board.verdicts.items()}
    for key in (*snapshot.config.signals, *snapshot.config.faulty):
        found.setdefault(key, plain(key))
    return found


def _fault(snapshot: Snapshot, key: str) -> str:
    return cut(snapshot.config.faulty.get(key, ""))


def _real(snapshot: Snapshot, event: datetime | None) -> datetime | None:
    """The instant of the real clock at which the event clock showed this."""
    clock = snapshot.board.clock
    if event is None or clock is None or clock.speed <= 0:
        return None
    return clock.real + (event - clock.at) / clock.speed
