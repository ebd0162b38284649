"""The floor of the stack: the least that a Textual application can be, with a key that changes the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

WORDS = "a line of text that stands still so that there is something to paint"


class MinimalApp(App[None]):
    """Seven lines of text, and a count of the keys pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,down", "count", "count"),
        Binding("q", "quit", "quit"),
    ]
    ENABLE_COMMAND_PALETTE = False
    pressed = 0

    def compose(self) -> ComposeResult:
        """Make the two texts."""
        yield Static("\n".join([WORDS] * 7))
        yield Static("pressed 0", id="pressed")

    def action_count(self) -> None:
        """Show one more key."""
        self.pressed += 1
        self.query_one("#pressed", Static).update(f"pressed {self.pressed}")


if __name__ == "__main__":
    MinimalApp().run()
