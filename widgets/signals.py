"""All signals of a feature, one under the other, in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.rows import Rows
from widgets.signal_panel import SignalModel

SIDE_WIDTH = 77
"""Cells of this widget when the checklist stands beside it in 120 columns."""


@dataclass(frozen=True, slots=True)
class SignalsModel:
    """The list of signals.

    Attributes:
        signals: in the order shown.
        span: what the histories of the compact form cover ("last 60 min").
        selected: index of the one under the cursor, or None.
    """

    signals: tuple[SignalModel, ...]
    span: str = ""
    selected: int | None = None


def paint(model: SignalsModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A rule and the signals, in the richest form that fits: four, two or one lines each."""
    raise NotImplementedError


class Signals(Rows[SignalsModel]):
    """15 lines for seven signals in the compact form, 29 in the wide one, each with its rule on top."""

    def paint(self, model: SignalsModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
