"""Whether each lever would work, proven without an effect on users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.flags.port import ArmingCheck


@dataclass(frozen=True, slots=True)
class LeverArming:
    """One lever, as far as it can be proven now.

    Attributes:
        number: from 1, in the order of the configuration.
        label: "unleash", "command".
        does: what pulling it does, in a few words.
        checks: each thing that must hold.
        seconds_limit: the most it may take.
    """

    number: int
    label: str
    does: str
    checks: tuple[ArmingCheck, ...]
    seconds_limit: float

    @property
    def armed(self) -> bool:
        """Every check holds; one that could not be asked does not."""
        return all(check.holds for check in self.checks)


@dataclass(frozen=True, slots=True)
class Arming:
    """All levers of a feature, proven at one instant.

    Attributes:
        levers: in order.
        proven_at: UTC.
    """

    levers: tuple[LeverArming, ...]
    proven_at: datetime
