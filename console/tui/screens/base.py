"""What every screen of the console has: the banner on top, the keys at the bottom, one way to be drawn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from textual import events
from textual.widget import Widget

from console.tui.scene import Scene
from console.tui.views.banner import banner
from console.tui.views.footer import footer
from widgets.banner import Banner
from widgets.footer import Footer
from widgets.look import Look
from widgets.spans import SpanScreen


class ConsoleScreen(SpanScreen[None]):
    """Draws a scene between banner and footer. Only the screen on top is drawn.

    Attributes:
        place: where we are, in the words of `console.tui.actions`.
    """

    place: str = ""
    AUTO_FOCUS = ""

    def __init__(self, scene: Scene, look: Look) -> None:
        super().__init__()
        self.look = look
        self.scene = scene
        self._banner = Banner(banner(scene), look=look)
        self._footer = Footer(look=look)

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """The widgets between banner and footer."""

    @abstractmethod
    def draw_body(self, scene: Scene) -> None:
        """Give them their models."""

    def compose(self) -> Iterable[Widget]:
        """Banner, body, footer."""
        yield self._banner
        yield from self.body()
        yield self._footer

    def draw(self, scene: Scene) -> None:
        """Show a moment. Cheap where nothing changed."""
        self.scene = scene
        if not self.is_mounted:
            return
        self._banner.show(banner(scene))
        self._footer.show(footer(scene, self.place))
        self.draw_body(scene)

    def redraw(self) -> None:
        """Show the same moment again, after something of the screen's own changed."""
        self.draw(self.scene)

    def take(self, event: events.Key | events.Paste, read: int) -> bool:
        """Use an event before anything else sees it; False lets it go on."""
        return False

    def act(self, action: str) -> bool:
        """Do one of the screen's own actions, by its id; False when it has none of that name."""
        return False

    def on_mount(self) -> None:
        """First drawing."""
        self.redraw()

    def on_resize(self) -> None:
        """The room has changed."""
        self.call_after_refresh(self.redraw)
