"""Rules and frames: ``─ title ─────``, ``┌─ title ─┐``, ``├─ title ─┤``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from widgets.line import Line, Role, Row
from widgets.look import Look

Part = tuple[tuple[int, Sequence[Line]], ...]
"""Some lines in one or more forms, the fullest first; each with how early it gives way to the next.

Rank 0 never gives way; after its last form a part is dropped.
"""


def rule(
    width: int,
    look: Look,
    title: str = "",
    right: str = "",
    joint: int | None = None,
    role: Role = Role.PLAIN,
) -> Line:
    """A horizontal line with a title (of `role`) at its left and a text at its right.

    `joint` is the column where a vertical border from above ends in it; a text there hides it.
    """
    row = Row(width, look)
    if title:
        row.put(f"{look.across} ", Role.DIM).put(title, role, limit=max(0, width - 5)).put(" ", Role.DIM)
    shown = look.text(right)
    start = width - 3 - cell_len(shown)
    if not shown or start <= row.used:
        start = width
    if joint is not None and row.used <= joint < start:
        row.to(joint, Role.DIM, look.across).put(look.joint_bottom, Role.DIM)
    row.to(start, Role.DIM, look.across)
    if start < width:
        row.put(f" {shown} ", Role.PLAIN)
    return row.to(width, Role.DIM, look.across).line()


def top(width: int, look: Look, title: str, role: Role = Role.PLAIN) -> Line:
    """The upper edge of a frame."""
    return _edge(width, look, look.top_left, look.top_right, title, role)


def divider(width: int, look: Look, title: str) -> Line:
    """The edge between two sections of a frame."""
    return _edge(width, look, look.joint_left, look.joint_right, title, Role.PLAIN)


def bottom(width: int, look: Look) -> Line:
    """The lower edge of a frame."""
    return _edge(width, look, look.bottom_left, look.bottom_right, "", Role.PLAIN)


def _edge(width: int, look: Look, left: str, right: str, title: str, role: Role) -> Line:
    row = Row(width, look).put(left, Role.DIM)
    if title and width > 8:
        row.put(f"{look.across} ", Role.DIM).put(title, role, limit=width - 6).put(" ", Role.DIM)
    return row.to(width - 1, Role.DIM, look.across).put(right, Role.DIM).line()


def inside(width: int, look: Look) -> Row:
    """A row begun with the frame's left edge, its cursor on column 2; end it with `closed`."""
    return Row(width, look).put(look.down, Role.DIM).to(2)


def closed(row: Row, width: int, look: Look) -> Line:
    """The row, ended by the frame's right edge."""
    return row.to(width - 1).put(look.down, Role.DIM).line()


def fitted(parts: Iterable[Part], height: int) -> list[Line]:
    """The lines of all parts, in order, each in its fullest form that leaves `height` for all.

    The part whose form has the highest rank gives way first, of equals the last one. Forms of rank 0 stay,
    and may still be too many: the caller cuts.
    """
    kept = list(parts)
    while sum(len(part[0][1]) for part in kept) > height:
        rank = max(part[0][0] for part in kept)
        if rank == 0:
            break
        last = max(index for index, part in enumerate(kept) if part[0][0] == rank)
        if len(kept[last]) > 1:
            kept[last] = kept[last][1:]
        else:
            del kept[last]
    return [line for part in kept for line in part[0][1]]
