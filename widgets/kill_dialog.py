"""The kill dialog: what will happen, by which levers, and the word that confirms it."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.marks import Tone
from widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class FactModel:
    """ "flag", "support-drafts-ai    ON at 25 %  →  OFF", "(OFF is the kill)"; an empty label goes on from above."""

    label: str
    text: str
    right: str = ""


@dataclass(frozen=True, slots=True)
class LeverModel:
    """ "lever 1", "unleash", "ARMED ✓ 03:09", "switch off in production", "≤ 5 s"."""

    name: str
    label: str
    arming: str
    does: str
    limit: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class KillDialogModel:
    """The whole dialog.

    Attributes:
        title: "KILL  support-drafts".
        lead: "Turns the AI path OFF for every user in production. Real users."
        facts: label and text, in order.
        levers_title: "what is sent".
        levers: in order.
        levers_notes: lines under them.
        runbook_title: "runbook, error rate".
        runbook: (number, text) steps.
        word: what must be typed ("kill").
        typed: what has been typed so far.
        message: at the right of the typed word ("Enter: not yet, 1 letter to go").
        ready: the word is complete; Enter kills.
    """

    title: str
    lead: str
    facts: tuple[FactModel, ...]
    levers: tuple[LeverModel, ...]
    word: str
    typed: str = ""
    message: str = ""
    ready: bool = False
    levers_title: str = "what is sent"
    levers_notes: tuple[str, ...] = ()
    runbook_title: str = ""
    runbook: tuple[tuple[str, str], ...] = ()


def paint(model: KillDialogModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A frame as high as its content, blank below; never without its lead, levers and confirm line."""
    raise NotImplementedError


class KillDialog(Rows[KillDialogModel]):
    """Draws only: the screen reads the keys and shows each next model."""

    def paint(self, model: KillDialogModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
