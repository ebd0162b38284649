"""The kill dialog: what will happen, by which levers, and the word that confirms it."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from widgets.frame import Part, bottom, closed, divider, fitted, inside, top
from widgets.line import TONES, Line, Role, plain_text, wrap
from widgets.look import Look
from widgets.marks import Tone
from widgets.rows import Rows

LABELLED, LEVER_ARMING, LEVER_DOES = 13, 23, 40
"""Columns of a text after its label, of a lever's arming, and of what the lever does."""
TOO_SMALL = "too small"
"""Stands where the message has no room: half a message could be taken for a whole one."""
MOST_LABEL = 14
"""Cells of a lever's label; a wide one moves the arming to the right."""


class FactModel(Struct, frozen=True):
    """One thing that will happen: "flag", "support-drafts-ai  ON  →  OFF", "(OFF is the kill)".

    An empty label goes on from the fact above.
    """

    label: str
    text: str
    right: str = ""


class LeverModel(Struct, frozen=True):
    """ "lever 1", "unleash", "ARMED ✓ 03:09", "switch off in production", "≤ 5 s"."""

    name: str
    label: str
    arming: str
    does: str
    limit: str = ""
    tone: Tone = Tone.PLAIN


class KillDialogModel(Struct, frozen=True):
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
    if height < 4:
        return tuple(_confirm(model, width, 1, look))[:height]
    confirm = _confirm(model, width, height - 3, look)
    room = height - 2 - len(confirm)
    body = fitted(_parts(model, width, look), room)[:room]
    return (top(width, look, model.title, Role.DANGER), *body, *confirm, bottom(width, look))


def _parts(model: KillDialogModel, width: int, look: Look) -> list[Part]:
    """Everything but edges and confirm line; the rank says how early it is given up."""
    lead, short_lead = (
        [
            closed(inside(width, look).put(text, Role.TITLE), width, look)
            for text in wrap(look.text(model.lead), width - 4, most, look.ellipsis)
        ]
        for most in (3, 1)
    )
    parts: list[Part] = [((4, lead), (0, short_lead)), ((9, [closed(inside(width, look), width, look)]),)]
    for index, fact in enumerate(model.facts):
        full, short = (_fact(fact, most, width, look) for most in (3, 1))
        parts.append(((6, full), (5 if not fact.label else 0 if index == 0 else 3, short)))
    parts.append(((5, [divider(width, look, model.levers_title)]),))
    arming = max((cell_len(look.text(lever.arming)) for lever in model.levers), default=0)
    labels = max((cell_len(look.text(lever.label)) for lever in model.levers), default=0)
    column = max(LEVER_ARMING, LABELLED + min(labels, MOST_LABEL) + 1)
    parts += [((0, [_lever(lever, column, arming, width, look)]),) for lever in model.levers]
    parts += [((6, _fact(FactModel("", note), 2, width, look)),) for note in model.levers_notes]
    for index, step in enumerate(model.runbook):
        full, short = (_step(*step, most, width, look) for most in (3, 1))
        heading = [divider(width, look, model.runbook_title)] if index == 0 else []
        parts.append(((8, [*heading, *full]), (7, [*heading, *short])))
    parts.append(((2, [divider(width, look, "confirm")]),))
    return parts


def _fact(fact: FactModel, most: int, width: int, look: Look) -> list[Line]:
    row = inside(width, look).put(fact.label, limit=LABELLED - 3).to(LABELLED)
    right, shown = look.text(fact.right), look.text(fact.text)
    room = width - 2 - LABELLED
    if right and cell_len(shown) + 2 + cell_len(right) > room:
        # What the text says comes first; the aside gives way.
        right = ""
    first, *more = wrap(shown, max(8, room), most, look.ellipsis)
    lines = [closed(row.put(first, limit=max(0, room + 1)).right(right, width - 2), width, look)]
    for text in more:
        row = inside(width, look).to(LABELLED).put(text, limit=max(0, room + 1))
        lines.append(closed(row, width, look))
    return lines


def _lever(lever: LeverModel, column: int, arming_cells: int, width: int, look: Look) -> Line:
    """One lever; its arming begins in `column`, after the widest label."""
    row = inside(width, look).put(lever.name, limit=LABELLED - 3).to(LABELLED)
    row.put(lever.label, limit=max(0, min(column, width - 1) - LABELLED - 1)).to(min(column, width - 1))
    limit = look.text(lever.limit)
    end = width - 2 - (cell_len(limit) + 1 if limit else 0)
    row.put(lever.arming, TONES[lever.tone], limit=max(0, end - row.used))
    # The column after the widest arming, as far as it leaves room for what the lever does.
    does = max(LEVER_DOES, min(column + arming_cells + 2, end - 16))
    start = max(does, row.used + 2)
    if start < end:
        row.to(start).put(lever.does, limit=end - start)
    return closed(row.right(limit, width - 2), width, look)


def _step(number: str, words: str, most: int, width: int, look: Look) -> list[Line]:
    start = 3 + max(2, cell_len(look.text(number)) + 1)
    lines: list[Line] = []
    for index, text in enumerate(wrap(look.text(words), max(8, width - 2 - start), most, look.ellipsis)):
        row = inside(width, look)
        if index == 0:
            row.put(number, Role.TITLE, limit=max(0, start - 3))
        lines.append(closed(row.to(start).put(text, limit=max(0, width - 1 - row.used)), width, look))
    return lines


def _confirm(model: KillDialogModel, width: int, most: int, look: Look) -> list[Line]:
    """The typed word and the message beside it; a message that is too long for that has a line of its own."""
    row = inside(width, look)
    row.put(f"type  {look.text(model.word)}  {look.pointer} ", Role.DANGER, limit=max(0, width - 8))
    row.put(model.typed, Role.DANGER, limit=max(0, width - 3 - row.used)).put(look.cursor, Role.DANGER)
    cells = cell_len(look.text(model.message))
    if cells <= width - 3 - row.used - 2:
        return [closed(row.right(model.message, width - 3, Role.DANGER, gap=2), width, look)]
    if most < 2 or cells > width - 4:
        if width - 3 - row.used - 2 < cell_len(TOO_SMALL):
            # Why Enter does nothing comes before what is to be typed.
            row = inside(width, look).put(TOO_SMALL, Role.DANGER, limit=max(0, width - 3))
            return [closed(row, width, look)]
        return [closed(row.right(TOO_SMALL, width - 3, Role.DANGER, gap=2), width, look)]
    own = inside(width, look).put(model.message, Role.DANGER)
    return [closed(row, width, look), closed(own, width, look)]


class KillDialog(Rows[KillDialogModel]):
    """Draws only: the screen reads the keys and shows each next model."""

    def paint(self, model: KillDialogModel, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """As the function `paint`."""
        return paint(model, width, height, look)

    @property
    def message_shown(self) -> bool:
        """Whether the newest model's message stands on the screen, whole."""
        message = self.model.message if self.model else ""
        return bool(message) and any(self._look.text(message) in plain_text(line) for line in self._lines)
