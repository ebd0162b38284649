"""One state a signal: what stands above what.

OFF > ERROR > NO DATA > STALE > what the judge said (BREACH > TOO FEW > WATCH > OK). A BREACH that is hidden
by a state above it is kept as `was`; an OK that rests on partial data reads WATCH.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.errors import AdapterError
from console.signals import words
from console.signals.verdict import State, Verdict


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a signal besides its evidence.

    Attributes:
        newest: event time of the newest event seen.
        off: since when the signal rests because the feature was killed; None while it does not.
        before_kill: what was proven before the kill, in words, or "".
        problem: why the source failed last; None while it works.
        problem_since: event time of the first failure in a row, where known.
        answered: whether the source has ever answered.
        age: how old the newest evidence is; None where there is none.
        max_age: how old it may be.
        partial: what is missing, or "".
        returned: AI answers seen after a kill, in words, or "".
    """

    newest: datetime | None
    off: datetime | None
    before_kill: str
    problem: AdapterError | None
    problem_since: datetime | None
    answered: bool
    age: timedelta | None
    max_age: timedelta
    partial: str
    returned: str


def final(judged: Verdict, facts: Facts) -> Verdict:
    """Put the facts over what the judge said."""
    was = State.BREACH if judged.state is State.BREACH else None
    if facts.off is not None:
        return _off(judged, facts, facts.off)
    if facts.problem is not None:
        return _error(judged, facts, facts.problem, was)
    if judged.state is State.NO_DATA or not facts.answered:
        why = judged.why if facts.answered else "waiting for the source's first answer"
        return replace(
            judged,
            state=State.NO_DATA,
            newest=facts.newest,
            partial=facts.partial,
            why=_with(facts.returned, _with(why, facts.partial)),
        )
    if facts.age is not None and facts.age > facts.max_age:
        old = f"newest is {words.span(facts.age.total_seconds() / 60)} old"
        allowed = f"{words.span(facts.max_age.total_seconds() / 60)} allowed"
        return replace(
            judged,
            state=State.STALE,
            was=was,
            since=None,
            newest=facts.newest,
            partial=facts.partial,
            headline=f"{judged.title}: {old}" + (f"; was BREACH, {judged.headline}" if was else ""),
            why=f"{old}, {allowed}" + ("; was BREACH" if was else ""),
            needs="",
        )
    return _judged(judged, facts)


def _judged(judged: Verdict, facts: Facts) -> Verdict:
    state, why = judged.state, judged.why
    if facts.partial:
        if state is State.OK:
            state, why = State.WATCH, f"in band, but {facts.partial}"
        else:
            why = _with(why, facts.partial)
    if facts.returned:
        if state in (State.OK, State.TOO_FEW):
            state = State.WATCH
        why = _with(facts.returned, why)
    since = judged.since if state is judged.state else None
    return replace(
        judged,
        state=state,
        why=why,
        since=since,
        newest=facts.newest,
        partial=facts.partial,
        needs=judged.needs if state is State.TOO_FEW else "",
    )


def _off(judged: Verdict, facts: Facts, since: datetime) -> Verdict:
    gauge = None if judged.gauge is None else replace(judged.gauge, value=None)
    return Verdict(
        signal=judged.signal,
        title=judged.title,
        state=State.OFF,
        since=since,
        band_text=judged.band_text,
        band_long=judged.band_long,
        headline=f"{judged.title}: off by a kill",
        why=_with("off by a kill", facts.before_kill),
        newest=facts.newest,
        gauge=gauge,
        history=judged.history,
        history_edge=judged.history_edge,
        history_low_edge=judged.history_low_edge,
        partial=facts.partial,
    )


def _error(judged: Verdict, facts: Facts, problem: AdapterError, was: State | None) -> Verdict:
    before = f"; was BREACH, {judged.headline}" if was else ""
    return replace(
        judged,
        state=State.ERROR,
        was=was,
        since=facts.problem_since,
        newest=facts.newest,
        partial=facts.partial,
        problem=f"{problem.where}: {problem.what}. {problem.todo}",
        headline=f"{judged.title}: {problem.what}{before}",
        why=_with(f"{problem.what}: {problem.where}", "was BREACH" if was else ""),
        needs="",
    )


def _with(first: str, second: str) -> str:
    return f"{first}; {second}" if first and second else first or second
