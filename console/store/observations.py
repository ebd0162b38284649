"""Observations as compact JSON: an array that begins with what kind it is.

JSON has no infinity, so a number that is not finite is written as a string ("inf"); strings are written so
that no character can be refused (`console.store.text`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from adapters.signals.port import (
    Amount,
    Attempts,
    Count,
    Latency,
    Observation,
    Ratio,
    Score,
    Shape,
    Stratum,
    Traffic,
)
from adapters.untrusted import Untrusted
from console.store.text import restored, stored

_Number: TypeAlias = int | float | str
_Maybe: TypeAlias = int | float | str | None
_ByName: TypeAlias = dict[str, _Number]


class _Row(msgspec.Struct, array_like=True, tag=lambda name: name.strip("_").lower()):
    """One kind of observation, its fields in the order of the port's."""


class _Ratio(_Row):
    bad: _Number
    n: _Number
    kinds: _ByName
    users: _Maybe
    rated: _Maybe


class _Latency(_Row):
    counts: list[tuple[_Number, _Number]]


class _Amount(_Row):
    usd: _Number
    requests: _Maybe
    tokens: _Maybe


class _Score(_Row):
    strata: list[tuple[str, int, _Number, _Number, _Maybe]]
    cold: _Maybe
    cold_n: _Maybe
    judge: str | None


class _Count(_Row):
    total: _Number
    categories: _ByName


class _Shape(_Row):
    classes: dict[str, tuple[_Number, _Number, _Maybe]]
    scanned: _Number
    detector: str | None


class _Traffic(_Row):
    ai: _Number
    fallback: _Number
    users: _Maybe


# The same observation is the same text, so that what is kept already is known by its text.
_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER: msgspec.json.Decoder[_Ratio | _Latency | _Amount | _Score | _Count | _Shape | _Traffic] = (
    msgspec.json.Decoder(_Ratio | _Latency | _Amount | _Score | _Count | _Shape | _Traffic)
)


def encode(seen: Observation) -> str:
    """Write an observation.

    Raises:
        TypeError, ValueError, AttributeError, OverflowError: it is not what the port says it is.
    """
    return _ENCODER.encode(_WRITERS[type(seen)](seen)).decode()


def decode(text: str) -> Observation:
    """Read what `encode` wrote.

    Raises:
        ValueError: it is damaged, or of a kind that this version does not know.
    """
    row = _DECODER.decode(text)
    match row:
        case _Ratio():
            return Ratio(
                _float(row.bad), _float(row.n), _floats(row.kinds), _count(row.users), _maybe(row.rated)
            )
        case _Latency():
            return Latency(tuple([(_float(bound), _float(count)) for bound, count in row.counts]))
        case _Amount():
            return Amount(_float(row.usd), _maybe(row.requests), _maybe(row.tokens))
        case _Score():
            strata = tuple(
                [
                    Stratum(Untrusted(restored(name)), n, _float(mean), _float(sd), _maybe(weight))
                    for name, n, mean, sd, weight in row.strata
                ]
            )
            return Score(strata, _maybe(row.cold), _count(row.cold_n), _words(row.judge))
        case _Count():
            return Count(_float(row.total), _floats(row.categories))
        case _Shape():
            classes = {
                restored(name): Attempts(_float(blocked), _float(passed), _count(sources))
                for name, (blocked, passed, sources) in row.classes.items()
            }
            return Shape(classes, _float(row.scanned), _words(row.detector))
        case _Traffic():
            return Traffic(_float(row.ai), _float(row.fallback), _count(row.users))


def _of_ratio(seen: Ratio) -> _Row:
    return _Ratio(
        _number(seen.bad), _number(seen.n), _numbers(seen.kinds), _optional(seen.users), _optional(seen.rated)
    )


def _of_latency(seen: Latency) -> _Row:
    return _Latency([(_number(bound), _number(count)) for bound, count in seen.counts])


def _of_amount(seen: Amount) -> _Row:
    return _Amount(_number(seen.usd), _optional(seen.requests), _optional(seen.tokens))


def _of_score(seen: Score) -> _Row:
    return _Score(
        [(stored(s.name.raw), s.n, _number(s.mean), _number(s.sd), _optional(s.weight)) for s in seen.strata],
        _optional(seen.cold),
        _optional(seen.cold_n),
        None if seen.judge is None else stored(seen.judge),
    )


def _of_count(seen: Count) -> _Row:
    return _Count(_number(seen.total), _numbers(seen.categories))


def _of_shape(seen: Shape) -> _Row:
    classes = {
        stored(name): (_number(one.blocked), _number(one.passed), _optional(one.sources))
        for name, one in seen.classes.items()
    }
    return _Shape(classes, _number(seen.scanned), None if seen.detector is None else stored(seen.detector))


def _of_traffic(seen: Traffic) -> _Row:
    return _Traffic(_number(seen.ai), _number(seen.fallback), _optional(seen.users))


_WRITERS: Mapping[type, Callable[..., _Row]] = {
    Ratio: _of_ratio,
    Latency: _of_latency,
    Amount: _of_amount,
    Score: _of_score,
    Count: _of_count,
    Shape: _of_shape,
    Traffic: _of_traffic,
}


def _number(value: float) -> _Number:
    return value if math.isfinite(value) else str(float(value))


def _optional(value: float | None) -> _Maybe:
    return None if value is None else _number(value)


def _numbers(values: Mapping[str, float]) -> _ByName:
    return {stored(name): _number(value) for name, value in values.items()}


def _float(value: _Number) -> float:
    return float(value)


def _maybe(value: _Maybe) -> float | None:
    return None if value is None else float(value)


def _count(value: _Maybe) -> int | None:
    # A source that counts in floats is given its own numbers back.
    if value is None or isinstance(value, int):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number  # type: ignore[return-value]


def _floats(values: _ByName) -> dict[str, float]:
    return {restored(name): float(value) for name, value in values.items()}


def _words(text: str | None) -> str | None:
    return None if text is None else restored(text)
