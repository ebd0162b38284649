"""A message in the middle of an otherwise empty place."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.frame import bottom, closed, inside, top
from widgets.line import TONES, Line, Role, Row, blank, wrap
from widgets.look import Look
from widgets.marks import Tone
from widgets.rows import Rows


class MessageModel(Struct, frozen=True):
    """What is being waited for, or what is wrong and what to do now.

    Attributes:
        lines: sentences, each wrapped to the width.
        title: in the frame; "" for no frame.
        tone: of the title and the first line.
    """

    lines: tuple[str, ...]
    title: str = ""
    tone: Tone = Tone.PLAIN


WIDEST = 72
"""Longer lines are hard to read."""


def paint(model: MessageModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """The text in the middle, in a frame when it has a title."""
    room = max(1, min(WIDEST, width - 6))
    texts: list[tuple[str, Role]] = []
    for index, sentence in enumerate(model.lines):
        role = TONES[model.tone] if index == 0 else Role.PLAIN
        texts += [(text, role) for text in wrap(look.text(sentence), room)]
    framed = bool(model.title) and height >= 3 and width >= 12
    texts = texts[: max(0, height - 2 * framed)]
    wide = max([cell_len(text) for text, _ in texts], default=0)
    if framed:
        wide = max(wide, min(cell_len(look.text(model.title)) + 2, room))
        lines = [top(wide + 4, look, model.title, TONES[model.tone])]
        lines += [closed(inside(wide + 4, look).put(text, role), wide + 4, look) for text, role in texts]
        lines.append(bottom(wide + 4, look))
    else:
        lines = [((text, role),) for text, role in texts]
    start = max(0, (width - wide - 4 * framed) // 2)
    above = max(0, (height - len(lines)) // 2)
    shown = [Row(width, look).to(start).spans(line).line() for line in lines]
    return (*(blank(width) for _ in range(above)), *shown)


class Message(Rows[MessageModel]):
    """Fills the room it is given."""

    def paint(self, model: MessageModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
