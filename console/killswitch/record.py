"""What the journal says about the newest kill of a feature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.killswitch.steps import Ladder


@dataclass(frozen=True, slots=True)
class KillRecord:
    """A kill, read back from the journal.

    Attributes:
        ladder: its newest state.
        at: instant of the confirming key, UTC.
        confirmed_at: instant at which it was confirmed, UTC; None while it is not.
    """

    ladder: Ladder
    at: datetime
    confirmed_at: datetime | None
