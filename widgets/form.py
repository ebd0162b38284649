"""What stands around the fields of a form: the question above, and beside each field what is accepted."""

from __future__ import annotations

from msgspec import Struct

from widgets.frame import rule
from widgets.line import Line, Role, Row, blank, wrap
from widgets.look import Look
from widgets.rows import Rows

LABEL = 11
"""Column of texts and fields, their labels before them."""


class QuestionModel(Struct, frozen=True):
    """What is asked.

    Attributes:
        title: in the rule.
        about: texts, each with a label before it or "", wrapped beside it.
    """

    title: str
    about: tuple[tuple[str, str], ...] = ()


class AdviceModel(Struct, frozen=True):
    """What is accepted, or why what stands in the field is not.

    Attributes:
        wrong: it is the second.
        column: where the text begins.
    """

    text: str
    wrong: bool = False
    column: int = 0


def question_lines(model: QuestionModel, width: int, look: Look) -> list[Line]:
    """The rule and the texts, all of them, and an empty line."""
    lines = [rule(width, look, model.title)]
    for label, text in model.about:
        column = LABEL if width >= 4 * LABEL and label else 1
        words = text if column > 1 or not label else f"{label}: {text}"
        for index, piece in enumerate(wrap(look.text(words), max(1, width - column - 1))):
            row = Row(width, look).to(1).put(label if column > 1 and index == 0 else "", Role.DIM)
            lines.append(row.to(column).put(piece).line())
    return [*lines, blank(width)]


def advice_lines(model: AdviceModel, width: int, look: Look) -> list[Line]:
    """The text, wrapped."""
    role = Role.TITLE if model.wrong else Role.DIM
    pieces = wrap(look.text(model.text), max(1, width - model.column - 1))
    return [Row(width, look).to(model.column).put(piece, role).line() for piece in pieces]


class Question(Rows[QuestionModel]):
    """As high as it is given; what does not fit is cut at the end."""

    def paint(self, model: QuestionModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """The first lines."""
        return tuple(question_lines(model, width, look)[:height])


class Advice(Rows[AdviceModel]):
    """Below a field, or a label before it."""

    def paint(self, model: AdviceModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """The first lines."""
        return tuple(advice_lines(model, width, look)[:height])
