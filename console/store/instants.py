"""Instants as whole microseconds since 1970, which sort and compare as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Write an instant.

    Raises:
        TypeError: it has no time zone.
    """
    return (instant - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """Read what `micros` wrote, UTC."""
    return _EPOCH + timedelta(microseconds=value)


def length(span: timedelta) -> int:
    """Write a length of time."""
    return span // _MICROSECOND


def maybe_micros(instant: datetime | None) -> int | None:
    """Write an instant that may be unknown."""
    return None if instant is None else micros(instant)


def maybe_instant(value: int | None) -> datetime | None:
    """Read what `maybe_micros` wrote."""
    return None if value is None else instant(value)
