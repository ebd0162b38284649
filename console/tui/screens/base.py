"""What every screen of the console has: the banner on top, the keys at the bottom, one way to be drawn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from textual import events
from textual.widget import Widget

from console.tui.backend import Backend, RunbookText
from console.tui.scene import Scene
from console.tui.views.banner import banner
from console.tui.views.findings import findings
from console.tui.views.footer import footer
from widgets.banner import Banner, BannerModel
from widgets.findings import Findings, FindingsModel
from widgets.footer import Footer, FooterModel
from widgets.look import Look
from widgets.spans import SpanScreen

if TYPE_CHECKING:
    from console.drilling.target import DrillOrder
    from console.incident.acts import Act


class Host(Protocol):
    """The app, as its screens see it."""

    @property
    def look(self) -> Look:
        """The glyphs in use."""
        ...

    @property
    def backend(self) -> Backend:
        """The services."""
        ...

    @property
    def book(self) -> RunbookText | None:
        """The runbook as last read; None until it was."""
        ...

    @property
    def card(self) -> tuple[str, ...]:
        """The manual card, a line each; () until it was made."""
        ...

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        ...

    async def read_book(self) -> None:
        """Read the runbook anew."""
        ...

    def scene(self) -> Scene:
        """This moment."""
        ...

    def go(self, place: str, target: str = "") -> None:
        """Show another place of `console.tui.actions`.

        Args:
            target: what it is about (a signal's key, a gate's); the screen gets it by `aim`.
        """
        ...

    async def record(self, act: Act) -> str:
        """Put an act of the person into the journal; in a drill, into the drill's.

        Returns:
            Why it is not written, in words, or "".
        """
        ...

    def drill(self, order: DrillOrder) -> None:
        """Begin a drill, and show it."""
        ...

    def back(self) -> None:
        """Show the place from which this one was opened."""
        ...

    def choose(self, name: str) -> None:
        """Make another feature (``key@environment``) the one that all places are about."""
        ...

    def say(self, text: str) -> None:
        """Say a sentence in place of the footer for some seconds."""
        ...

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something that waits; it outlives the screen, and what goes wrong is said."""
        ...

    def copy(self, text: str) -> None:
        """Put a text into the clipboard of the person's own terminal (OSC 52), and say so."""
        ...

    def looked(self, screen: str) -> None:
        """A person looked at a screen that shows signals: journaled, once in some minutes a screen.

        Args:
            screen: "signals", or the title of the signal whose detail is open.
        """
        ...

    def proved(self) -> None:
        """A person asked whether it can be killed, and the newest snapshot says so: journaled."""
        ...

    def changed(self) -> None:
        """Something is new that cannot wait for the tick: draw soon."""
        ...


class ConsoleScreen(SpanScreen[None]):
    """Draws a scene between banner and footer. Only the screen on top is drawn.

    Attributes:
        place: where we are, in the words of `console.tui.actions`.
    """

    place: str = ""
    AUTO_FOCUS = ""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self.look = host.look
        self.scene = host.scene()
        self._banner = Banner(self.banner_model(self.scene), look=self.look)
        self._findings = Findings(look=self.look)
        self._findings.display = False
        self._footer = Footer(look=self.look)

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """The widgets between banner and footer."""

    @abstractmethod
    def draw_body(self, scene: Scene) -> None:
        """Give them their models."""

    def aim(self, target: str) -> None:
        """Be about something from now on. Called before the screen is shown, each time it is gone to."""

    def act(self, action: str) -> bool:
        """Do one of the screen's own actions, by its id; False when it has none of that name."""
        return False

    def take(self, event: events.Key | events.Paste, read: int) -> bool:
        """Use an event before anything else sees it; False lets it go on."""
        return False

    @property
    def looked_at(self) -> str:
        """What a key pressed here is a look at, as in `Host.looked`; "" where no signal is shown."""
        return ""

    def banner_model(self, scene: Scene) -> BannerModel:
        """What the three lines on top say here."""
        return banner(scene)

    def footer_model(self, scene: Scene) -> FooterModel:
        """What the last line says here."""
        return footer(scene, self.place)

    def compose(self) -> Iterable[Widget]:
        """Banner, what is wrong with the console itself, body, footer."""
        yield self._banner
        yield self._findings
        yield from self.body()
        yield self._footer

    def draw(self, scene: Scene) -> None:
        """Show a moment. Cheap where nothing changed."""
        self.scene = scene
        if not self.is_mounted:
            return
        self._banner.show(self.banner_model(scene))
        wrong = findings(scene)
        self._findings.display = bool(wrong)
        self._findings.show(FindingsModel(wrong, "! all"))
        self._footer.show(self.footer_model(scene))
        self.draw_body(scene)

    def redraw(self) -> None:
        """Show the same moment again, after something of the screen's own changed."""
        self.draw(self.scene)

    def on_mount(self) -> None:
        """First drawing."""
        self.redraw()

    def on_resize(self) -> None:
        """The room has changed."""
        self.call_after_refresh(self.redraw)
