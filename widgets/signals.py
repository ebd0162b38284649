"""All signals of a feature, one under the other, in a fixed order."""

from __future__ import annotations

from msgspec import Struct

from widgets.frame import rule
from widgets.line import Line, Role, Row
from widgets.look import Look
from widgets.marks import State
from widgets.rows import Rows
from widgets.signal_panel import (
    COMPACT_HISTORY,
    SignalModel,
    compact_history_cells,
    first_line,
    second_line,
    wide_lines,
)

SIDE_WIDTH = 77
"""Cells of this widget when the checklist stands beside it in 120 columns."""

TWO_LINES_WIDTH = 53
"""Narrower than this a signal has one line."""


class SignalsModel(Struct, frozen=True):
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
    count = len(model.signals)
    if width >= SIDE_WIDTH and height >= 4 * count + 1:
        lines = [rule(width, look)]
        for index, signal in enumerate(model.signals):
            lines += wide_lines(signal, width, look, index == model.selected)
        return tuple(lines)
    two = width >= TWO_LINES_WIDTH and height >= 2 * count + 1
    lines = [_heading(model, width, look)] if height > count else []
    for index in _shown(model, height):
        signal = model.signals[index]
        lines.append(first_line(signal, width, look, index == model.selected))
        if two:
            lines.append(second_line(signal, width, look))
    return tuple(lines)


def _heading(model: SignalsModel, width: int, look: Look) -> Line:
    """The rule of the compact form: what the columns are."""
    row = Row(width, look).put(f"{look.across} ", Role.DIM).put("signals").put(" ", Role.DIM)
    if compact_history_cells(width):
        row.to(COMPACT_HISTORY - 1, Role.DIM, look.across).put(f" {model.span} ".ljust(13), limit=width - 62)
    else:
        row.to(width - 4, Role.DIM, look.across)
    return row.right("n", width - 2, gap=0).put(" ").to(width, Role.DIM, look.across).line()


def _shown(model: SignalsModel, height: int) -> list[int]:
    """Which signals, by index: all, or where there are fewer rows than signals the healthy ones go first."""
    everything = range(len(model.signals))
    if height >= len(everything):
        return list(everything)
    hidden = {State.OK: 2, State.OFF: 1}
    # The one under the cursor stands whatever its state.
    by_need = sorted(
        everything,
        key=lambda index: -1 if index == model.selected else hidden.get(model.signals[index].state, 0),
    )
    return sorted(by_need[: max(0, height)])


class Signals(Rows[SignalsModel]):
    """15 lines for seven signals in the compact form, 29 in the wide one, each with its rule on top."""

    def paint(self, model: SignalsModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
