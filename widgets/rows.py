"""What every widget here is: lines painted once a change of data, of which only changed cells are sent."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.line import Line, Role, blank, changed_spans
from widgets.look import UNICODE, Look
from widgets.spans import SpanScreen

Model = TypeVar("Model")

WORTH_A_MOVE = 10
"""Equal cells that cost more to send than to move the cursor over: a move with a style is some 16 bytes."""

# Only attributes and the sixteen colours: a theme gives those their shades, and without colour each role
# keeps an attribute of its own. PLAIN has none, so that most of the screen needs no control sequences.
STYLES: Mapping[Role, Style] = {
    Role.PLAIN: Style(),
    Role.DIM: Style(dim=True),
    Role.DANGER: Style(color="red", bold=True),
    Role.TITLE: Style(bold=True),
    Role.ENVIRONMENT: Style(reverse=True, bold=True),
    Role.PLAYGROUND: Style(reverse=True, color="cyan"),
}


class Rows(Widget, Generic[Model]):
    """A widget of exactly painted lines.

    A subclass says how a model looks, as a pure function. `show` paints the new model, compares it with what
    stands on the screen and asks for a repaint of the changed cells alone; showing an equal model costs a
    comparison. Nothing here reads markup, so a text can neither style itself nor carry an action.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS = "Rows { width: 1fr; height: 1fr; }"

    def __init__(
        self,
        model: Model | None = None,
        *,
        look: Look = UNICODE,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """`model` may come later by `show`; until then the widget is blank."""
        super().__init__(id=id, classes=classes, markup=False)
        self._model = model
        self._look = look
        self._lines: tuple[Line, ...] = ()
        self._strips: dict[int, Strip] = {}
        self._painted_size = (-1, -1)

    @property
    def model(self) -> Model | None:
        """What is shown."""
        return self._model

    @property
    def look(self) -> Look:
        """The glyphs in use."""
        return self._look

    @abstractmethod
    def paint(self, model: Model, width: int, height: int, look: Look) -> tuple[Line, ...]:
        """At most `height` lines of exactly `width` cells. Pure: the same arguments give the same lines."""

    def show(self, model: Model, look: Look | None = None) -> None:
        """Draw another model (and look), repainting only the cells that differ."""
        if model == self._model and (look is None or look is self._look):
            return
        self._model = model
        if look is not None:
            self._look = look
        if not self.is_attached or self._painted_size != tuple(self.size):
            # Not laid out yet, or about to be repainted whole.
            return
        old = self._lines
        self._lines = self._painted(*self.size)
        changed: list[Region] = []
        # An ordinary screen sends a row from its left edge to the end of each span: there one is cheapest.
        gap = WORTH_A_MOVE if isinstance(self.screen, SpanScreen) else self.size.width
        for y, (before, after) in enumerate(zip(old, self._lines, strict=True)):
            spans = changed_spans(before, after, gap)
            if spans:
                self._strips.pop(y, None)
                changed += [Region(first, y, end - first, 1) for first, end in spans]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """The painted line `y`; a change of size paints anew."""
        size = self.size
        if self._painted_size != tuple(size):
            self._lines = self._painted(*size)
            self._painted_size = (size.width, size.height)
            self._strips.clear()
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._strip(
                self._lines[y] if y < len(self._lines) else blank(size.width)
            )
        return strip

    def notify_style_update(self) -> None:
        """The theme changed: styles must be looked up again."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self, event: Resize) -> None:
        """Paint for the new size now, so that what `show` compares with is what stands there."""
        self._painted_size = (-1, -1)
        self.refresh()

    def _painted(self, width: int, height: int) -> tuple[Line, ...]:
        lines = () if self._model is None else self.paint(self._model, width, height, self._look)[:height]
        return lines + (blank(width),) * (height - len(lines))

    def _strip(self, line: Line) -> Strip:
        base = self.rich_style
        if base.color is not None and base.color.is_default and base.bgcolor and base.bgcolor.is_default:
            # The terminal's own colours need no control sequence.
            base = Style()
        return Strip(
            [Segment(text, base + STYLES[role]) for text, role in line if text],
            self.size.width,
        )
