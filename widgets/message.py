"""A message in the middle of an otherwise empty place."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.marks import Tone
from widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class MessageModel:
    """What is being waited for, or what is wrong and what to do now.

    Attributes:
        lines: sentences, each wrapped to the width.
        title: in the frame; "" for no frame.
        tone: of the title and the first line.
    """

    lines: tuple[str, ...]
    title: str = ""
    tone: Tone = Tone.PLAIN


def paint(model: MessageModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """The text in the middle, in a frame when it has a title."""
    raise NotImplementedError


class Message(Rows[MessageModel]):
    """Fills the room it is given."""

    def paint(self, model: MessageModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
