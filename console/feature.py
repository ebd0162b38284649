"""One AI feature, wired: its flag, signals, levers and journal, and the snapshot that screens and commands read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.flags.port import FlagState
from console.config import FeatureConfig
from console.killswitch.arming import Arming
from console.killswitch.record import KillRecord
from console.signals.verdict import Board


@dataclass(frozen=True, slots=True)
class FlagView:
    """The flag as last read.

    Attributes:
        state: None until it has been read once.
        problem: why the last attempt to read it failed, plain words, or "".
        checked_at: when the last attempt ended, UTC; None before the first.
    """

    state: FlagState | None
    problem: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything about one feature at one moment. Immutable.

    Attributes:
        arming: None until it was proven once.
        kill: the newest kill in the journal that no restore has ended; None when not killed.
    """

    config: FeatureConfig
    board: Board
    flag: FlagView
    arming: Arming | None
    kill: KillRecord | None
