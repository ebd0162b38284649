"""A kill as the journal has it: a real one, or a drill's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from console.killswitch.steps import Ladder

TABLETOP, REHEARSAL, PRODUCTION = "tabletop", "rehearsal", "production"
"""Kinds of drills: nothing is sent; the rehearsal's flag is flipped; the real one is."""


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
        prints: marks of its levers (`console.killswitch.fingerprint`), by number.
    """

    ladder: Ladder
    at: datetime
    confirmed_at: datetime | None
    before: FlagBefore | None = None
    prints: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrillRecord:
    """The kill of a drill, read back from rows of its own. No `KillRecord`: it never counts as a real one.

    Attributes:
        ladder, at, confirmed_at, before, prints: as those of a `KillRecord`.
        kind: "rehearsal", of the rehearsal's flag; or "production", of the real one.
    """

    ladder: Ladder
    at: datetime
    confirmed_at: datetime | None
    before: FlagBefore | None = None
    prints: Mapping[int, str] = field(default_factory=dict)
    kind: str = PRODUCTION
