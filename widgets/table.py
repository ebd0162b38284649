"""A small table: columns as wide as what stands in them, the least wanted dropped when short of room."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.line import TONES, Line, Role, Row
from widgets.look import Look
from widgets.marks import Tone

GAPS = (3, 2)
"""Cells between two columns, and what they may shrink to before a column is dropped."""

LAST = 26
"""Cells that the last column claims at most; it gets whatever is left."""


class ColumnModel(Struct, frozen=True):
    """One column.

    Attributes:
        title: its heading.
        right: texts end at its right edge.
        rank: columns of the highest rank are dropped first, of equals the last; those of rank 0 stay.
    """

    title: str
    right: bool = False
    rank: int = 0


class RowModel(Struct, frozen=True):
    """One row: a text a column; `tone` is that of its last one."""

    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN


class TableModel(Struct, frozen=True):
    """Columns and rows; a row may have fewer cells than there are columns."""

    columns: tuple[ColumnModel, ...]
    rows: tuple[RowModel, ...]


def table_lines(model: TableModel, width: int, indent: int, look: Look) -> list[Line]:
    """A heading and the rows. What is too wide even so is cut at the right."""
    texts = [[look.text(cell) for cell in row.cells] for row in model.rows]
    wide = [
        max(
            [cell_len(look.text(column.title)), *(cell_len(row[at]) for row in texts if at < len(row))],
        )
        for at, column in enumerate(model.columns)
    ]
    # A column in which nothing stands says nothing.
    kept = [at for at in range(len(model.columns)) if any(at < len(row) and row[at] for row in texts)]
    room = width - indent - 1
    if wide:
        # The last one is cut rather than that another is dropped for it.
        wide[-1] = min(wide[-1], LAST)
    while (gap := _gap(kept, wide, room)) is None:
        rank = max((model.columns[at].rank for at in kept), default=0)
        if rank == 0:
            gap = GAPS[-1]
            break
        kept.remove(max(at for at in kept if model.columns[at].rank == rank))
    starts: dict[int, int] = {}
    for at in kept:
        starts[at] = indent + sum(wide[before] + gap for before in starts)
    heading = tuple(model.columns[at].title for at in range(len(model.columns)))
    lines = [_line(heading, model, starts, wide, Row(width, look), Role.DIM, Role.DIM)]
    for row in model.rows:
        lines.append(
            _line(row.cells, model, starts, wide, Row(width, look), Role.PLAIN, TONES[row.tone]),
        )
    return lines


def _gap(kept: list[int], wide: list[int], room: int) -> int | None:
    """The widest gap with which the columns fit, or None."""
    cells = sum(wide[at] for at in kept)
    return next((gap for gap in GAPS if cells + gap * (len(kept) - 1) <= room), None)


def _line(
    cells: tuple[str, ...],
    model: TableModel,
    starts: dict[int, int],
    wide: list[int],
    row: Row,
    role: Role,
    last: Role,
) -> Line:
    for at, start in starts.items():
        text = cells[at] if at < len(cells) else ""
        own = last if at == len(model.columns) - 1 else role
        row.to(start)
        if model.columns[at].right:
            row.right(text, start + wide[at], own, gap=0)
        else:
            limit = row.room - 1 if at == len(wide) - 1 else min(wide[at], row.room - 1)
            row.put(text, own, limit=max(0, limit))
    return row.line()
