"""A kill as it climbs: rungs with their times, what to do meanwhile, and what is left to do after."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.line import Line
from widgets.look import Look
from widgets.marks import Mark, Tone
from widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class RungModel:
    """One rung, or one more line of the rung above (with an empty name).

    Attributes:
        mark: PASS came true, NOW, TO_COME, UNKNOWN, FAIL did not come true.
        name: "journaled", "lever 1".
        seconds: "0.01 s", or "".
        text: what happened.
        note: at the right edge ("is confirmed"), or "".
    """

    mark: Mark
    name: str
    seconds: str = ""
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NoteModel:
    """A line of a section: an optional mark and label before the text, which is wrapped under itself."""

    text: str
    label: str = ""
    mark: Mark | None = None
    right: str = ""


@dataclass(frozen=True, slots=True)
class SectionModel:
    """A titled part under the rungs ("while you wait", "what is left to do")."""

    title: str
    notes: tuple[NoteModel, ...]


@dataclass(frozen=True, slots=True)
class LadderModel:
    """The whole frame.

    Attributes:
        title: "KILLING  support-drafts".
        tone: DANGER while it is not yet proven.
        rungs: in climbing order.
        notes: lines under the rungs, after a blank one.
        sections: titled parts under them.
    """

    title: str
    rungs: tuple[RungModel, ...]
    tone: Tone = Tone.PLAIN
    notes: tuple[NoteModel, ...] = ()
    sections: tuple[SectionModel, ...] = ()


def paint(model: LadderModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
    """A frame as high as its content, blank below; the sections' last lines go first when short."""
    raise NotImplementedError


class Ladder(Rows[LadderModel]):
    """Fills the room between banner and footer."""

    def paint(self, model: LadderModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
