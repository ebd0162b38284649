"""What a glyph can mean: the state of a signal, how a gate or a rung stands, and how loud a text is."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """A signal's one state; the value is the word shown beside its glyph."""

    OK = "OK"
    WATCH = "WATCH"
    BREACH = "BREACH"
    TOO_FEW = "TOO FEW"
    NO_DATA = "NO DATA"
    STALE = "STALE"
    ERROR = "ERROR"
    OFF = "OFF"


class Mark(Enum):
    """How a gate, a check or a rung of the ladder stands; the value is the word."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    EXPIRED = "EXPIRED"
    WAIVED = "WAIVED"
    NOW = "NOW"
    TO_COME = "TO COME"


class Tone(Enum):
    """How loud a text is. There is one accent, and it means danger."""

    PLAIN = "plain"
    DIM = "dim"
    DANGER = "danger"
