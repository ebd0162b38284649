"""The sources of the signals: reachable, answering for each signal, fresh, on time, in the right unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from console.doctor.finding import Finding, Severity
from console.doctor.units import Sample, implausible
from console.signals import words

LARGEST_SKEW = 30.0
"""Seconds between a source's clock and this machine's."""
FRESH = timedelta(minutes=10)
"""Age from which the newest evidence of a signal that people's answers make is called old."""
FRESH_RUNS = timedelta(hours=36)
"""The same for what comes once a day."""
A_DAY = ("evals", "tickets")


@dataclass(frozen=True, slots=True)
class SignalFacts:
    """What a source said of one signal when it was asked once.

    Attributes:
        key: in the configuration.
        answered: something came, be it that nothing happened.
        problem, todo: why it cannot be served, in words, and what to do; or "".
        age: event time since the newest thing that is known of it; None where nothing is.
        sample: its numbers, added up.
        unusable: why readings cannot be true, each reason once ("3 x a score outside 0 to 1").
        partial: what the source itself says is missing, or "".
        baseline: as configured.
    """

    key: str
    answered: bool
    problem: str = ""
    todo: str = ""
    age: timedelta | None = None
    sample: Sample | None = None
    unusable: tuple[str, ...] = ()
    partial: str = ""
    baseline: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """One source that was asked once.

    Attributes:
        label: how a person names it.
        problem, todo: why it could not be asked at all, in words, and what to do; or "".
        seconds: until it had answered for all of its signals, or was given up.
        skew: seconds by which its clock is ahead of this machine's; None where it runs at a pace of its own.
    """

    label: str
    signals: tuple[SignalFacts, ...]
    problem: str = ""
    todo: str = ""
    seconds: float = 0.0
    skew: float | None = None


def of_source(feature: str, source: SourceFacts, *, killed: bool) -> Iterator[Finding]:
    """Judge one source.

    Args:
        killed: the flag is off, so that nobody answers and silence is to be expected.
    """
    keys = ", ".join(signal.key for signal in source.signals)
    if source.problem:
        what = f"{source.problem}; not seen: {keys}"
        yield Finding(Severity.BROKEN, "sources", feature, source.label, what, source.todo)
        return
    if source.skew is not None and abs(source.skew) > LARGEST_SKEW:
        yield of_skew(feature, source.label, source.skew)
    for signal in source.signals:
        yield from _of_signal(feature, signal, source, killed)


def _of_signal(feature: str, signal: SignalFacts, source: SourceFacts, killed: bool) -> Iterator[Finding]:
    found = list(_wrong(signal, source, killed))
    for severity, what, todo in found:
        yield Finding(severity, "sources", feature, signal.key, what, todo)
    if not found:
        newest = "" if signal.age is None else f", newest {_age(signal.age)} ago"
        counted = signal.sample.readings if signal.sample else 0
        what = f"{source.label}: {words.count(counted)} reading{'s' * (counted != 1)}{newest}"
        yield Finding(Severity.FINE, "sources", feature, signal.key, what)


def _wrong(signal: SignalFacts, source: SourceFacts, killed: bool) -> Iterator[tuple[Severity, str, str]]:
    if signal.problem:
        yield Severity.BROKEN, signal.problem, signal.todo
        return
    if not signal.answered:
        what = f"{source.label} answered, and said nothing of it in {source.seconds:.0f} s"
        yield Severity.BROKEN, what, "Look at its query, and whether the feature exports what is asked for."
        return
    for reason in signal.unusable:
        what = f"{source.label}: readings that cannot be true: {reason}"
        yield Severity.BROKEN, what, "They are left out. Correct the query or the exporter."
    if signal.sample is not None:
        for what, todo in implausible(signal.sample, signal.baseline or {}):
            yield Severity.WARNING, what, todo
    if signal.partial:
        yield Severity.WARNING, f"{source.label}: {signal.partial}", of_partial(signal.partial)
    limit = FRESH_RUNS if signal.key in A_DAY else FRESH
    if signal.age is not None and signal.age > limit:
        severity = Severity.WARNING if killed else Severity.BROKEN
        what = f"the newest that {source.label} has is {_age(signal.age)} old"
        yield severity, what, "See that the feature still sends, and that the source still takes it in."


def of_skew(feature: str, label: str, skew: float) -> Finding:
    """A source's clock that is not this machine's."""
    way = "ahead of" if skew > 0 else "behind"
    return Finding(
        Severity.WARNING,
        "sources",
        feature,
        label,
        f"its clock is {abs(skew):,.0f} s {way} this machine's",
        "Set both by NTP: kills and verdicts would not stand in their order.",
    )


def of_partial(partial: str) -> str:
    """What to do about what is missing."""
    if "negative" in partial:
        return "A counter that goes down: ask with increase(), which allows for restarts, not with delta()."
    if "unusable" in partial:
        return "Correct the query or the exporter; `console doctor` looks at each reading."
    return "Look at the source's own log."


def _age(age: timedelta) -> str:
    seconds = age.total_seconds()
    return f"{max(0.0, seconds):.0f} s" if seconds < 90 else words.span(seconds / 60)
