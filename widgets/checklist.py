"""The launch checklist beside the signals: gates with their evidence, and what the next stage needs."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.marks import Mark
from widgets.rows import Rows

SIDE_WIDTH = 43
"""Cells of this widget beside the signals in 120 columns, its left border included."""


@dataclass(frozen=True, slots=True)
class GateModel:
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


@dataclass(frozen=True, slots=True)
class CriterionModel:
    """One criterion of the next stage: "no signal in BREACH", "error rate"."""

    mark: Mark
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ChecklistModel:
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
    """A rule joined to the left neighbour's, then the list behind a vertical border; the least is dropped first."""
    raise NotImplementedError


class Checklist(Rows[ChecklistModel]):
    """Stands at the right of `Signals`, as high as it; its first cell of each row is the border between them."""

    def paint(self, model: ChecklistModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
