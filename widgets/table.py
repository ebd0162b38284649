"""A small table: columns as wide as what stands in them, the least wanted dropped when short of room."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.line import TONES, Line, Role, Row
from widgets.look import Look
from widgets.marks import Tone

GAP = 3


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
    while sum(wide[at] for at in kept) + GAP * (len(kept) - 1) > room:
        rank = max((model.columns[at].rank for at in kept), default=0)
        if rank == 0:
            break
        kept.remove(max(at for at in kept if model.columns[at].rank == rank))
    heading = tuple(model.columns[at].title for at in range(len(model.columns)))
    lines = [_line(heading, model, kept, wide, width, indent, look, Role.DIM, Role.DIM)]
    for row in model.rows:
        lines.append(
            _line(row.cells, model, kept, wide, width, indent, look, Role.PLAIN, TONES[row.tone]),
        )
    return lines


def _line(
    cells: tuple[str, ...],
    model: TableModel,
    kept: list[int],
    wide: list[int],
    width: int,
    indent: int,
    look: Look,
    role: Role,
    last: Role,
) -> Line:
    row, column = Row(width, look).to(indent), indent
    for at in kept:
        text = cells[at] if at < len(cells) else ""
        own = last if at == len(model.columns) - 1 else role
        row.to(column)
        if model.columns[at].right:
            row.right(text, column + wide[at], own, gap=0)
        else:
            row.put(text, own, limit=min(wide[at], max(0, width - 1 - column)))
        column += wide[at] + GAP
    return row.line()
