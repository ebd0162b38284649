"""The messages of the event stream, version 1. docs/event-stream.md is their contract with whoever reads
them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

VERSION = 1


class Event(msgspec.Struct, gc=False):
    """One answered request. `gc=False`: it refers to plain values only, and thousands a second are made."""

    id: str
    time: datetime
    user: str
    cohort: str
    tier: str
    region: str
    language: str
    category: str
    path: str
    latency: float
    outcome: str
    model: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    rating: str | None = None
    regenerate: bool = False
    injection: str | None = None
    passed: bool = False
    source: str | None = None


class Ticket(msgspec.Struct, gc=False):
    """A customer's ticket that mentions the feature."""

    time: datetime
    category: str


class Stratum(msgspec.Struct):
    """One category of a night's sample."""

    name: str
    n: int
    mean: float
    sd: float
    weight: float


class Eval(msgspec.Struct):
    """One night's production eval."""

    night: str
    at: datetime
    cold: float
    cold_n: int
    judge: str
    strata: list[Stratum]


class Attempts(msgspec.Struct):
    """Injection attempts of one class."""

    blocked: int
    passed: int
    sources: int


class Scan(msgspec.Struct):
    """What the injection detector saw."""

    scanned: int
    classes: dict[str, Attempts]


class Rollup(msgspec.Struct):
    """What happened in one interval."""

    start: datetime
    seconds: int
    ai: int
    fallback: int
    users: int
    failed: dict[str, int]
    latency: list[tuple[int, int]]
    usd: float
    tokens: int
    shown: int
    rated: int
    disliked: int
    injection: Scan
    tickets: dict[str, int]
    newest: datetime | None
    model: str | None


class Hello(msgspec.Struct, tag_field="type", tag="hello"):
    """The server's first word."""

    version: int
    feature: str
    at: datetime
    speed: float
    bucket_seconds: int
    latency_bounds: tuple[float, ...]


class History(msgspec.Struct, tag_field="type", tag="history", omit_defaults=True):
    """A part of the past. The last part says so, and up to which event time the whole reaches.

    Attributes:
        complete: signals that are complete further than `complete_to`.
    """

    rollups: list[Rollup]
    evals: list[Eval]
    done: bool = False
    at: datetime | None = None
    complete_to: datetime | None = None
    complete: dict[str, datetime] = {}


class Live(msgspec.Struct, omit_defaults=True):
    """What happened since the last frame, without what differs from reader to reader.

    Attributes:
        complete: signals that are complete further than `complete_to`.
    """

    type: str
    at: datetime
    complete_to: datetime
    events: list[Event]
    tickets: list[Ticket]
    evals: list[Eval]
    complete: dict[str, datetime] = {}


class TrafficFrame(msgspec.Struct, tag_field="type", tag="traffic"):
    """Counts by path since the last frame."""

    at: datetime
    complete_to: datetime
    ai: int
    fallback: int
    newest: datetime | None


class Subscribe(msgspec.Struct):
    """What a client asks for."""

    type: Literal["subscribe"]
    history_minutes: int = 0
    history_days: int = 0
    events: bool = True
