"""Answers by path: how fast they flow, and whether the AI path answers although it was killed."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.signals.port import Traffic
from console.signals import words
from console.signals.evidence import Evidence, minute_of
from console.signals.input import Input
from console.signals.judges.port import first_minute_after
from console.signals.verdict import Flow

_MINUTES = 5


def flow(traffic: Evidence, to: datetime | None, killed: datetime | None) -> Flow | None:
    """Rates over the last five whole minutes, or those since a kill; None until a minute is complete."""
    if to is None or traffic.empty:
        return None
    end = minute_of(to)
    first = end - _MINUTES
    after = first_minute_after(killed)
    if after is not None and after < end:
        first = max(first, after)
    ai = fallback = 0.0
    for reading in traffic.between(first, end):
        if isinstance(reading.observation, Traffic):
            ai += reading.observation.ai
            fallback += reading.observation.fallback
    per_hour = 60 / (end - first)
    # Users of single minutes cannot be added up to users of a day.
    return Flow(ai * per_hour, fallback * per_hour, None, traffic.newest)


def since_kill(traffic: Evidence, killed: datetime, now: datetime, patience: timedelta) -> float:
    """AI answers of the last while that were surely given after a kill.

    An interval that the kill lies in may hold answers from before it, and does not count.

    Args:
        traffic: readings of answers by path.
        killed, now: event times.
        patience: how long the last answer is remembered.
    """
    first = max(minute_of(killed), minute_of(now - patience))
    return sum(
        reading.observation.ai
        for reading in traffic.between(first, minute_of(now) + 2)
        if isinstance(reading.observation, Traffic)
        and reading.start >= killed
        and reading.end > now - patience
    )


def patience(speed: float) -> timedelta:
    """How long AI answers after a kill keep the signals judged: three minutes, at least five real seconds."""
    return max(timedelta(minutes=3), timedelta(seconds=5 * speed))


def rest(traffic: Input, killed: datetime | None, now: datetime | None) -> tuple[datetime | None, str]:
    """Since when the signals rest because of a kill, and what AI answers came back instead, in words."""
    if killed is None:
        return None, ""
    if now is None or traffic.clock is None:
        return killed, ""
    remembered = patience(traffic.clock.speed)
    answers = since_kill(traffic.evidence, killed, now, remembered)
    if answers <= 0:
        return killed, ""
    minutes = words.span(remembered.total_seconds() / 60)
    return None, f"AI answers after the kill: {words.count(answers)} in {minutes}"
