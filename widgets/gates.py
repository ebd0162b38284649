"""The launch checklist as a screen of its own: two lines a gate, unmet first, one under the cursor."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.frame import rule
from widgets.line import Line, Role, Row, wrap
from widgets.look import Look
from widgets.marks import Mark
from widgets.rows import Rows

TITLE, TEXT = 11, 12
"""Columns of a gate's title, and of its second line."""
_BY, _GOOD_TO, _GAP = 14, 11, 2
"""Cells of who vouches for it, and of until when."""
_NARROW = 64
"""Below so many columns who and until when are left out: the gate's own screen has them."""


class GateRow(Struct, frozen=True):
    """One gate.

    Attributes:
        by, good_to: who or what vouches for it, and until when; or "".
        text: what speaks for it, or what is missing.
        keys: what can be done about it, by key ("a attest  w waive"); "" for one that is met.
        apart: it is not counted, and stands below a rule.
    """

    mark: Mark
    title: str
    text: str
    by: str = ""
    good_to: str = ""
    keys: str = ""
    apart: bool = False


class GatesModel(Struct, frozen=True):
    """The whole list.

    Attributes:
        count: "6 of 8".
        rows: in the order shown.
        cursor: index of the row under the cursor.
        problem: why the list may say less than there is, or "".
        foot: said below the list, where there is room.
        apart: title of the rule above what is not counted.
    """

    count: str
    rows: tuple[GateRow, ...]
    cursor: int = 0
    title: str = "launch checklist"
    problem: str = ""
    foot: tuple[str, ...] = ()
    apart: str = "implied, not counted"


def paint(model: GatesModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """The head, the gates around the cursor, and the foot where there is room for it."""
    if height <= 0:
        return ()
    head = _head(model, width, look)
    lines: list[Line] = []
    first = last = 0
    for index, row in enumerate(model.rows):
        if row.apart and not (index and model.rows[index - 1].apart):
            lines.append(rule(width, look, model.apart))
        if index == model.cursor:
            first = len(lines)
        lines += _row(row, index == model.cursor, width, look)
        if index == model.cursor:
            last = len(lines)
    room = height - 1
    foot = _foot(model, width, look)
    if len(lines) + len(foot) <= room:
        lines += foot
    # The cursor's two lines are always among those shown, the first one at least.
    top = min(max(0, last - room), first)
    return (head, *lines[top : top + room])


def _head(model: GatesModel, width: int, look: Look) -> Line:
    right = model.count
    if width >= _NARROW:
        by, good_to = f"{'by':<{_BY}}", f"{'good to':>{_GOOD_TO - 1}}"
        right = f"{model.count}{' ' * _GAP}{by}{good_to}"
    if model.problem:
        right = model.count
    return rule(width, look, model.problem or model.title, right)


def _row(gate: GateRow, chosen: bool, width: int, look: Look) -> list[Line]:
    role = Role.TITLE if chosen else Role.PLAIN
    row = Row(width, look).put(look.pointer if chosen else " ", Role.TITLE)
    row.put(f"{look.mark(gate.mark)} {gate.mark.value}", role).to(TITLE)
    if width < TITLE + 10:
        row.put(" ")
    if width >= _NARROW:
        by = width - 1 - _GOOD_TO - _BY
        row.put(gate.title, role, limit=by - TITLE - 1).to(by)
        row.put(gate.by, limit=_BY - 1)
        row.right(gate.good_to, width - 1, Role.DIM)
    else:
        row.put(gate.title, role, limit=width - row.used - 1)
    keys = look.text(gate.keys)
    column = TEXT if width >= _NARROW else 4
    if cell_len(keys) > width // 3:
        keys = ""
    room = width - column - 1 - (cell_len(keys) + _GAP if keys else 0)
    text = wrap(look.text(gate.text), room, 1, look.ellipsis)[0]
    second = Row(width, look).to(column).put(text, Role.DIM if gate.mark is Mark.PASS else Role.PLAIN)
    return [row.line(), second.right(keys, width - 1).line()]


def _foot(model: GatesModel, width: int, look: Look) -> list[Line]:
    if not model.foot:
        return []
    lines = [rule(width, look)]
    for text in model.foot:
        pieces = wrap(look.text(text), max(1, width - 2))
        lines += [Row(width, look).to(1).put(piece, Role.DIM).line() for piece in pieces]
    return lines


class Gates(Rows[GatesModel]):
    """Fills the room it is given."""

    def paint(self, model: GatesModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
