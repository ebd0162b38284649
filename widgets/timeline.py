"""What happened last, a row each."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event: "03:00:12", "verdict", "error rate WATCH → BREACH", "console"."""

    time: str
    kind: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class TimelineModel:
    """The timeline's tail.

    Attributes:
        rows: oldest first; the newest that fit are shown.
        title: in its rule ("timeline"), or "" for a plain rule.
        hint: at the right of the rule ("5 all"), or "".
        joint: column at which a vertical border from above ends in the rule, or None.
    """

    rows: tuple[TimelineRow, ...]
    title: str = "timeline"
    hint: str = ""
    joint: int | None = None


def paint(model: TimelineModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A rule and the newest rows."""
    raise NotImplementedError


class Timeline(Rows[TimelineModel]):
    """As high as the screen gives: one rule and the rest rows."""

    def paint(self, model: TimelineModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
