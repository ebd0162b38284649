"""What the console sees of one gate by itself, before anybody's word for it is heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.readiness.gates import GateState, Seen
from console.text import plain

if TYPE_CHECKING:
    from console.config import FeatureConfig

LINE = 160
"""Characters of somebody else's text in a gate's evidence; the whole of it is in its walk-through."""
WHOLE = 2_000
"""Characters of it in the walk-through: what may be written, and no more of a row that another hand wrote."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the console sees. Texts are plain and sanitized.

    Attributes:
        state: PASS, FAIL, UNKNOWN, or EXPIRED where its own evidence is too old.
        evidence: what speaks for the gate, or what was found.
        by, at, good_to, seen, missing, fix: as in `Gate`.
        attestable: a person's word may stand in for what is missing. Never so for a FAIL.
    """

    state: GateState
    evidence: str
    by: str = "console"
    at: datetime | None = None
    good_to: datetime | None = None
    seen: tuple[Seen, ...] = ()
    missing: str = ""
    fix: str = ""
    attestable: bool = True


def cut(text: str, most: int = LINE) -> str:
    """Make somebody else's text fit to be shown in one line of at most so many characters."""
    whole = text.strip()
    shown = plain(whole[:most])
    return shown if len(whole) <= most and len(shown) <= most else f"{shown[: most - 1]}…"


def to_attest(config: FeatureConfig, gate: str) -> str:
    """How somebody vouches for a gate: the key, and the command."""
    return f"a, or console attest {plain(config.name)} {gate} --evidence TEXT"


def to_waive(config: FeatureConfig, gate: str) -> str:
    """How it is gone without for a time: the key, and the command."""
    return f"w, or console waive {plain(config.name)} {gate} --reason TEXT --approver NAME --until DATE"
