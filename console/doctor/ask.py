"""Asking the sources of a feature's signals once, all at the same time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, cast

from adapters.errors import AdapterError
from adapters.signals.port import Amount, Batch, Latency, Ratio, Reading, Score, Shape
from console.doctor.sources import SignalFacts, SourceFacts
from console.doctor.units import Sample
from console.signals.sound import believable, fault
from console.signals.sources import OpenedSource, open_sources
from console.text import plain, quoted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from adapters.signals.port import SignalSource
    from console.config import FeatureConfig, SignalConfig

SECONDS = 10.0
"""Limit on one source."""
REST_SECONDS = 3.0
"""After its first answer, what a source may take for its other signals."""
FINE = timedelta(minutes=15)
"""Readings up to this length are added up; longer ones (hours, days) only where there is nothing else."""


async def ask_sources(feature: FeatureConfig, *, seconds: float = SECONDS) -> tuple[SourceFacts, ...]:
    """Ask every source of a feature. Never raises for what a source does; takes `seconds` at most."""
    opened = open_sources(feature.signals)
    return tuple(await asyncio.gather(*(_ask(one, feature.signals, seconds) for one in opened)))


@dataclass(slots=True)
class _Heard:
    """What a source has said so far."""

    at: datetime | None = None
    real: datetime | None = None
    speed: float = 1.0
    complete: dict[str, datetime] = field(default_factory=dict)
    problems: dict[str, AdapterError] = field(default_factory=dict)
    readings: dict[tuple[str, datetime, datetime], Reading] = field(default_factory=dict)
    unusable: dict[str, Counter[str]] = field(default_factory=dict)

    def take(self, batch: Batch) -> None:
        self.at, self.real, self.speed = batch.at, datetime.now(UTC), batch.speed
        self.complete.update(batch.complete_to)
        self.problems = dict(getattr(batch, "problems", None) or {})
        at = batch.at if believable(batch.at) else None
        for reading in batch.readings:
            if why := fault(reading, at):
                self.unusable.setdefault(reading.signal, Counter())[why] += 1
            # One that cannot be true may still show in which unit it was meant.
            self.readings[reading.signal, reading.start, reading.end] = reading

    def answered(self, key: str) -> bool:
        return key in self.complete or key in self.problems or any(k == key for k, _, _ in self.readings)


async def _ask(opened: OpenedSource, configs: Mapping[str, SignalConfig], seconds: float) -> SourceFacts:
    if opened.source is None:
        assert opened.problem is not None  # noqa: S101 - one of the two is there
        blank = tuple(SignalFacts(key, False) for key in opened.signals)
        where = opened.problem.where
        return SourceFacts(where, blank, opened.problem.what, opened.problem.todo)
    source, heard, began = opened.source, _Heard(), time.monotonic()
    problem = todo = ""
    try:
        await _listen(source, opened.signals, heard, seconds)
    except TimeoutError:
        if heard.at is None:
            problem, todo = f"no answer within {seconds:g} s", "Look at the source itself."
    except AdapterError as error:
        problem, todo = _told(error), error.todo
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything
        problem = f"the adapter failed ({type(error).__name__})"
        todo = "Report it to whoever made the adapter."
    with suppress(Exception):
        # A source that cannot let go is left behind: the command ends in a moment.
        async with asyncio.timeout(1.0):
            await source.aclose()
    return SourceFacts(
        label=plain(source.label),
        signals=tuple(_signal(key, heard, configs[key]) for key in opened.signals),
        problem=problem,
        todo=todo,
        seconds=time.monotonic() - began,
        skew=_skew(heard),
    )


async def _listen(source: SignalSource, signals: Iterable[str], heard: _Heard, seconds: float) -> None:
    """Hear a source until it has answered for all of its signals, or `seconds` are over."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(seconds) as limit:
        # Every source's batches are an async generator, whatever its port promises.
        async with aclosing(cast("AsyncGenerator[Batch]", source.batches())) as batches:
            async for batch in batches:
                if heard.at is None:
                    due = loop.time() + REST_SECONDS
                    limit.reschedule(min(due, limit.when() or due))
                heard.take(batch)
                if all(heard.answered(key) for key in signals):
                    return


def _told(error: AdapterError) -> str:
    said = f": {quoted(error.detail)}" if error.detail else ""
    return f"{error.what}{said}"


def _skew(heard: _Heard) -> float | None:
    if heard.at is None or heard.real is None or heard.speed != 1 or not believable(heard.at):
        return None
    return (heard.at - heard.real).total_seconds()


def _signal(key: str, heard: _Heard, config: SignalConfig) -> SignalFacts:
    problem = heard.problems.get(key)
    mine = [one for (signal, _, _), one in heard.readings.items() if signal == key]
    unusable = heard.unusable.get(key, Counter())
    partial = next((one.partial for one in reversed(mine) if one.partial), "")
    return SignalFacts(
        key=key,
        answered=heard.answered(key),
        problem=_told(problem) if problem else "",
        todo=problem.todo if problem else "",
        age=_age(key, heard, mine),
        sample=sample(key, mine, heard.at),
        unusable=tuple(f"{number} x {why}" for why, number in unusable.most_common(3)),
        partial=plain(partial),
        baseline=dict(config.baseline),
    )


def _age(key: str, heard: _Heard, mine: list[Reading]) -> timedelta | None:
    if heard.at is None or not believable(heard.at):
        return None
    known = [one.newest for one in mine if one.newest is not None and believable(one.newest)]
    # Of evals only a run counts, no vouching that there was none.
    if key != "evals" and key in heard.complete and believable(heard.complete[key]):
        known.append(heard.complete[key])
    return heard.at - max(known) if known else None


def sample(key: str, readings: Iterable[Reading], at: datetime | None) -> Sample | None:
    """Add up what a source said of one signal in the last day of event time; None when it said nothing."""
    every = list(readings)
    fine = [one for one in every if _length(one) <= FINE]
    chosen = fine or every
    if at is not None and fine:
        with suppress(TypeError):  # an instant without a zone, which is found unusable
            chosen = [one for one in fine if one.start >= at - timedelta(days=1)] or fine
    if not chosen:
        return None
    match chosen[0].observation:
        case Ratio():
            return _ratio(key, [one.observation for one in chosen if isinstance(one.observation, Ratio)])
        case Latency():
            return _latency(key, [one.observation for one in chosen if isinstance(one.observation, Latency)])
        case Amount():
            return _amount(key, chosen)
        case Score():
            return _score(key, chosen)
        case Shape():
            seen = [one.observation.scanned for one in chosen if isinstance(one.observation, Shape)]
            return Sample(key, readings=len(seen), scanned=sum(seen))
    return Sample(key, readings=len(chosen))


def _length(reading: Reading) -> timedelta:
    with suppress(TypeError):
        return reading.end - reading.start
    return FINE


def _ratio(key: str, seen: list[Ratio]) -> Sample:
    return Sample(
        key,
        readings=len(seen),
        n=sum(one.n for one in seen),
        bad=sum(one.bad for one in seen),
        largest_n=max(one.n for one in seen),
        whole=all(float(one.n).is_integer() for one in seen),
    )


def _latency(key: str, seen: list[Latency]) -> Sample:
    counts: Counter[float] = Counter()
    for one in seen:
        for bound, number in one.counts:
            counts[bound] += number  # type: ignore[assignment]
    finite = [bound for bound in counts if isfinite(bound)]
    return Sample(
        key,
        readings=len(seen),
        p95=_p95(counts),
        finest=min(finite, default=None),
        coarsest=max(finite, default=None),
    )


def _p95(counts: Mapping[float, float]) -> float | None:
    """Upper end of the bucket that the 95th of a hundred lies in; None without any, or beyond the scale."""
    wanted = 0.95 * sum(counts.values())
    if wanted <= 0:
        return None
    below = 0.0
    for bound in sorted(counts):
        below += counts[bound]
        if below >= wanted:
            return bound if isfinite(bound) else None
    return None


def _amount(key: str, readings: list[Reading]) -> Sample:
    seen = [one.observation for one in readings if isinstance(one.observation, Amount)]
    days = sum((_length(one) for one in readings), timedelta()) / timedelta(days=1)
    per_day = 1 / days if days > 1 / 48 else 0.0
    return Sample(
        key,
        readings=len(seen),
        usd_a_day=sum(one.usd for one in seen) * per_day or None,
        requests_a_day=sum(_known(one.requests for one in seen)) * per_day or None,
        tokens_a_day=sum(_known(one.tokens for one in seen)) * per_day or None,
    )


def _known(numbers: Iterable[float | None]) -> Iterator[float]:
    yield from (number for number in numbers if number is not None)


def _score(key: str, readings: list[Reading]) -> Sample:
    newest = max(readings, key=lambda one: one.end).observation
    if not isinstance(newest, Score):
        return Sample(key, readings=len(readings))
    n = sum(stratum.n for stratum in newest.strata)
    mean = sum(stratum.mean * stratum.n for stratum in newest.strata) / n if n > 0 else None
    return Sample(key, readings=len(readings), score=mean, cold=newest.cold)
