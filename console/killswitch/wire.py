"""What the screen and the executor say to each other: JSON, one message a line."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from adapters.flags.port import RequestSketch
from console.identity import Operator
from console.killswitch.steps import Ladder


@dataclass(frozen=True, slots=True)
class PreparedLever:
    """One lever, ready to be pulled.

    Attributes:
        number: from 1.
        proof: what will confirm it ("read-back", "check", "evaluation", "traffic", "none").
        seconds_limit: the most that an attempt may take.
        problem: why it cannot work as configured, or "".
    """

    number: int
    label: str
    does: str
    proof: str
    seconds_limit: float
    sketches: tuple[RequestSketch, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """The executor is ready: from here on one message kills.

    Attributes:
        levers: in order.
        problem: what stands in the way of all of them, with what to do, or "".
        seconds: from the start of its process.
    """

    levers: tuple[PreparedLever, ...]
    problem: str
    seconds: float


class Prepare(msgspec.Struct, frozen=True, tag="prepare"):
    """First message to the executor: what may have to be killed."""

    config: str
    feature: str
    operator: Operator


class Typing(msgspec.Struct, frozen=True, tag="typing"):
    """Whether the word stands half typed."""

    half: bool


class Go(msgspec.Struct, frozen=True, tag="go"):
    """Kill."""

    reason: str


class Resume(msgspec.Struct, frozen=True, tag="resume"):
    """Go on with a kill that a person has confirmed and whose own process has ended."""

    kill_id: str


class Abandon(msgspec.Struct, frozen=True, tag="abandon"):
    """The word was begun and not confirmed; nothing is sent."""


ToExecutor = Prepare | Typing | Go | Resume | Abandon


class FromExecutor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message from the executor; one of the fields is set."""

    prepared: Prepared | None = None
    ladder: Ladder | None = None


def encode(message: ToExecutor | FromExecutor) -> bytes:
    """Make one line of a message."""
    return msgspec.json.encode(message) + b"\n"


def decode_order(line: bytes) -> ToExecutor:
    """Read a message to the executor.

    Raises:
        msgspec.DecodeError: it is none.
    """
    order: ToExecutor = msgspec.json.decode(line, type=ToExecutor)
    return order


def decode_report(line: bytes) -> Prepared | Ladder | None:
    """Read a message from the executor.

    Raises:
        msgspec.DecodeError: it is none.
    """
    report = msgspec.json.decode(line, type=FromExecutor)
    return report.prepared or report.ladder
