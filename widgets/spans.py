"""A screen that sends changed cells only.

Textual crops an update at the right of a changed span but not at its left: a row is sent again from the left
edge of its widget on (`ChopsUpdate.render_segments` of textual 8.2), so that a ticking clock at the end of a
line costs the whole line each second. This crops at both sides. It rests on `textual._compositor` and on
`Screen._compositor`, which are private: should they change, the tests of this file say so, and a plain
`Screen` in its place is right as well, only more talkative.
"""

from __future__ import annotations

from typing import TypeVar

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.screen import Screen

Result = TypeVar("Result")


class SpanUpdate(ChopsUpdate):
    """Changed spans, each cropped at both of its ends."""

    def render_segments(self, console: Console) -> str:
        """The control sequences and text to write."""
        written: list[str] = []
        for y, start, end in self.spans:
            for right, (left, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or left >= end or right <= start:
                    continue
                first, last = max(left, start), min(right, end)
                written.append(Control.move_to(first, y).segment.text)
                written.append(strip.crop(first - left, last - left).render(console))
        return "".join(written)


class SpanCompositor(Compositor):
    """Textual's compositor, with updates that are cropped at both ends."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last update, or None."""
        update = super().render_partial_update()
        return None if update is None else SpanUpdate(update.chops, update.spans, update.chop_ends)


class SpanScreen(Screen[Result]):
    """A screen on which a `Rows` widget sends each changed span by itself."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name, id, classes)
        self._compositor = SpanCompositor()
