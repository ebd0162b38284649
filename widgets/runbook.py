"""Lines that someone scrolls through: the runbook, already rendered."""

from __future__ import annotations

from msgspec import Struct

from widgets.frame import rule
from widgets.line import Line, Row
from widgets.look import Look
from widgets.rows import Rows


class RunbookModel(Struct, frozen=True):
    """A text and how far it is scrolled.

    Attributes:
        title: in the rule on top, or "".
        lines: spans of text and role, each line already wrapped by who made it; a longer one is cut.
        top: index of the first line shown; held within the text when painted.
        note: at the right of the rule ("truth checked 03:09"), or ""; the lines shown stand after it.
    """

    title: str
    lines: tuple[Line, ...]
    top: int = 0
    note: str = ""


def last_top(lines: int, height: int) -> int:
    """The greatest `top` that still fills a widget of `height` rows, its rule included."""
    return max(0, lines - max(1, height - 1))


def paint(model: RunbookModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A rule and the lines from `top` on."""
    if height <= 0:
        return ()
    top = min(max(0, model.top), last_top(len(model.lines), height))
    shown = model.lines[top : top + height - 1]
    where = f"{top + 1}-{top + len(shown)} of {len(model.lines)}" if shown else ""
    if len(shown) == len(model.lines):
        where = ""
    right = f" {look.dot} ".join(text for text in (model.note, where) if text)
    head = rule(width, look, model.title, right)
    return (head, *(Row(width, look).spans(line).line() for line in shown))


class Runbook(Rows[RunbookModel]):
    """Draws only: the screen moves `top`, at most to `last_top(len(lines), widget.size.height)`."""

    def paint(self, model: RunbookModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
