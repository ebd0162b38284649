"""The query API of Prometheus and of the engines that speak it.

https://prometheus.io/docs/prometheus/latest/querying/api/ : queries are sent as POST forms; values are
strings, "NaN" and "+Inf" among them; 400 and 422 mean that the query itself is wrong (VictoriaMetrics answers
422 where Prometheus answers 400); no data is an empty result and no error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from adapters.errors import AdapterError, BadOptions, Effect, Garbage, Refused
from adapters.faults import garbage, said
from adapters.http import Http

MOST_POINTS = 2000
"""Points of a series asked for at a time. Engines refuse more than 11,000; histograms have many series."""
MOST_SERIES = 2000
EARLIEST, LATEST = 946_684_800.0, 221_845_392_000.0
"""Epoch seconds of the years 2000 and 9000: a time beyond them cannot be meant."""


class _Series(msgspec.Struct, frozen=True):
    metric: dict[str, str] = {}
    value: tuple[float, str] | None = None
    values: tuple[tuple[float, str], ...] = ()
    histogram: Any = None
    histograms: Any = None


class _Data(msgspec.Struct, frozen=True, rename={"kind": "resultType"}):
    kind: str = ""
    result: msgspec.Raw = msgspec.Raw(b"[]")


class _Envelope(msgspec.Struct, frozen=True, rename={"error_type": "errorType"}):
    status: str
    data: _Data = _Data()
    error_type: str = ""
    warnings: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer.

    Attributes:
        labels: without the metric's name.
        values: usable numbers (finite, not negative) by evaluation time in whole epoch seconds.
        odd: how many values were negative or infinite.
    """

    labels: Mapping[str, str]
    values: Mapping[int, float]
    odd: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What one query gave; `warnings` is how often the engine warned, for instance of partial data."""

    series: tuple[Series, ...]
    warnings: int = 0


class Api:
    """Queries to one engine. Every method raises `adapters.errors.AdapterError`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    @property
    def where(self) -> str:
        """Provider and place, for messages."""
        return self._http.where

    async def now(self) -> float:
        """The engine's clock, in epoch seconds; also the proof that it answers."""
        found = await self.instant("time()")
        # A scalar in Prometheus, a vector of one in VictoriaMetrics.
        numbers = [number for series in found.series for number in series.values.values()]
        if len(numbers) != 1 or not EARLIEST <= numbers[0] <= LATEST:
            raise garbage("did not answer `time()` with a time", self.where, Effect.NONE)
        return numbers[0]

    async def instant(self, query: str, at: float | None = None) -> Found:
        """Evaluate a query once, now or at an instant of the past (epoch seconds of the engine's clock)."""
        form = {"query": query} if at is None else {"query": query, "time": f"{at:.3f}"}
        return self._found(await self._ask("/api/v1/query", form))

    async def range(self, query: str, first: int, last: int, step: int) -> Found:
        """Evaluate a query at `first`, `first` + `step`, ... up to `last`, in several requests when many."""
        parts: dict[tuple[tuple[str, str], ...], tuple[dict[int, float], int]] = {}
        warnings = 0
        start = first
        while start <= last:
            end = min(last, start + (MOST_POINTS - 1) * step)
            form = {"query": query, "start": str(start), "end": str(end), "step": str(step)}
            found = self._found(await self._ask("/api/v1/query_range", form))
            warnings += found.warnings
            for series in found.series:
                values, odd = parts.get(tuple(sorted(series.labels.items())), ({}, 0))
                values.update(series.values)
                parts[tuple(sorted(series.labels.items()))] = values, odd + series.odd
            start = end + step
        return Found(
            tuple(Series(dict(labels), values, odd) for labels, (values, odd) in parts.items()), warnings
        )

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _ask(self, path: str, form: Mapping[str, str]) -> _Envelope:
        answer = await self._http.request("POST", path, form=form, ok=(400, 422), changes=False)
        if answer.status in (400, 422):
            # Only an engine says what is wrong with the query; a proxy has 400s of its own.
            try:
                envelope = answer.decode(_Envelope)
            except Garbage:
                envelope = _Envelope(status="")
            words = said(answer.body)
            if envelope.status != "error":
                raise Refused(
                    f"refused the request ({answer.status})",
                    where=self.where,
                    todo="Check `url`, and what stands between here and the engine.",
                    detail=words,
                )
            raise BadOptions(
                f"the engine cannot evaluate it ({answer.status})",
                where=self.where,
                todo="Correct the query; what the engine said is its detail.",
                detail=words,
            )
        envelope = answer.decode(_Envelope)
        if envelope.status != "success":
            raise garbage("answered neither success nor error", self.where, Effect.NONE, said(answer.body))
        return envelope

    def _found(self, envelope: _Envelope) -> Found:
        warnings = len(envelope.warnings or ())
        if envelope.data.kind == "scalar":
            number = self._decode(envelope, tuple[float, str])
            return Found((_clean(_Series(value=number)),), warnings)
        if envelope.data.kind not in ("vector", "matrix"):
            raise BadOptions("it gives text, not numbers", where=self.where, todo="Correct the query.")
        raw = self._decode(envelope, tuple[_Series, ...])
        if len(raw) > MOST_SERIES:
            raise BadOptions(
                f"it gives {len(raw)} series",
                where=self.where,
                todo="Sum them up by the one label that counts.",
            )
        if any(series.histogram is not None or series.histograms is not None for series in raw):
            raise BadOptions(
                "it gives a native histogram, which is not read here",
                where=self.where,
                todo="Ask for a classic one: sum by (le) (increase(NAME_bucket[1m])).",
            )
        return Found(tuple(_clean(series) for series in raw), warnings)

    def _decode(self, envelope: _Envelope, kind: Any) -> Any:
        try:
            return msgspec.json.decode(envelope.data.result, type=kind)
        except (msgspec.DecodeError, RecursionError):
            raise garbage(
                "answered results of another shape than its API promises", self.where, Effect.NONE
            ) from None


def named(error: AdapterError, signal: str, query: str) -> AdapterError:
    """The same error, saying which signal and query it is about."""
    if type(error) not in (BadOptions, Refused, Garbage):
        return error
    return type(error)(
        f"signal {signal}, query {query}: {error.what}",
        where=error.where,
        todo=error.todo,
        detail=error.detail,
        effect=Effect.NONE,
    )


def _clean(raw: _Series) -> Series:
    values: dict[int, float] = {}
    odd = 0
    for time, text in (*raw.values, *((raw.value,) if raw.value is not None else ())):
        number = _number(text)
        if math.isnan(number):
            continue
        if 0 <= number <= 1e15:
            values[round(time)] = number
        else:
            odd += 1
    return Series({name: value for name, value in raw.metric.items() if name != "__name__"}, values, odd)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
