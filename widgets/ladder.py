"""A kill as it climbs: rungs with their times, what to do meanwhile, and what is left to do after."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.frame import Part, bottom, closed, divider, fitted, inside, top
from widgets.line import TONES, Line, Role, wrap
from widgets.look import Look
from widgets.marks import Mark, Tone
from widgets.rows import Rows

NAME, SECONDS_END, TEXT = 4, 23, 26
"""Columns of a rung: its name, where its time ends, what happened."""

NOTE_TEXT = 14
"""Column of a note's text after a label."""


class RungModel(Struct, frozen=True):
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


class NoteModel(Struct, frozen=True):
    """A line of a section: an optional mark and label before the text, which is wrapped under itself."""

    text: str
    label: str = ""
    mark: Mark | None = None
    right: str = ""


class SectionModel(Struct, frozen=True):
    """A titled part under the rungs ("while you wait", "what is left to do")."""

    title: str
    notes: tuple[NoteModel, ...]


class LadderModel(Struct, frozen=True):
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
    """A frame as high as its content, blank below.

    Where it is too high second lines of rungs go first, then sections from the last, then notes.
    """
    if height < 2:
        return ()
    body = fitted(_parts(model, width, look), height - 2)[: height - 2]
    head = top(width, look, model.title, TONES[model.tone] if model.tone is not Tone.PLAIN else Role.TITLE)
    return (head, *body, bottom(width, look))


def _parts(model: LadderModel, width: int, look: Look) -> list[Part]:
    parts: list[Part] = []
    for rung in model.rungs:
        full, short = (_rung(rung, model.tone, most, width, look) for most in (3, 1))
        parts.append(((9, full), (0, short)))
    if model.notes:
        parts.append(((2, [closed(inside(width, look), width, look)]),))
        parts += [((1, _note(note, width, look)),) for note in model.notes]
    for index, section in enumerate(model.sections):
        rank = 3 + min(index, 5)
        notes = [_note(note, width, look) for note in section.notes] or [[]]
        parts.append(((rank, [divider(width, look, section.title), *notes[0]]),))
        parts += [((rank, lines),) for lines in notes[1:]]
    return parts


def _rung(rung: RungModel, tone: Tone, most: int, width: int, look: Look) -> list[Line]:
    alarm = rung.mark is Mark.FAIL
    loud = alarm or rung.mark is Mark.UNKNOWN or (rung.mark is Mark.NOW and tone is Tone.DANGER)
    role = Role.DANGER if alarm else Role.DIM if rung.mark is Mark.TO_COME else Role.PLAIN
    row = inside(width, look).put(look.mark(rung.mark), Role.DANGER if loud else role).to(NAME)
    row.put(rung.name, role, limit=SECONDS_END - NAME - 7).right(rung.seconds, SECONDS_END, role)
    note = look.text(rung.note)
    end = width - 2 if not note else width - 5 - cell_len(note)
    first, *more = wrap(look.text(rung.text), max(8, end - TEXT), most, look.ellipsis)
    row.to(TEXT).put(first, role, limit=max(0, width - 1 - TEXT)).right(note, width - 3, role)
    lines = [closed(row, width, look)]
    for text in more:
        row = inside(width, look).to(TEXT).put(text, role, limit=max(0, width - 1 - TEXT))
        lines.append(closed(row, width, look))
    return lines


def _note(note: NoteModel, width: int, look: Look) -> list[Line]:
    row = inside(width, look)
    if note.mark is not None:
        row.put(f"{look.mark(note.mark)} ")
    if note.label:
        row.put(note.label, limit=10).to(NOTE_TEXT)
    start, right, below = row.used, look.text(note.right), ""
    if right and start + cell_len(look.text(note.text)) + 2 + cell_len(right) > width - 2:
        right, below = "", right
    room = width - 2 - start - (cell_len(right) + 2 if right else 0)
    lines: list[Line] = []
    for index, text in enumerate(wrap(look.text(note.text), max(8, room), 4, look.ellipsis)):
        if index:
            row = inside(width, look).to(start)
        row.put(text, limit=max(0, width - 2 - row.used))
        lines.append(closed(row.right(right, width - 2) if index == 0 else row, width, look))
    if below:
        lines.append(closed(inside(width, look).right(below, width - 2), width, look))
    return lines


class Ladder(Rows[LadderModel]):
    """Fills the room between banner and footer."""

    def paint(self, model: LadderModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)
