"""One launch gate a screen: asked, why, seen, missing, what to do, and what the meeting said."""

from __future__ import annotations

from msgspec import Struct

from widgets.frame import rule
from widgets.line import Line, Role, Row, wrap
from widgets.look import Look
from widgets.marks import Mark
from widgets.rows import Rows

TEXT = 14
"""Column of the texts; their labels stand before it."""
_SAID = 4
"""Lines at most for what the meeting said, its rule included."""
_LEAST = 12
"""Lines of a screen below which what was said scrolls with the rest."""


class SeenRow(Struct, frozen=True):
    """One piece of what was seen; None is no mark."""

    mark: Mark | None
    text: str


class WalkModel(Struct, frozen=True):
    """One gate.

    Attributes:
        where: at the right of the rule ("gate 2 of 8, unmet first").
        by: who or what vouches for it, since when and until when, in words, or "".
        found: what speaks for it, or what was found.
        missing, fix: "" when it is met.
        said: what the meeting said of it; what to do while it has said nothing.
        top: lines scrolled by.
    """

    mark: Mark
    title: str
    asked: str
    why: str
    found: str
    seen: tuple[SeenRow, ...]
    where: str = ""
    by: str = ""
    missing: str = ""
    fix: str = ""
    said: str = ""
    top: int = 0


def body(model: WalkModel, width: int, look: Look) -> list[Line]:
    """Everything of the gate, before it is scrolled."""
    row = Row(width, look).put(f" {look.mark(model.mark)} {model.mark.value}", Role.TITLE)
    sections: list[list[Line]] = [
        [(), row.to(TEXT).put(model.title, Role.TITLE).line()],
        [*_labelled("asked", model.asked, width, look), *_labelled("why", model.why, width, look)],
        [*_labelled("found", model.found, width, look), *_labelled("by", model.by, width, look)],
        [],
        [*_labelled("missing", model.missing, width, look), *_labelled("to fix", model.fix, width, look)],
    ]
    for index, seen in enumerate(model.seen):
        mark = look.mark(seen.mark) if seen.mark else look.dot
        sections[3] += _labelled("seen" if index == 0 else "", seen.text, width, look, mark)
    lines: list[Line] = []
    for section in sections:
        if section:
            lines += [*([()] if lines else []), *section]
    return lines


def last_top(model: WalkModel, width: int, height: int, look: Look) -> int:
    """The greatest `top` that still fills the screen."""
    lines = len(body(model, width, look))
    if height >= _LEAST:
        return max(0, lines - (height - 1 - len(_said(model, width, look))))
    return max(0, lines + len(_said(model, width, look)) - max(1, height - 1))


def paint(model: WalkModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A rule, the gate, and at the bottom what the meeting said."""
    if height <= 0:
        return ()
    lines, said = body(model, width, look), _said(model, width, look)
    room = height - 1
    if height >= _LEAST:
        room -= len(said)
    else:
        lines, said = [*lines, *said], []
    top = min(max(0, model.top), max(0, len(lines) - max(1, room)))
    more = len(lines) - top - room
    where = f"{model.where} {look.dot} {more} lines below" if more > 0 and model.where else model.where
    shown = lines[top : top + room]
    shown += [()] * (room - len(shown))
    head = rule(width, look, "walk-through", where)
    return (head, *(Row(width, look).spans(line).line() for line in shown), *said)


def _labelled(label: str, text: str, width: int, look: Look, mark: str = "") -> list[Line]:
    if not text:
        return []
    column = TEXT if width >= 3 * TEXT else 2
    lines: list[Line] = []
    if column < TEXT and label:
        lines.append(Row(width, look).put(f" {label}", Role.DIM).line())
        label = ""
    start = column + (2 if mark else 0)
    for index, piece in enumerate(wrap(look.text(text), max(1, width - start - 1))):
        row = Row(width, look).put(f" {label}" if index == 0 and label else "", Role.DIM).to(column)
        if mark and index == 0:
            row.put(mark)
        lines.append(row.to(start).put(piece).line())
    return lines


def _said(model: WalkModel, width: int, look: Look) -> list[Line]:
    head = rule(width, look, "what the meeting said")
    pieces = wrap(look.text(model.said), max(1, width - 2), _SAID - 1, look.ellipsis)
    return [head, *(Row(width, look).put(" ").put(piece).line() for piece in pieces)]


class Walk(Rows[WalkModel]):
    """Fills the room it is given."""

    def paint(self, model: WalkModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
