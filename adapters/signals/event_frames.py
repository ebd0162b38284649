"""The frames of the event stream, version 1, as typed values (docs/event-stream.md).

Everything is checked while it is decoded: an instant without a time zone, a negative or infinite number, or
an unknown outcome never gets further. One bad item of a list is left out and counted; the others count.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec

VERSION = 1

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=1e12)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Name = Annotated[str, msgspec.Meta(max_length=256)]


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The server's first frame.

    Attributes:
        at: its event clock.
        speed: event seconds in one real second.
        latency_bounds: upper bounds in seconds, ascending, of the buckets that rollups count in.
    """

    version: int
    at: Instant
    speed: Annotated[float, msgspec.Meta(gt=0, le=1e6)] = 1.0
    bucket_seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    latency_bounds: Annotated[
        tuple[Annotated[float, msgspec.Meta(gt=0, le=1e6)], ...], msgspec.Meta(max_length=4096)
    ] = ()


class Attacks(msgspec.Struct, frozen=True, gc=False):
    """Injection attempts of one class in a rollup."""

    blocked: Whole = 0
    passed: Whole = 0
    sources: Whole | None = None


class Injection(msgspec.Struct, frozen=True):
    """What the injection detector saw in a rollup."""

    scanned: Whole
    classes: dict[Name, Attacks] = {}


class Rollup(msgspec.Struct, frozen=True):
    """All answers of one interval, counted by the server.

    Attributes:
        latency: (index into `Hello.latency_bounds`, answers); the index after the last is a time-out.
        shown, rated, disliked: AI answers that were shown, of these rated, of these disliked.
        newest: event time of the newest answer of either path.
    """

    start: Instant
    seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)]
    ai: Whole
    fallback: Whole
    users: Whole | None = None
    failed: dict[Name, Whole] = {}
    latency: tuple[tuple[Whole, Whole], ...] = ()
    usd: Amount = 0.0
    tokens: Whole = 0
    shown: Whole = 0
    rated: Whole = 0
    disliked: Whole = 0
    injection: Injection | None = None
    tickets: dict[Name, Whole] = {}
    newest: Instant | None = None
    model: Name | None = None

    def __post_init__(self) -> None:
        if sum(self.failed.values()) > self.ai:
            raise ValueError("more failed answers than answers")
        if self.disliked > self.shown or self.rated > self.shown:
            raise ValueError("more opinions than answers shown")
        if sum(count for _, count in self.latency) > self.ai:
            raise ValueError("more latencies than answers")


# gc=False: thousands a second are made, and they refer to plain values only.
class Event(msgspec.Struct, frozen=True, gc=False):
    """One answer to one user."""

    id: Name
    time: Instant
    path: Literal["ai", "fallback"]
    outcome: Literal["ok", "schema", "timeout", "empty", "truncated"]
    latency: Amount
    user: Name | None = None
    model: Name | None = None
    tokens_in: Whole = 0
    tokens_out: Whole = 0
    usd: Amount = 0.0
    rating: Literal["up", "down"] | None = None
    regenerate: bool = False
    injection: Name | None = None
    passed: bool = False
    source: Name | None = None


class Ticket(msgspec.Struct, frozen=True, gc=False):
    """One support ticket."""

    time: Instant
    category: Name


class EvalStratum(msgspec.Struct, frozen=True):
    """One category of a nightly sample, scored."""

    name: Name
    n: Whole
    mean: Share
    sd: Share
    weight: Share | None = None


class Eval(msgspec.Struct, frozen=True):
    """One nightly run of the production eval."""

    at: Instant
    strata: Annotated[tuple[EvalStratum, ...], msgspec.Meta(max_length=1000)]
    night: Name = ""
    cold: Share | None = None
    cold_n: Whole | None = None
    judge: Name | None = None


class History(msgspec.Struct, frozen=True, tag="history"):
    """A part of what happened before the subscription; `done` marks the last part.

    Attributes:
        at, complete_to, complete: as in `Events`, from a server that says so in its last part.
    """

    rollups: tuple[Rollup, ...] = ()
    evals: tuple[Eval, ...] = ()
    done: bool = False
    at: Instant | None = None
    complete_to: Instant | None = None
    complete: dict[Name, Instant] = {}


class Events(msgspec.Struct, frozen=True, tag="events"):
    """What happened since the last frame.

    Attributes:
        at: the server's event clock.
        complete_to: every event before this has been sent.
        complete: likewise of single signals that are complete further than that.
        dropped: events that the server could not send.
    """

    at: Instant
    complete_to: Instant
    events: tuple[Event, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    evals: tuple[Eval, ...] = ()
    complete: dict[Name, Instant] = {}
    dropped: Whole = 0


class Traffic(msgspec.Struct, frozen=True, tag="traffic"):
    """Answers by path since the last frame, instead of `Events`, for who asked for no events."""

    at: Instant
    complete_to: Instant
    ai: Whole
    fallback: Whole
    newest: Instant | None = None


Frame = Hello | History | Events | Traffic


class BadFrame(ValueError):
    """A frame that cannot be used at all; the text says why, in words free of outside text."""


_ITEMS: dict[str, Any] = {"events": Event, "tickets": Ticket, "evals": Eval, "rollups": Rollup}


@cache
def _decoder() -> msgspec.json.Decoder[Frame]:
    # Making one takes milliseconds; a command that only checks its options needs none.
    return msgspec.json.Decoder(Frame)


def decode(data: bytes | str) -> tuple[Frame, int]:
    """Decode one frame.

    Returns:
        The frame, and how many items of its lists were left out because they are malformed.

    Raises:
        BadFrame: it is no JSON, of an unknown type, or its own fields are malformed.
    """
    try:
        return _decoder().decode(data), 0
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _sift(data)
    except RecursionError:
        raise BadFrame("it is nested too deeply") from None


def _sift(data: bytes | str) -> tuple[Frame, int]:
    """Decode item by item. Slower, so only for a frame with something wrong in it.

    The standard library's parser is used since it also takes the NaN and Infinity that its writers emit.
    """
    try:
        raw = json.loads(data, parse_constant=lambda _: None)
    except RecursionError:
        raise BadFrame("it is nested too deeply") from None
    except ValueError:
        raise BadFrame("it is not JSON") from None
    if not isinstance(raw, dict):
        raise BadFrame("it is not a JSON object")
    bad = 0
    for key, kind in _ITEMS.items():
        if isinstance(raw.get(key), list):
            found = [_item(item, kind) for item in raw[key]]
            raw[key] = [item for item in found if item is not None]
            bad += len(found) - len(raw[key])
    try:
        frame: Frame = msgspec.convert(raw, Frame)
    except msgspec.ValidationError as error:
        raise BadFrame(_reason(error)) from None
    return frame, bad


Item = TypeVar("Item")


def _item(raw: Any, kind: type[Item]) -> Item | None:
    try:
        return msgspec.convert(raw, kind)
    except (msgspec.ValidationError, OverflowError):
        return None


def _reason(error: msgspec.ValidationError) -> str:
    """The message of msgspec names our own fields and types; a quoted value may be the sender's."""
    text = str(error)
    return "it has an unknown type" if text.startswith("Invalid value") else text[:1].lower() + text[1:200]
