"""One state a signal: what stands above what.

OFF > ERROR > NO DATA > STALE > what the judge said (BREACH > TOO FEW > WATCH > OK). A BREACH that is hidden
by a state above it is kept as `was`; an OK that rests on partial data reads WATCH.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from adapters.errors import AdapterError
from console.signals import words
from console.signals.verdict import State, Verdict
from console.store.kept import Latch


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
        latch: the BREACH that stands, whatever hides it; None when there is none.
        model: that another model answers than the one that was judged, in words, or "".
        note: what else a person should know, in words, or "".
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
    latch: Latch | None = None
    model: str = ""
    note: str = ""


def final(judged: Verdict, facts: Facts) -> Verdict:
    """Put the facts over what the judge said."""
    found = _found(judged, facts)
    return replace(found, why=_with(found.why, facts.note)) if facts.note else found


def _found(judged: Verdict, facts: Facts) -> Verdict:
    if facts.off is not None:
        return _off(judged, facts, facts.off)
    if facts.problem is not None:
        return _error(judged, facts, facts.problem)
    if judged.state is State.NO_DATA and facts.model and facts.answered and facts.latch is None:
        judged = replace(judged, state=State.WATCH)  # there is data, of another model
    if judged.state is State.NO_DATA or not facts.answered:
        why = judged.why if facts.answered else "waiting for the source's first answer"
        return replace(
            judged,
            state=State.NO_DATA,
            **_was(judged, facts, judged.headline or f"{judged.title}: {why or 'no data'}"),
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
            **_was(judged, facts, f"{judged.title}: {old}"),
            newest=facts.newest,
            partial=facts.partial,
            why=f"{old}, {allowed}",
            needs="",
        )
    return _judged(judged, facts)


def _was(
    judged: Verdict, facts: Facts, headline: str, since_of_state: datetime | None = None
) -> dict[str, Any]:
    """What is told of a BREACH that something hides: above all since when, as nothing else says that."""
    if judged.state is State.BREACH:
        since = judged.since or (facts.latch.since if facts.latch else None)
        proven = judged.headline
    elif facts.latch is not None:
        since, proven = facts.latch.since, facts.latch.headline
    else:
        return {"headline": headline, "since": since_of_state}
    return {
        "was": State.BREACH,
        "was_since": since,
        "since": since or since_of_state,
        "headline": f"{headline}; was BREACH, {proven}",
    }


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
    if facts.model and state in (State.OK, State.TOO_FEW):
        why = _with(why, judged.needs)
        state = State.WATCH
    why = _with(facts.model, why)
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


def _error(judged: Verdict, facts: Facts, problem: AdapterError) -> Verdict:
    return replace(
        judged,
        state=State.ERROR,
        **_was(judged, facts, f"{judged.title}: {problem.what}", facts.problem_since),
        newest=facts.newest,
        partial=facts.partial,
        problem=f"{problem.where}: {problem.what}. {problem.todo}",
        why=f"{problem.what}: {problem.where}",
        needs="",
    )


def _with(first: str, second: str) -> str:
    return f"{first}; {second}" if first and second else first or second
