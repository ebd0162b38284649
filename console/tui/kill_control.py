"""Opening the kill dialog, sending the kill, and following it, whatever screen is on top."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from textual import events

from console.text import plain
from console.tui import actions
from console.tui.scene import Killing
from console.tui.screens.base import ConsoleScreen
from console.tui.screens.kill import KillScreen
from console.tui.session import KillSession
from console.tui.views.kill_dialog import in_breach
from console.tui.views.standing import standing

if TYPE_CHECKING:
    from console.config import FeatureConfig
    from console.tui.app import ConsoleApp
    from console.tui.backend import Backend, KillClient


_NEVER_KEPT = frozenset({"q", "escape", "ctrl+c", "K"})
"""Keys that work also while a dialog is waited for: they leave, or ask for it again."""

KEPT_SECONDS = 5.0
"""A kill key that came before the configuration was read still counts for so long."""


class KillControl:
    """What `K` does. Holds a session a feature, which outlives every screen."""

    def __init__(self, app: ConsoleApp, backend: Backend) -> None:
        self._app = app
        self._backend = backend
        self._sessions: dict[str, KillSession] = {}
        self._wanted_at: float | None = None
        self._kept: list[tuple[events.Key | events.Paste, int]] = []
        """Typed after a kill key that came too early: they belong to its dialog."""

    @property
    def killing(self) -> Killing | None:
        """The kill of the chosen feature that was opened here last, as far as it has come."""
        session = self._sessions.get(self._chosen)
        return session.killing if session else None

    @property
    def running(self) -> tuple[str, ...]:
        """Features whose kill was confirmed here and is still being tried or watched."""
        return tuple(name for name, session in self._sessions.items() if session.killing.running)

    @property
    def _chosen(self) -> str:
        snapshot = self._backend.snapshot
        return snapshot.config.name if snapshot else ""

    def open(self) -> None:
        """Open the dialog; or explain, or show the ladder of a kill that is running."""
        app = self._app
        if app.drills.going:
            app.drills.dialog()
            return
        # Of a drill that is over nothing stays on the screen beside a real dialog.
        app.drills.dismiss()
        if self._backend.read_only:
            app.host.go(actions.HELP, "read-only")
        elif self._backend.snapshot is None:
            self._wanted_at, self._kept = monotonic(), []
            app.say(f"K opens the dialog as soon as it is known what it kills: {self._backend.message}")
        elif self._chosen in self.running:
            if not isinstance(app.screen, KillScreen):
                self.show_ladder()
        else:
            self._end(self._chosen)
            problem = ""
            try:
                self._start(self._chosen)
            except OSError as error:
                problem = f"the kill's process could not be started: {error}"
            self._push(climbing=False, problem=problem)
            app.looks.opened()

    def keep(self, event: events.Key | events.Paste, read: int) -> bool:
        """Keep what is typed after a kill key whose dialog cannot be opened yet; False lets it go on."""
        if self._wanted_at is None or monotonic() - self._wanted_at >= KEPT_SECONDS:
            return False
        if isinstance(event, events.Key) and event.key in _NEVER_KEPT:
            return False
        self._kept.append((event, read))
        return True

    def resume(self) -> None:
        """Open the dialog for a key that was pressed when nothing was known yet."""
        if self._wanted_at is None or self._backend.snapshot is None:
            return
        if not isinstance(self._app.screen, ConsoleScreen):
            return  # the palette was opened meanwhile
        fresh = monotonic() - self._wanted_at < KEPT_SECONDS
        kept, self._wanted_at, self._kept = self._kept, None, []
        if fresh and self._app.screen.place == actions.FEATURES:
            self._app.say("K: there are several features; press it again on the row that is meant")
        elif fresh:
            self.open()
            for event, read in kept:
                screen = self._app.screen
                if isinstance(screen, KillScreen):
                    screen.take(event, read)

    def show_ladder(self, kill_id: str = "") -> None:
        """Show the newest kill, opened here or found in the journal; or an older one of the journal."""
        if self._app.drills.going:
            self._app.drills.dialog()
        elif kill_id:
            self._push(climbing=True, kill_id=kill_id)
        elif self._app.scene().ladder() is None and self._chosen not in self.running:
            self._app.say("no kill of this feature stands in the journal")
        else:
            self._push(climbing=True)

    def let_go(self) -> None:
        """Drop the lines to the executors: before its Enter a kill ends, after it, it goes on alone."""
        for session in self._sessions.values():
            session.leave()

    def _end(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session is not None:
            session.leave()

    def _start(self, name: str) -> KillSession:
        def open_executor() -> KillClient:
            # It kills the chosen feature: that must be the one whose dialog is confirmed.
            if name != self._chosen:
                raise OSError("another feature is chosen now")
            return self._backend.open_executor()

        session = self._sessions[name] = KillSession(open_executor, self._app.changed)
        return session

    def _push(self, *, climbing: bool, problem: str = "", kill_id: str = "") -> None:
        name = self._chosen
        opened = self._backend.snapshot.config if self._backend.snapshot else None
        self.push(
            lambda: self._go(name, opened),
            lambda: self._leave(name),
            typing=lambda half: self._typing(name, half),
            climbing=climbing,
            # Out of a kill that runs one comes to the signals, where line 2 follows it.
            way_back=climbing and name not in self.running,
            problem=problem,
            kill_id=kill_id,
        )

    def push(
        self,
        go: Callable[[], str],
        leave: Callable[[], None],
        *,
        typing: Callable[[bool], None] = lambda _: None,
        climbing: bool,
        way_back: bool = False,
        problem: str = "",
        kill_id: str = "",
    ) -> None:
        """Show the dialog, or the ladder; the arguments are those of `KillScreen`.

        Args:
            way_back: out of it one comes to where one was; else to the signals.
        """
        app = self._app
        app.places.make_room(actions.LADDER, way_back=way_back)
        screen = KillScreen(
            app.host,
            go=go,
            leave=leave,
            typing=typing,
            read_before_paint=app.read_before_paint,
            climbing=climbing,
            problem=problem,
            kill_id=kill_id,
        )
        app.push_screen(screen)

    def _go(self, name: str, opened: FeatureConfig | None) -> str:
        """Send the kill, synchronously; what went wrong, or "".

        Args:
            opened: what the kill's process was started with.
        """
        if name != self._chosen:
            # A reload took the feature away meanwhile: what the dialog says is about another one.
            return f"NOT SENT: {plain(name)} is no longer in console.toml; esc, then look again"
        reason = standing(self._app.scene()).text
        now = self._backend.snapshot.config if self._backend.snapshot else None
        if _differs(opened, now):
            # The sentence on the screen is about what a reload has brought: so must the kill be.
            self._end(name)
        try:
            session = self._sessions.get(name) or self._start(name)
            snapshot = self._backend.snapshot
            session.go(reason, in_breach(snapshot) if snapshot else "")
        except OSError as error:
            return f"NOT SENT: the kill's process cannot be reached ({error}); Enter tries again, F2: by hand"
        return ""

    def _typing(self, name: str, half: bool) -> None:
        session = self._sessions.get(name)
        if session is not None:
            session.typing(half)

    def _leave(self, name: str) -> None:
        self._end(name)
        self._app.home()
        self._app.say("left the dialog: nothing was sent")


def _differs(opened: FeatureConfig | None, now: FeatureConfig | None) -> bool:
    """Whether a kill would go to another flag, or by other levers."""
    if opened is None or now is None:
        return False
    return (opened.flag_key, opened.flag, opened.levers, opened.lever_order) != (
        now.flag_key,
        now.flag,
        now.levers,
        now.lever_order,
    )
