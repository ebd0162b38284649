"""Opening the kill dialog, sending the kill, and following it, whatever screen is on top."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from console.tui import actions
from console.tui.scene import Killing
from console.tui.screens.kill import KillScreen
from console.tui.session import KillSession
from console.tui.views.kill_dialog import in_breach
from console.tui.views.standing import standing

if TYPE_CHECKING:
    from console.tui.app import ConsoleApp
    from console.tui.backend import Backend


KEPT_SECONDS = 5.0
"""A kill key that came before the configuration was read still counts for so long."""


class KillControl:
    """What `K` does. Holds the session, which outlives every screen."""

    def __init__(self, app: ConsoleApp, backend: Backend) -> None:
        self._app = app
        self._backend = backend
        self._session: KillSession | None = None
        self._wanted_at: float | None = None

    @property
    def killing(self) -> Killing | None:
        """The kill that was opened here last, as far as it has come."""
        return self._session.killing if self._session else None

    @property
    def running(self) -> bool:
        """Confirmed, and something is still being tried or watched."""
        return self._session is not None and self._session.killing.running

    def open(self) -> None:
        """Open the dialog; or explain, or show the ladder of a kill that is running."""
        app = self._app
        if self._backend.read_only:
            app.host.go(actions.HELP, "read-only")
        elif self._backend.snapshot is None:
            self._wanted_at = monotonic()
            app.say(f"K: the dialog opens as soon as it is known what it kills; {self._backend.message}")
        elif self.running:
            if not isinstance(app.screen, KillScreen):
                self.show_ladder()
        else:
            self.let_go()
            self._session, problem = None, ""
            try:
                self._session = self._start()
            except OSError as error:
                problem = f"the kill's process could not be started: {error}"
            self._push(climbing=False, problem=problem)
            app.looks.opened()

    def resume(self) -> None:
        """Open the dialog for a key that was pressed when nothing was known yet."""
        if self._wanted_at is None or self._backend.snapshot is None:
            return
        fresh = monotonic() - self._wanted_at < KEPT_SECONDS
        self._wanted_at = None
        if fresh:
            self.open()

    def show_ladder(self) -> None:
        """Show the newest kill, opened here or found in the journal."""
        if self._app.scene().ladder() is None and not self.running:
            self._app.say("no kill of this feature stands in the journal")
        else:
            self._push(climbing=True)

    def let_go(self) -> None:
        """Drop the line to the executor: before the confirming Enter it ends, after it, it goes on alone."""
        if self._session is not None:
            self._session.leave()

    def _start(self) -> KillSession:
        snapshot = self._backend.snapshot
        subject = in_breach(snapshot) if snapshot else ""
        return KillSession(self._backend.open_executor, self._app.changed, subject)

    def _push(self, *, climbing: bool, problem: str = "") -> None:
        app = self._app
        app.home()
        screen = KillScreen(
            app.host,
            go=self._go,
            leave=self._leave,
            typing=self._typing,
            read_before_paint=app.read_before_paint,
            climbing=climbing,
            problem=problem,
        )
        app.places.over(actions.LADDER)
        app.push_screen(screen)

    def _go(self) -> str:
        """Send the kill, synchronously; what went wrong, or ""."""
        reason = standing(self._app.scene()).text
        try:
            if self._session is None:
                self._session = self._start()
            self._session.go(reason)
        except OSError as error:
            return f"NOT SENT: the kill's process cannot be reached ({error}); Enter tries again, F2: by hand"
        return ""

    def _typing(self, half: bool) -> None:
        if self._session is not None:
            self._session.typing(half)

    def _leave(self) -> None:
        self.let_go()
        self._session = None
        self._app.home()
        self._app.say("left the dialog: nothing was sent")
