"""One line under the banner for what is wrong with the program itself; there only while something is."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.line import Line, Role, Row
from widgets.look import Look
from widgets.marks import Mark
from widgets.rows import Rows


class FindingsModel(Struct, frozen=True):
    """What is wrong.

    Attributes:
        texts: the worst first; the first is shown, the others are counted.
        hint: where all of them stand ("! all").
    """

    texts: tuple[str, ...]
    hint: str = ""


def paint(model: FindingsModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """One line of `width` cells."""
    if height <= 0 or not model.texts:
        return ()
    more = len(model.texts) - 1
    right = look.text(f"{more} more, {model.hint}" if more else model.hint)
    row = Row(width, look).put(f" {look.mark(Mark.FAIL)} ", Role.TITLE)
    if width - row.used - cell_len(right) < 3 * cell_len(right):
        right = ""
    row.put(
        model.texts[0], Role.TITLE, limit=max(0, width - row.used - 1 - (cell_len(right) + 2 if right else 0))
    )
    return (row.right(right, width - 1).line(),)


class Findings(Rows[FindingsModel]):
    """One line high."""

    DEFAULT_CSS = "Findings { height: 1; }"

    def paint(self, model: FindingsModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
