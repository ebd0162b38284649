"""What the screen and the holder of a drill's lease say to each other: JSON, one message a line."""

from __future__ import annotations

import msgspec

from console.drilling.rows import Flag
from console.drilling.score import Score
from console.identity import Operator
from console.killswitch.steps import Ladder
from console.killswitch.wire import Prepared


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """Begin a drill.

    Attributes:
        config: path of console.toml.
        feature: ``KEY@ENVIRONMENT``.
        kind: "tabletop", "rehearsal" or "production".
        confirm: the flag's key, for a production drill.
    """

    config: str
    feature: str
    operator: Operator
    kind: str
    trainee: str
    story: str
    confirm: str


class Take(msgspec.Struct, frozen=True, tag="take"):
    """Go on with the lease of a drill whose own process has ended: restore what may be restored."""

    config: str
    feature: str
    operator: Operator
    drill: str


class Mark(msgspec.Struct, frozen=True, tag="mark"):
    """The person got somewhere (`console.drilling.score`).

    Attributes:
        text: what was written there, or "".
    """

    name: str
    text: str = ""


class Go(msgspec.Struct, frozen=True, tag="go"):
    """Kill, for the drill."""

    reason: str


class End(msgspec.Struct, frozen=True, tag="end"):
    """End the drill.

    Attributes:
        why: in words.
        breach: title of the real signal that is in BREACH, or "".
    """

    why: str
    breach: str = ""


ToHolder = Begin | Take | Mark | Go | End


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A drill so far; each message says all that those before said.

    Attributes:
        drill: id; "" while it is being prepared, or was refused.
        phase: "preparing", "refused", "running", "restoring" or "over".
        text: why it was refused, or how it ended.
        note: what is not done in this drill, or "".
        flag_key: of the flag that is flipped.
        began: ISO 8601 instant, UTC.
        over_at: ISO 8601 instant at which the lease ends, UTC.
        flag: as last read.
        marks: seconds since it began, by name.
        result: a value of `console.drilling.lease.Result`, once it is over.
        why: what ended it.
        earlier: seconds by step in the last few drills of this feature, the newest last.
        never: who takes turns on call and has never done a drill.
        row: number of the score's row.
    """

    phase: str
    kind: str
    trainee: str
    story: str
    drill: str = ""
    text: str = ""
    note: str = ""
    flag_key: str = ""
    began: str = ""
    over_at: str = ""
    flag: Flag | None = None
    marks: dict[str, float] = {}
    prepared: Prepared | None = None
    ladder: Ladder | None = None
    result: str = ""
    why: str = ""
    score: Score | None = None
    earlier: dict[str, list[float]] = {}
    never: tuple[str, ...] = ()
    row: int | None = None


def encode(message: ToHolder | Told) -> bytes:
    """Make one line of a message."""
    return msgspec.json.encode(message) + b"\n"


def decode_order(line: bytes) -> ToHolder:
    """Read a message to the holder.

    Raises:
        msgspec.DecodeError: it is none.
    """
    order: ToHolder = msgspec.json.decode(line, type=ToHolder)
    return order


def decode_told(line: bytes) -> Told:
    """Read a message from the holder.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(line, type=Told)
