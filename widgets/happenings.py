"""The whole timeline: what happened, by day, with a cursor, following what comes."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from rich.cells import cell_len

from widgets.frame import rule
from widgets.line import Line, Role, Row, wrap
from widgets.look import Look
from widgets.rows import Rows

KIND, TEXT = 12, 24
"""Columns of what kind of thing it is, and of what happened."""
_SHORT, _SHORT_TEXT = 12, 4
_NARROW = 56
"""Below so many columns the text has lines of its own."""
_MOST = 12
"""Lines of one happening; a longer one is cut, `y` copies the whole."""


class HappeningRow(Struct, frozen=True):
    """One happening.

    Attributes:
        day: "Tue 24 Nov"; where it differs from the row's before, a rule with it comes first.
        who: at the right of the first line ("Jonas Ek, ssh 10.0.3.7").
    """

    day: str
    time: str
    kind: str
    text: str
    who: str = ""


class HappeningsModel(Struct, frozen=True):
    """The timeline.

    Attributes:
        rows: oldest first.
        cursor: index of the row under the cursor; None follows the newest.
        offset: the screen line, counted from the first below the rule, on which the cursor's row begins.
        below: how many have come since the cursor left the newest.
        filter: what the rows have in them, or "".
        typing: the filter is being typed.
        empty: said where there is no row.
    """

    rows: tuple[HappeningRow, ...]
    cursor: int | None = None
    offset: int = 0
    below: int = 0
    filter: str = ""
    typing: bool = False
    empty: str = "nothing has happened yet"
    title: str = "timeline"


def laid_out(model: HappeningsModel, width: int, look: Look) -> tuple[list[Line], list[int]]:
    """Every line, and the line on which each row begins; its day's rule stands before it."""
    lines: list[Line] = []
    starts: list[int] = []
    day = ""
    for index, row in enumerate(model.rows):
        if row.day != day:
            day = row.day
            lines.append(rule(width, look, day, role=Role.DIM))
        starts.append(len(lines))
        lines += _row(row, index == model.cursor, width, look)
    return lines, starts


def top_of(model: HappeningsModel, lines: list[Line], starts: list[int], room: int) -> int:
    """The first line shown."""
    last = max(0, len(lines) - room)
    if model.cursor is None or not starts:
        return last
    cursor = min(model.cursor, len(starts) - 1)
    begin = starts[cursor]
    end = starts[cursor + 1] if cursor + 1 < len(starts) else len(lines)
    offset = max(0, min(model.offset, room - (end - begin)))
    return max(0, min(begin - offset, last))


def paint(model: HappeningsModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A rule, and the rows around the cursor or up to the newest."""
    if height <= 0:
        return ()
    lines, starts = laid_out(model, width, look)
    room = height - 1
    head = rule(width, look, model.title, _right(model, look))
    if not lines:
        text = f"nothing has '{model.filter}' in it" if model.filter else model.empty
        return (head, Row(width, look).put(" ").put(text, Role.DIM).line())[:height]
    top = top_of(model, lines, starts, room)
    return (head, *lines[top : top + room])


def _right(model: HappeningsModel, look: Look) -> str:
    words: list[str] = []
    if model.typing:
        words.append(f"/ {model.filter}{look.cursor}")
    elif model.filter:
        words.append(f"/ {model.filter}")
    if model.below:
        words.append(f"{model.below} new below")
    elif model.cursor is None:
        words.append("live")
    return f" {look.dot} ".join(words)


@lru_cache(2048)
def _row(event: HappeningRow, chosen: bool, width: int, look: Look) -> tuple[Line, ...]:
    role = Role.TITLE if chosen else Role.PLAIN
    row = Row(width, look).put(look.pointer if chosen else " ", Role.TITLE).to(2)
    row.put(event.time, Role.DIM, limit=9)
    if width < _NARROW:
        row.to(_SHORT).put(event.kind, Role.DIM, limit=max(0, width - _SHORT - 1))
        pieces = wrap(look.text(event.text), max(1, width - _SHORT_TEXT - 1), _MOST, look.ellipsis)
        return (
            row.line(),
            *(Row(width, look).to(_SHORT_TEXT).put(piece, role).line() for piece in pieces),
        )
    row.to(KIND).put(event.kind, Role.DIM, limit=TEXT - KIND - 1).to(TEXT)
    who = look.text(event.who)
    if width - TEXT - cell_len(who) - 3 < TEXT:
        who = ""
    room = max(1, width - 1 - TEXT - (cell_len(who) + 2 if who else 0))
    pieces = wrap(look.text(event.text), room, _MOST, look.ellipsis)
    return (
        row.put(pieces[0], role).right(who, width - 1, Role.DIM).line(),
        *(Row(width, look).to(TEXT).put(piece, role).line() for piece in pieces[1:]),
    )


class Happenings(Rows[HappeningsModel]):
    """Fills the room it is given."""

    def paint(self, model: HappeningsModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
