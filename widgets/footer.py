"""The keys that work here, in one line that fits."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class KeyModel:
    """One key: "K", "kill".

    Attributes:
        key: as a person would say it ("K", "↵", "esc").
        label: what it does here.
        enabled: a disabled one is dim.
        reason: why it is disabled, shown in brackets ("read-only").
        rank: the lowest ranks of the left groups are dropped first when short; equal ranks from the right.
    """

    key: str
    label: str
    enabled: bool = True
    reason: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class FooterModel:
    """Left groups, three cells apart; keys in a group two apart. `right` stands at the right edge."""

    groups: tuple[tuple[KeyModel, ...], ...]
    right: tuple[KeyModel, ...] = ()


def paint(model: FooterModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """One line of `width` cells, the rest blank."""
    raise NotImplementedError


class Footer(Rows[FooterModel]):
    """One line high."""

    def paint(self, model: FooterModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
