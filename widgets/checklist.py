"""The launch checklist beside the signals: gates with their evidence, and what the next stage needs."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.frame import Part, fitted
from widgets.line import Line, Role, Row, wrap
from widgets.look import Look
from widgets.marks import Mark
from widgets.rows import Rows

SIDE_WIDTH = 43
"""Cells of this widget beside the signals in 120 columns, its left border included."""

EVIDENCE, FINDING, DETAIL = 6, 11, 30
"""Columns of a gate's evidence, of a finding's text, and of a criterion's detail."""


class GateModel(Struct, frozen=True):
    """One gate.

    Attributes:
        mark: how it stands.
        title: "kill switch tested".
        evidence: one sentence; wrapped to at most two lines.
        note: at the right of the title ("2"), or "".
    """

    mark: Mark
    title: str
    evidence: str = ""
    note: str = ""


class CriterionModel(Struct, frozen=True):
    """One criterion of the next stage: "no signal in BREACH", "error rate"."""

    mark: Mark
    title: str
    detail: str = ""


class ChecklistModel(Struct, frozen=True):
    """The whole side list.

    Attributes:
        title: "launch checklist".
        count: "7 of 8".
        gates: in the order shown.
        next_title: "next stage 50 %", or "" for no such section.
        next_state: "not now".
        criteria: of the next stage.
        findings: sentences, each shown as "finding  …" and wrapped.
    """

    title: str
    count: str
    gates: tuple[GateModel, ...]
    next_title: str = ""
    next_state: str = ""
    criteria: tuple[CriterionModel, ...] = ()
    findings: tuple[str, ...] = ()


def paint(model: ChecklistModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A rule joined to the left neighbour's, then the list behind a vertical border.

    Where it is too high, evidence goes first (that of gates that pass before that of others), then the
    findings and the criteria; gates go last.
    """
    head = Row(width, look).put(look.joint_top, Role.DIM).to(width, Role.DIM, look.across).line()
    body = fitted(_parts(model, width, look), height - 1)
    body += [_row(width, look).line()] * (height - 1 - len(body))
    return (head, *body)[:height]


def _row(width: int, look: Look) -> Row:
    return Row(width, look).put(look.down, Role.DIM).to(2)


def _parts(model: ChecklistModel, width: int, look: Look) -> list[Part]:
    empty = _row(width, look).line()
    parts: list[Part] = [((0, [_titled(model.title, model.count, width, look)]),), ((6, [empty]),)]
    for gate in model.gates:
        parts.append(((0, [_gate(gate, width, look)]),))
        holds = gate.mark in (Mark.PASS, Mark.WAIVED)
        if gate.evidence:
            forms = [(5, _text(gate.evidence, EVIDENCE, 2, width, look, Role.DIM))]
            forms.append((4 if holds else 1, _text(gate.evidence, EVIDENCE, 1, width, look, Role.DIM)))
            parts.append(tuple(forms))
    if model.next_title:
        parts += [((3, [empty]),), ((1, [_titled(model.next_title, model.next_state, width, look)]),)]
        parts += [((1, [_criterion(each, width, look)]),) for each in model.criteria]
    for index, finding in enumerate(model.findings):
        lines = _text(finding, FINDING, 4, width, look, Role.PLAIN, "finding")
        parts.append(((2, [empty, *lines] if index == 0 else lines),))
    return parts


def _text(
    words: str, column: int, most: int, width: int, look: Look, role: Role, label: str = ""
) -> list[Line]:
    texts = wrap(look.text(words), width - 1 - column, most, look.ellipsis)
    return [
        _row(width, look).put(label if index == 0 else "").to(column).put(text, role).line()
        for index, text in enumerate(texts)
    ]


def _titled(title: str, right: str, width: int, look: Look) -> Line:
    shown = look.text(right)
    row = _row(width, look).put(title, Role.TITLE, limit=max(0, width - 4 - cell_len(shown)))
    return row.right(shown, width - 1).line()


def _gate(gate: GateModel, width: int, look: Look) -> Line:
    note = look.text(gate.note)
    row = _row(width, look).put(f"{look.mark(gate.mark)} ")
    row.put(gate.title, limit=max(0, width - 6 - cell_len(note)))
    return row.right(note, width - 1).line()


def _criterion(criterion: CriterionModel, width: int, look: Look) -> Line:
    row = _row(width, look).put(f"{look.mark(criterion.mark)} ")
    # The detail has its column where there is room, and follows the title where there is not.
    row.put(criterion.title, limit=max(0, width - 6)).to(min(DETAIL, max(row.used + 2, width - 14)))
    if criterion.detail:
        row.to(row.used + 1 if row.used > DETAIL else DETAIL).put(
            criterion.detail, limit=max(0, row.room - 1)
        )
    return row.line()


class Checklist(Rows[ChecklistModel]):
    """Stands at the right of `Signals`, as high as it; the first cell of each row is the border between."""

    def paint(self, model: ChecklistModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
