"""One signal over a span of time: bars on a fixed scale, the edges of its band, what happened meanwhile."""

from __future__ import annotations

from itertools import groupby
from math import ceil, inf, isnan
from operator import itemgetter

from msgspec import Struct
from rich.cells import cell_len

from widgets.history import HistoryModel, resampled
from widgets.line import Line, Role, Row, blank, cut
from widgets.look import Look
from widgets.rows import Rows

LEAST_PLOT = 8
"""Columns of bars below which labels give way to them."""

_AXIS = 2
"""Lines below the bars: the axis and its times."""


class EventModel(Struct, frozen=True):
    """Something that happened, as a vertical line: 0 <= `at` <= 1 is where in the span."""

    at: float
    text: str


class ChartModel(Struct, frozen=True):
    """A chart in the unit of its band.

    Attributes:
        bins: a value an equal bin of time, oldest first; None is a bin without data.
        low, high: the scale's ends, low < high.
        ticks: (value, text) labels of the scale.
        times: (place in the span from 0 to 1, text) labels of the time.
        healthy_low, healthy_high: edges of the band; None where it is open.
        band: in words ("band: < 1 %"), where there is room; they stand beside the upper edge if there is one.
        floor: the band's words are about its lower edge.
        events: lines through the chart, with a label each.
        empty: what to say where no bin has data.
    """

    bins: tuple[float | None, ...]
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()
    times: tuple[tuple[float, str], ...] = ()
    healthy_low: float | None = None
    healthy_high: float | None = None
    band: str = ""
    floor: bool = False
    events: tuple[EventModel, ...] = ()
    empty: str = "no data in this span"


class _Frame(Struct, frozen=True):
    """Where things are: `left` columns of labels and the axis, `cells` of bars in `rows` lines, `right`."""

    left: int
    cells: int
    right: int
    rows: int
    axis: bool


def plot_cells(model: ChartModel, width: int, height: int, look: Look) -> int:
    """How many columns of bars a chart of this size has: as many bins as are worth asking for."""
    return _frame(model, width, height, look).cells


def paint(model: ChartModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """Labels, bars, edges and events; short of room the band's words go first, then the labels.

    The row in which a value stands has the value at its top or below: a bar that fills the row of a label
    has that value, and a bar that rises over the row of an edge is outside the band.
    """
    if width <= 0 or height <= 0:
        return ()
    frame = _frame(model, width, height, look)
    grid = _Grid(frame, look)
    _draw_edges(grid, model)
    _draw_events(grid, model)
    columns = resampled(HistoryModel(_finite(model), *_scale(model), *_edges(model)), frame.cells)
    if any(value is not None for value in columns):
        _draw_bars(grid, model, columns)
    else:
        grid.write(frame.rows // 2, 1, look.text(model.empty), Role.PLAIN)
    _write_events(grid, model)
    lines = [_row(grid, model, row, width) for row in reversed(range(frame.rows))]
    if frame.axis:
        lines += _time_axis(frame, model, width, look)
    lines += [blank(width)] * (height - len(lines))
    return tuple(lines[:height])


def _scale(model: ChartModel) -> tuple[float, float]:
    wide = model.high - model.low
    # A scale that is none is drawn as an empty one: the labels still say what is known.
    return (model.low, model.high) if 0 < wide < inf else (0.0, 1.0)


def _finite(model: ChartModel) -> tuple[float | None, ...]:
    """An infinite value is one beyond the scale."""
    low, high = _scale(model)
    beyond = {inf: high + (high - low), -inf: low - (high - low)}
    return tuple(value if value is None else beyond.get(value, value) for value in model.bins)


def _edges(model: ChartModel) -> tuple[float | None, float | None]:
    low, high = model.healthy_low, model.healthy_high
    return (
        None if low is None or isnan(low) else low,
        None if high is None or isnan(high) else high,
    )


def _frame(model: ChartModel, width: int, height: int, look: Look) -> _Frame:
    labels = max([cell_len(look.text(text)) for _, text in model.ticks], default=0)
    left = labels + 3 if labels else 1
    right = cell_len(look.text(model.band)) + 4 if model.band else 0
    if width - left - right < 3 * LEAST_PLOT:
        right = 0
    if width - left - right < LEAST_PLOT:
        left = 1
    axis = height >= 5
    return _Frame(left, max(1, width - left - right), right, height - _AXIS if axis else height, axis)


class _Grid:
    """The cells of the plot: (glyph, role) by row from the bottom, and column."""

    def __init__(self, frame: _Frame, look: Look) -> None:
        self.frame = frame
        self.look = look
        self._cells = [[(" ", Role.PLAIN)] * frame.cells for _ in range(frame.rows)]

    def put(self, row: int, column: int, glyph: str, role: Role) -> None:
        """One cell."""
        if 0 <= row < self.frame.rows and 0 <= column < self.frame.cells:
            self._cells[row][column] = (glyph, role)

    def write(self, row: int, column: int, text: str, role: Role) -> None:
        """A text (visible), cut at the right edge."""
        for offset, character in enumerate(_cells(cut(text, self.frame.cells - column, self.look.ellipsis))):
            self.put(row, column + offset, character, role)

    def free(self, row: int, column: int, cells: int) -> bool:
        """Nothing there but blanks and the lines of edges and of other events."""
        taken = self._cells[row][column : column + cells]
        lines = (" ", self.look.outside, self.look.dotted)
        return len(taken) == cells and all(
            glyph in lines and role in (Role.PLAIN, Role.DIM) for glyph, role in taken
        )

    def row(self, row: int) -> list[tuple[str, Role]]:
        """The cells of a row, left to right."""
        return self._cells[row]


def _cells(text: str) -> list[str]:
    """One item a cell; the second half of a wide character is ""."""
    found: list[str] = []
    for character in text:
        size = cell_len(character)
        if size == 0 and found:
            found[-1] += character
        else:
            found += [character, ""][: max(1, size)]
    return found


def _row_of(value: float, model: ChartModel, rows: int) -> int:
    low, high = _scale(model)
    share = (min(max(value, low), high) - low) / (high - low)
    # A hair less, so that a value on the top of a row stays in that row in spite of rounding.
    return max(0, min(rows - 1, ceil(share * rows - 1e-9) - 1))


def _draw_edges(grid: _Grid, model: ChartModel) -> None:
    low, high = _scale(model)
    for edge in _edges(model):
        if edge is not None and low <= edge <= high:
            row = _row_of(edge, model, grid.frame.rows)
            for column in range(grid.frame.cells):
                grid.put(row, column, grid.look.outside, Role.DIM)


def _draw_bars(grid: _Grid, model: ChartModel, columns: list[float | None]) -> None:
    rows, cells = grid.frame.rows, grid.frame.cells
    before_first = True
    for column in range(cells):
        value = columns[column * len(columns) // cells]
        if value is None:
            # Time before the first data is blank: the source was not there yet, which is not a gap.
            if not before_first:
                grid.put(0, column, grid.look.missing, Role.DIM)
            continue
        before_first = False
        _draw_bar(grid, model, column, value, rows)


def _draw_bar(grid: _Grid, model: ChartModel, column: int, value: float, rows: int) -> None:
    look, (low, high) = grid.look, _scale(model)
    role = Role.PLAIN if _outside(value, model) else Role.DIM
    steps = len(look.bars)
    share = (min(max(value, low), high) - low) / (high - low)
    # At least the lowest step: a value of zero is not the same as none.
    level = max(1, round(share * rows * steps))
    for row in range(rows):
        filled = min(steps, level - row * steps)
        if filled <= 0:
            break
        grid.put(row, column, look.bars[filled - 1], role)
    if value > high:
        grid.put(rows - 1, column, look.over, role)
    elif value < low:
        grid.put(0, column, look.under, role)


def _outside(value: float, model: ChartModel) -> bool:
    low, high = _edges(model)
    return (high is not None and value > high) or (low is not None and value < low)


def _place(event: EventModel, cells: int) -> int | None:
    if isnan(event.at) or not 0 <= event.at <= 1:
        return None
    return min(cells - 1, int(event.at * cells))


def _draw_events(grid: _Grid, model: ChartModel) -> None:
    for event in model.events:
        column = _place(event, grid.frame.cells)
        if column is not None:
            for row in range(grid.frame.rows):
                grid.put(row, column, grid.look.dotted, Role.DIM)


def _write_events(grid: _Grid, model: ChartModel) -> None:
    """Each label in the highest row where it hides neither a bar nor another label, if there is such a row.

    The newest are written first: they are what one looks for.
    """
    cells, rows = grid.frame.cells, grid.frame.rows
    for event in sorted(model.events, key=lambda one: one.at, reverse=True):
        column = _place(event, cells)
        text = grid.look.text(event.text)
        if column is None or not text:
            continue
        wide = cell_len(text)
        for row in reversed(range(rows // 2, rows)):
            start = next(
                (at for at in (column + 2, column - 1 - wide) if at >= 0 and grid.free(row, at, wide)), None
            )
            if start is not None:
                grid.write(row, start, text, Role.PLAIN)
                break


def _row(grid: _Grid, model: ChartModel, row: int, width: int) -> Line:
    frame, look = grid.frame, grid.look
    line = Row(width, look)
    if frame.left > 1:
        line.right(_tick(model, row, frame.rows), frame.left - 2, Role.PLAIN, gap=0).to(frame.left - 1)
        line.put(look.joint_right, Role.DIM)
    else:
        line.put(look.down, Role.DIM)
    for role, run in groupby(grid.row(row), key=itemgetter(1)):
        line.put("".join(glyph for glyph, _ in run), role)
    if frame.right and row == _band_row(model, frame.rows):
        line.put("  ").put(model.band, limit=max(0, line.room - 2))
    return line.line()


def _tick(model: ChartModel, row: int, rows: int) -> str:
    """The label of a row: of two that fall into it, the one nearer to an end of the scale."""
    low, high = _scale(model)
    here = [(value, text) for value, text in model.ticks if _row_of(value, model, rows) == row]
    return min(here, key=lambda tick: min(abs(tick[0] - low), abs(high - tick[0])), default=(0.0, ""))[1]


def _band_row(model: ChartModel, rows: int) -> int | None:
    low, high = _edges(model)
    edge = low if high is None or (model.floor and low is not None) else high
    return None if edge is None else _row_of(edge, model, rows)


def _time_axis(frame: _Frame, model: ChartModel, width: int, look: Look) -> list[Line]:
    line = Row(width, look).to(frame.left - 1).put(look.bottom_left, Role.DIM)
    labels = Row(width, look)
    end = width if frame.right == 0 else width - frame.right + 8
    for place, text in sorted(model.times):
        if isnan(place) or not 0 <= place <= 1:
            continue
        column = frame.left + min(frame.cells - 1, int(place * frame.cells))
        shown = look.text(text)
        # A time is written from its own column on, the last one as far to the left as it must.
        start = max(0, min(column, min(end, width) - 1 - cell_len(shown)))
        if (labels.used and start <= labels.used) or (start < frame.left and place > 0):
            continue
        labels.to(start).put(shown)
        line.to(column, Role.DIM, look.across).put(look.joint_bottom, Role.DIM)
    return [line.to(frame.left + frame.cells, Role.DIM, look.across).line(), labels.line()]


class Chart(Rows[ChartModel]):
    """From 20 by 5 cells on; smaller it draws what fits."""

    def paint(self, model: ChartModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
