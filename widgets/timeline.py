"""What happened last, a row each."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.frame import rule
from widgets.line import Line, Role, Row
from widgets.look import Look
from widgets.rows import Rows

KIND, TEXT = 12, 23
"""Columns of what kind of event it is, and of what happened."""

LEAST_TEXT = 24


class TimelineRow(Struct, frozen=True):
    """One event: "03:00:12", "verdict", "error rate WATCH → BREACH", "console"."""

    time: str
    kind: str
    text: str
    source: str = ""


class TimelineModel(Struct, frozen=True):
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
    if height <= 0:
        return ()
    newest = model.rows[max(0, len(model.rows) - (height - 1)) :]
    head = rule(width, look, model.title, model.hint, model.joint)
    return (head, *(_row(row, width, look) for row in newest))


def _row(event: TimelineRow, width: int, look: Look) -> Line:
    row = Row(width, look).to(2).put(event.time, Role.DIM, limit=9).to(KIND)
    row.put(event.kind, Role.DIM, limit=TEXT - KIND - 1).to(TEXT)
    source = look.text(event.source)
    # The source is worth a column only beside a text that can be read.
    if width - TEXT - cell_len(source) - 3 < LEAST_TEXT:
        source = ""
    end = width - 1
    row.put(event.text, Role.DIM, limit=max(0, end - TEXT - (cell_len(source) + 2 if source else 0)))
    return row.right(source, end, Role.DIM).line()


class Timeline(Rows[TimelineModel]):
    """As high as the screen gives: one rule and the rest rows."""

    def paint(self, model: TimelineModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
