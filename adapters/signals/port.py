"""The interface to a source of signals, and the readings that come from it.

All instants are event time in UTC: the source's own clock, which an embedded world may run faster than the
real one. A reading never is a bare number: it carries the interval it covers and what was counted in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from adapters.errors import AdapterError
from adapters.untrusted import Untrusted


@dataclass(frozen=True, slots=True)
class Ratio:
    """k bad among n. Amounts may be fractional where an engine extrapolates.

    Attributes:
        bad, n: counts; 0 <= bad <= n.
        kinds: the bad ones by kind ("schema", "time-out").
        users: distinct users among the n, where the source can tell.
        rated: of the n, how many were rated at all (feedback only).
    """

    bad: float
    n: float
    kinds: Mapping[str, float] = field(default_factory=dict)
    users: int | None = None
    rated: float | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """How many requests took how long.

    Attributes:
        counts: (upper bound in seconds, requests in this bucket) ascending, not cumulative; the last bound
            may be infinity. Time-outs count as infinity. Readings with the same bounds add up.
    """

    counts: tuple[tuple[float, float], ...]

    @property
    def n(self) -> float:
        """All requests."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money spent in the interval.

    Attributes:
        usd: US dollars.
        requests, tokens: what it was spent on, where the source can tell.
    """

    usd: float
    requests: float | None = None
    tokens: float | None = None


@dataclass(frozen=True, slots=True)
class Stratum:
    """One category of a sample that was scored."""

    name: Untrusted
    n: int
    mean: float
    sd: float
    weight: float | None = None
    """Share of production traffic in this category, where known."""


@dataclass(frozen=True, slots=True)
class Score:
    """One run of the production eval.

    Attributes:
        strata: scores by category, each 0 to 1.
        cold: the cold eval's score that it is held against, 0 to 1; None where the source has none.
        cold_n: cases in the cold eval.
        judge: what fixes the judge (model, prompt, rubric); None where unknown.
    """

    strata: tuple[Stratum, ...]
    cold: float | None = None
    cold_n: int | None = None
    judge: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Things that happened, by category (support tickets)."""

    total: float
    categories: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Injection or abuse attempts of one technique class.

    Attributes:
        blocked, passed: how many were stopped, and how many were not.
        sources: distinct sources, where the source of the signal can tell.
    """

    blocked: float
    passed: float
    sources: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a detector saw.

    Attributes:
        classes: attempts by technique class.
        scanned: requests that the detector looked at; zero means a dead detector, not peace.
        detector: version of the detector, where known.
    """

    classes: Mapping[str, Attempts]
    scanned: float
    detector: str | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Who was answered by what.

    Attributes:
        ai, fallback: answers by the AI path and by the fallback in the interval.
        users: distinct users of the AI path, where known.
    """

    ai: float
    fallback: float
    users: int | None = None


Observation = Ratio | Latency | Amount | Score | Count | Shape | Traffic


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source saw of one signal in one interval of event time.

    A later reading of the same (signal, start, end) replaces the earlier one, so that reading twice never
    counts twice.

    Attributes:
        signal: key in the configuration ("errors"); "traffic" is known to every source.
        start, end: the interval, [start, end).
        closed: whether the interval is complete; an open one is still filling.
        newest: event time of the newest event in it; None when there was none.
        partial: why part of it is missing, or "".
    """

    signal: str
    start: datetime
    end: datetime
    observation: Observation
    newest: datetime | None
    closed: bool = True
    partial: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a source has to say at one moment.

    Attributes:
        at: the source's event clock now.
        complete_to: the source vouches that every event up to here has been delivered, by signal; a source
            that is silent because nothing happened moves it on, one that is dead does not.
        readings: new or changed readings, oldest first.
        speed: event seconds that pass in one real second.
        model: fingerprint of the model seen in the newest events, where the source can tell.
        models: (event time of the first events seen of it, fingerprint) of each model that answered after
            another one since the last batch, oldest first; the first batch tells of its history.
        problems: why the source cannot serve a signal at this moment, by signal, while it serves the others;
            a signal that is not in it works, or works again.
    """

    at: datetime
    complete_to: Mapping[str, datetime]
    readings: tuple[Reading, ...]
    speed: float = 1.0
    model: Untrusted | None = None
    models: tuple[tuple[datetime, Untrusted], ...] = ()
    problems: Mapping[str, AdapterError] = field(default_factory=dict)


class SignalSource(Protocol):
    """Something that is asked for, or sends, readings of one or more signals."""

    @property
    def label(self) -> str:
        """How a person names it ("prometheus at 127.0.0.1:9090")."""
        ...

    def query_text(self, signal: str) -> tuple[tuple[str, str], ...]:
        """Say what is asked for this signal, as (name, query) pairs, to be shown to a person."""
        ...

    def batches(self) -> AsyncIterator[Batch]:
        """Yield batches for ever, the first with as much history as the source can give.

        Raises:
            AdapterError: the source failed. The caller waits and calls `batches` again.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class TrafficCount:
    """Answers by path since a moment, for the proof that a kill took effect.

    Attributes:
        ai, fallback: answers in the last `seconds` of real time.
        newest_age: real seconds since the newest event of either path; None when none was seen.
    """

    ai: float
    fallback: float
    seconds: float
    newest_age: float | None


class TrafficProbe(Protocol):
    """Counts the answers of each path, now, in real time."""

    async def count(self) -> TrafficCount:
        """Count over the probe's own window that ends now."""
        ...

    async def earlier(self, ago: float) -> float | None:
        """Answers of both paths in the same window as it was some seconds ago: are old logs still readable?

        Args:
            ago: real seconds.

        Returns:
            None where the source keeps nothing that could be asked for.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
