"""A question that is answered by typing, and written into the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from console.drilling.target import DrillOrder
from console.restoring.carry import Order
from console.text import plain
from console.tui import actions
from console.tui.forms import LONGEST, Field, Form, Wrong, form_for
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.written import written
from widgets.form import LABEL, Advice, AdviceModel, Question, QuestionModel, advice_lines, question_lines

if TYPE_CHECKING:
    from console.incident.acts import Act

_FIELDS = 5
_EDITS = {
    "left": "cursor_left",
    "right": "cursor_right",
    "ctrl+left": "cursor_left_word",
    "ctrl+right": "cursor_right_word",
    "home": "home",
    "end": "end",
    "ctrl+a": "home",
    "ctrl+e": "end",
    "backspace": "delete_left",
    "delete": "delete_right",
    "ctrl+w": "delete_left_word",
    "ctrl+u": "delete_left_all",
    "ctrl+k": "delete_right_all",
}
"""Textual's `Input` does these by its own actions; asked for by name they are done at once."""
_FRAME = 4  # banner and footer


def screen(host: Host) -> ConsoleScreen:
    """The place `form`."""
    return FormScreen(host)


class _Slot(Vertical):
    """A field: label and input in a line, below them what is accepted or what is wrong."""

    DEFAULT_CSS = """
    _Slot { height: auto; }
    _Slot Horizontal { height: 1; }
    _Slot .label { height: 1; }
    _Slot Advice { height: 1; }
    _Slot Input { width: 1fr; text-style: underline; }
    """

    def __init__(self, host: Host) -> None:
        self.label = Advice(look=host.look, classes="label")
        self.label.styles.width = LABEL
        self.input = Input(compact=True, max_length=2 * LONGEST, select_on_focus=False)
        self.input.cursor_blink = False
        self.advice = Advice(look=host.look)
        super().__init__(Horizontal(self.label, self.input), self.advice)


class FormScreen(ConsoleScreen):
    """Banner and verdict line go on above it. Nothing is written before the last Enter."""

    place = actions.FORM

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._form: Form = form_for("note", self.scene)
        self._question = Question(look=self.look)
        self._slots = tuple(_Slot(host) for _ in range(_FIELDS))
        self._wrong: dict[str, str] = {}
        self._writing = False
        self._fresh = True
        self._at = 0

    def body(self) -> Iterable[Widget]:
        """The question, and its fields below."""
        yield self._question
        yield from self._slots
        yield Vertical()

    def aim(self, target: str) -> None:
        """Ask another question, or the same anew."""
        self._form = form_for(target, self.host.scene())
        self._wrong, self._writing, self._fresh, self._at = {}, False, True, 0
        for slot in self._slots:
            slot.input.value = ""

    def draw_body(self, scene: Scene) -> None:
        """The fields of this form, in the room there is."""
        width, height = self.app.size.width, self.app.size.height
        fields = self._form.fields
        room = max(1, height - _FRAME)
        notes = self._notes(width, room - len(fields) - 1)
        self._question.show(QuestionModel(self._form.title, self._form.about))
        about = len(question_lines(QuestionModel(self._form.title, self._form.about), width, self.look))
        used = len(fields) + sum(notes.values())
        self._question.display = room > len(fields)
        self._question.styles.height = max(1, min(about, room - used))
        chosen = self._slots[self._at] if room < len(fields) else None
        for index, slot in enumerate(self._slots):
            # Where there is no room for all of them, the one that is being filled in.
            slot.display = index < len(fields) and chosen in (None, slot)
            if slot.display:
                self._fill(slot, fields[index], notes[fields[index].name])
        if self._fresh:
            self._fresh = False
            self._to(self._at)

    def take(self, event: events.Key | events.Paste, read: int) -> bool:
        """Whatever is typed goes into its field at once, drawn or not, so that an Enter never overtakes it.

        A paste is made fit to be seen.
        """
        field = self._slots[self._at].input
        if isinstance(event, events.Paste):
            field.insert_text_at_cursor(plain(" ".join(event.text[: 4 * LONGEST].split())))
        elif event.key in _EDITS:
            getattr(field, f"action_{_EDITS[event.key]}")()
        elif event.character is not None and event.is_printable:
            field.insert_text_at_cursor(event.character)
        else:
            return False
        return True

    def act(self, action: str) -> bool:
        """To another field, write, or leave."""
        at = self._at
        last = len(self._form.fields) - 1
        if action in ("next_field", "previous_field"):
            step = 1 if action == "next_field" else -1
            self._to((at + step) % (last + 1))
        elif action == "submit":
            if at < last:
                self._to(at + 1)
            else:
                self._submit()
        elif action == "cancel":
            self.host.back()
            self.host.say("left the form: nothing was written")
        else:
            return False
        return True

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The mouse has its own way into a field."""
        for index, slot in enumerate(self._slots):
            if slot.input is event.widget:
                self._at = index

    def _to(self, index: int) -> None:
        """The cursor into a field, which is shown before it can have it."""
        self._at = index
        self._slots[index].display = True
        if self.is_mounted:
            self.set_focus(self._slots[index].input)
        self.redraw()

    def _notes(self, width: int, room: int) -> dict[str, int]:
        """Lines below each field: all of what is wrong; what is accepted, where there is room for it."""
        lines: dict[str, int] = {}
        for field in self._form.fields:
            lines[field.name] = len(advice_lines(self._advice(field), width, self.look))
        for field in reversed(self._form.fields):
            if sum(lines.values()) > room and field.name not in self._wrong:
                lines[field.name] = 0
        return lines

    def _advice(self, field: Field) -> AdviceModel:
        column = LABEL if self.app.size.width >= 4 * LABEL else 1
        if field.name in self._wrong:
            return AdviceModel(self._wrong[field.name], True, column)
        return AdviceModel(field.hint, False, column)

    def _fill(self, slot: _Slot, field: Field, lines: int) -> None:
        slot.label.show(AdviceModel(field.label, True, 1))
        slot.advice.display = lines > 0
        slot.advice.styles.height = max(1, lines)
        slot.advice.show(self._advice(field))

    def _submit(self) -> None:
        if self._writing:
            return
        values = {
            field.name: slot.input.value for field, slot in zip(self._form.fields, self._slots, strict=False)
        }
        self._wrong = {}
        try:
            act = self._form.make(values, self.host.scene())
        except Wrong as wrong:
            self._wrong[wrong.field] = str(wrong)
            names = [field.name for field in self._form.fields]
            self._to(names.index(wrong.field))
            return
        self._writing = True
        if isinstance(act, DrillOrder):
            self._writing = False
            self.host.drill(act)
        elif isinstance(act, Order):
            self.host.run(self._go_back(act, self._form))
        else:
            self.host.run(self._write(act, self._form))

    async def _go_back(self, order: Order, form: Form) -> None:
        """Order it; the form stays until it is known how it went, and what was typed with it."""
        self.host.say("asked: it goes on to its end, also without this screen")
        said = "it is not known how it went: look at the flag"
        try:
            said = await self.host.backend.go_back(order)
        finally:
            self._writing = False
            if self.is_running:
                done = said.startswith(("restore restored", "step down restored"))
                if form is self._form and not done:
                    self._wrong[form.fields[-1].name] = plain(said)
                if form is self._form and done and self.is_current:
                    self.host.back()
                self.host.say(plain(said))

    async def _write(self, act: Act, form: Form) -> None:
        problem = "it could not be written"
        try:
            problem = await self.host.record(act)
        finally:
            self._writing = False
            if form is self._form and problem and self.is_running:
                self._wrong[form.fields[-1].name] = f"NOT WRITTEN: {plain(problem)}; Enter tries again"
                self.host.changed()
        if not self.is_running:
            return
        if problem:
            self.host.say(f"NOT WRITTEN: {plain(problem)}")
            return
        if form is self._form and self.is_current:
            self.host.back()
        self.host.say(written(act, self.host.scene()))
