"""A kill as the journal has it: a real one, or a drill's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.killswitch.steps import Ladder


@dataclass(frozen=True, slots=True)
class FlagBefore:
    """The flag as it was read before a kill: what the way back starts from.

    Attributes:
        percent: share of users, 0 to 100; None where the provider's rules were no one number.
        rules: further rules, in words.
    """

    on: bool
    percent: float | None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KillRecord:
    """A kill, read back from the journal.

    Attributes:
        ladder: its newest state.
        at: instant of the confirming key, UTC.
        confirmed_at: instant at which it was confirmed, UTC; None while it is not.
        before: None where the flag was not read before.
    """

    ladder: Ladder
    at: datetime
    confirmed_at: datetime | None
    before: FlagBefore | None = None


@dataclass(frozen=True, slots=True)
class DrillRecord:
    """The kill of a drill, read back from rows of its own. No `KillRecord`: it never counts as a real one.

    Attributes:
        ladder, at, confirmed_at: as those of a `KillRecord`.
    """

    ladder: Ladder
    at: datetime
    confirmed_at: datetime | None
