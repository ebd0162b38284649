"""What stands around the fields of a form: the question above, and beside each field what is accepted."""

from __future__ import annotations

from msgspec import Struct

from widgets.frame import rule
from widgets.line import Line, Role, Row, wrap
from widgets.look import Look
from widgets.rows import Rows


class QuestionModel(Struct, frozen=True):
    """What is asked.

    Attributes:
        title: in the rule.
        about: lines of text, each wrapped.
    """

    title: str
    about: tuple[str, ...] = ()


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
    """The rule and the texts, all of them."""
    lines = [rule(width, look, model.title)]
    for text in model.about:
        lines += [
            Row(width, look).to(1).put(piece).line() for piece in wrap(look.text(text), max(1, width - 2))
        ]
    return lines


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
