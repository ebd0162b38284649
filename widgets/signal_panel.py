"""One signal: its verdict, value, gauge, history, counts, age and reason, in four, two or one lines."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from rich.cells import cell_len

from widgets.gauge import GaugeModel, gauge
from widgets.history import HistoryModel, one_row, two_rows
from widgets.line import Line, Role, Row
from widgets.look import Look
from widgets.marks import State

TITLE = 11
"""Column of the title, and of the compact form's second line."""

COMPACT_VALUE_END, COMPACT_GAUGE, COMPACT_GAUGE_CELLS, COMPACT_BAND, COMPACT_HISTORY = 31, 33, 14, 48, 58
WIDE_VALUE_END, WIDE_COUNT, WIDE_TEXT, WIDE_GAUGE_CELLS, WIDE_HISTORY = 36, 38, 7, 28, 45

COUNT_CELLS = 10
"""What the count needs at the right of the compact form, its margins included."""

MOST_HISTORY = 60
LEAST_HISTORY = 6


class SignalModel(Struct, frozen=True):
    """What one signal's panel says. Texts are short, plain and fit to be shown.

    Attributes:
        title: "error rate".
        state: the one state.
        value: "36.8 %".
        band: "< 1 %".
        band_long: "healthy < 1 %".
        count: "14/38".
        count_long: "14 of 38 answers, 30 min".
        why: the reason in a line.
        since: "since 02:58", or "".
        newest: time of the newest event it rests on, "03:11:04", or "".
        gauge: None when it cannot be drawn.
        history: None when there is none.
    """

    title: str
    state: State
    value: str = ""
    band: str = ""
    band_long: str = ""
    count: str = ""
    count_long: str = ""
    why: str = ""
    since: str = ""
    newest: str = ""
    gauge: GaugeModel | None = None
    history: HistoryModel | None = None


def compact_history_cells(width: int) -> int:
    """Cells of the history in the compact form: 12 of 80; 0 where it is dropped."""
    cells = min(MOST_HISTORY, width - COMPACT_HISTORY - COUNT_CELLS)
    return cells if cells >= LEAST_HISTORY else 0


# A tick changes a few signals of seven: the lines of the others are remembered.
@lru_cache(64)
def first_line(signal: SignalModel, width: int, look: Look, selected: bool = False) -> Line:
    """Verdict, title, value, gauge, band, history, count; short of room the history goes, then the gauge."""
    role = _role(signal)
    row = _head(signal, width, look, selected, COMPACT_VALUE_END)
    with_gauge = width >= COMPACT_HISTORY + COUNT_CELLS - 1
    if with_gauge:
        if signal.gauge is not None:
            row.to(COMPACT_GAUGE).put(gauge(signal.gauge, COMPACT_GAUGE_CELLS, look), role)
        row.to(COMPACT_BAND).put(signal.band, role, limit=COMPACT_HISTORY - COMPACT_BAND - 1)
    elif width >= COMPACT_GAUGE + COUNT_CELLS + COUNT_CELLS:
        row.to(COMPACT_GAUGE).put(signal.band, role, limit=COUNT_CELLS - 1)
    cells = compact_history_cells(width)
    if cells and signal.history is not None:
        row.to(COMPACT_HISTORY).put(one_row(signal.history, cells, look), role)
    return row.right(signal.count, width - 1, role).line()


@lru_cache(64)
def second_line(signal: SignalModel, width: int, look: Look) -> Line:
    """Of the compact form: why, and how old."""
    return _reason(signal, width, look, TITLE, width - 1)


@lru_cache(64)
def wide_lines(
    signal: SignalModel, width: int, look: Look, selected: bool = False
) -> tuple[Line, Line, Line, Line]:
    """Of the wide form, from 77 cells on: counts; gauge; band; why; the history is in lines 2 and 3."""
    role = _role(signal)
    end = width - 2
    first = _head(signal, width, look, selected, WIDE_VALUE_END).to(WIDE_COUNT)
    since = look.text(signal.since)
    first.put(signal.count_long, role, limit=end - WIDE_COUNT - cell_len(since) - 1).right(since, end, role)

    second, third = Row(width, look), Row(width, look)
    if signal.gauge is not None:
        two_sided = signal.gauge.healthy_low is not None and signal.gauge.healthy_high is not None
        # An odd number of cells has a middle for the baseline of a symmetric band.
        cells = WIDE_GAUGE_CELLS - 1 if two_sided else WIDE_GAUGE_CELLS
        second.right(signal.gauge.low_text, WIDE_TEXT - 1, gap=0).to(WIDE_TEXT)
        second.put(gauge(signal.gauge, cells, look)).put(" ")
        second.put(signal.gauge.high_text, limit=WIDE_HISTORY - second.used - 1)
    third.to(WIDE_TEXT).put(signal.band_long, Role.DIM, limit=WIDE_HISTORY - WIDE_TEXT - 1)
    if signal.history is not None:
        cells = min(MOST_HISTORY, end - WIDE_HISTORY)
        upper, lower = two_rows(signal.history, cells, look)
        second.to(end - cells).put(upper)
        third.to(end - cells).put(lower)
    return first.line(), second.line(), third.line(), _reason(signal, width, look, WIDE_TEXT, end)


def _role(signal: SignalModel) -> Role:
    return Role.DANGER if signal.state is State.BREACH else Role.PLAIN


def _head(signal: SignalModel, width: int, look: Look, selected: bool, value_end: int) -> Row:
    role = _role(signal)
    row = Row(width, look).put(look.pointer if selected else " ", role)
    row.put(f"{look.state(signal.state)} {signal.state.value}", role).to(TITLE)
    value = look.text(signal.value)
    row.put(signal.title, role, limit=max(0, value_end - TITLE - cell_len(value) - 1))
    return row.right(value, value_end, role)


def _reason(signal: SignalModel, width: int, look: Look, start: int, end: int) -> Line:
    newest = look.text(signal.newest)
    row = Row(width, look).to(start)
    row.put(signal.why, Role.DIM, limit=max(0, end - start - cell_len(newest) - 1))
    return row.right(newest, end, Role.DIM).line()
