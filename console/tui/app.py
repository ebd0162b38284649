"""The full-screen console: one app, a few screens, one batched way from a snapshot to the terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual import events
from textual.app import App
from textual.reactive import Reactive
from textual.screen import Screen

from console.tui import actions
from console.tui.ahead import Ahead
from console.tui.backend import Backend
from console.tui.cadence import SETTLING_SECONDS, Cadence
from console.tui.event_times import EventTimes
from console.tui.host import AppHost
from console.tui.keyboard import Keyboard
from console.tui.last_words import last_words
from console.tui.look import look_for
from console.tui.looks import Looks
from console.tui.navigation import Navigator
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen
from console.tui.screens.signals import screen as signals_screen
from console.tui.terminal import ConsoleDriver, ReadCounter
from widgets.look import Look

if TYPE_CHECKING:
    from console.drilling.target import DrillOrder
    from console.tui.dispatch import Dispatch
    from console.tui.drill_control import DrillControl
    from console.tui.kill_control import KillControl

_NOTICE_SECONDS = 6.0
_STOP_SECONDS = 2.0
_BEGIN_SECONDS = 0.2
_CSS = """
Screen { layout: vertical; overflow: hidden; }
Banner { height: 3; }
Footer { height: 1; dock: bottom; }
CommandPalette SearchIcon { display: none; }
"""


class ConsoleApp(App[int], inherit_bindings=False):
    """Shows the newest snapshot and the clock once a second (`console.tui.cadence`).

    Keys are looked up in the registry before Textual sees them, so that each belongs to the screen that the
    key before it left on top, also when both came in one read. None of them is a priority binding.
    """

    CSS = _CSS
    TITLE = "incident console"
    ENABLE_COMMAND_PALETTE = False
    # The terminal's own sixteen colours. A theme that is set later paints black on black under NO_COLOR.
    theme = Reactive("ansi-dark")

    def __init__(
        self,
        backend: Backend,
        *,
        look: Look | None = None,
        now: Callable[[], datetime] | None = None,
        table: bool = False,
        drill: DrillOrder | None = None,
    ) -> None:
        """Make the app.

        Args:
            look: the glyphs; None takes what the locale can show.
            now: this machine's clock, UTC; None takes the real one.
            table: begin with the table of features, where there are several.
            drill: begin with a drill.
        """
        super().__init__(driver_class=ConsoleDriver)
        self.animation_level = "none"
        self.backend = backend
        self._look = look or look_for(os.environ)
        self._now = now or partial(datetime.now, UTC)
        self._reads = ReadCounter()
        self._hold: tuple[Any, datetime] | None = None
        self._notice = ("", 0.0)
        self._problem = ""
        self._begun = False
        self.ahead = Ahead(backend)
        self._cadence = Cadence(self, self.draw)
        self._table = table
        self._drill = drill
        self._keyboard, self._times = Keyboard(), EventTimes()
        self.looks = Looks(self)
        self.host = AppHost(self, backend)
        self.places = Navigator(self, self.host, lambda kill_id: self.kills.show_ladder(kill_id))

    # Imported with the first use or right after the first frame, which needs neither.

    @cached_property
    def kills(self) -> KillControl:
        """What `K` does."""
        from console.tui.kill_control import KillControl

        return KillControl(self, self.backend)

    @cached_property
    def drills(self) -> DrillControl:
        """What `D` does."""
        from console.tui.drill_control import DrillControl

        return DrillControl(self, asked=self._drill)

    @cached_property
    def _dispatch(self) -> Dispatch:
        from console.tui.dispatch import Dispatch

        return Dispatch(self)

    @property
    def killing(self) -> bool:
        """A kill that was confirmed here is still being tried or watched."""
        return bool(self.kills.running)

    @property
    def drill_left(self) -> bool:
        """A drill was going on when the console was left."""
        return "drills" in self.__dict__ and self.drills.going

    def scene(self) -> Scene:
        """This moment."""
        backend = self.backend
        text, until = self._notice
        scene = Scene(
            snapshot=backend.snapshot,
            message=self._problem or backend.message,
            now=self._now(),
            tz=backend.tz,
            operator=backend.operator,
            read_only=backend.read_only,
            demo=backend.demo,
            killing=self.kills.killing if "kills" in self.__dict__ else None,
            held=self._hold[0] if self._hold else None,
            held_at=self._hold[1] if self._hold else None,
            notice=text if monotonic() < until else "",
            snapshots=backend.snapshots,
            broken=backend.broken,
            keys=self._keyboard.keys,
            times=self._times,
        )
        # The first frame of a console without a drill needs none of it.
        return self.drills.scene(scene) if self._drill is not None or "drills" in self.__dict__ else scene

    def get_default_screen(self) -> Screen[None]:
        """The signals."""
        first = signals_screen(self.host)
        self.places.first(first)
        return first

    def on_mount(self) -> None:
        """Begin to watch once the first frame is on the screen."""
        self.backend.subscribe(self._cadence.data)
        self._cadence.start()
        self.call_after_refresh(self._begin)
        # Textual drops what waits for the refresh of a screen that a key has covered by then.
        self.set_timer(_BEGIN_SECONDS, self._begin)
        self.set_timer(SETTLING_SECONDS, gc.freeze)
        if not self.is_headless:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit, 0)

    async def on_unmount(self) -> None:
        """Let go of everything but a confirmed kill."""
        self.kills.let_go()
        self.drills.let_go()
        await self.host.settle(_STOP_SECONDS / 2)
        with suppress(TimeoutError):  # what does not stop in time ends with the process
            await asyncio.wait_for(self.backend.stop(), _STOP_SECONDS)

    def changed(self) -> None:
        """Something is new that cannot wait for the tick."""
        self._cadence.soon()

    def draw(self) -> None:
        """Draw this moment on the screen on top."""
        self._cadence.drawn()
        if not self.screen_stack:
            return  # the app is closing
        refused = self._keyboard.follow(self.backend.keys)
        if refused:
            self._notice = (refused, monotonic() + _NOTICE_SECONDS)
        if "kills" in self.__dict__:
            self.drills.follow()
            self._open_table()
            self.kills.resume()
        # Under the palette the banner goes on.
        screen = next((each for each in reversed(self.screen_stack) if isinstance(each, ConsoleScreen)), None)
        if screen is not None:
            with self.batch_update():
                screen.draw(self.scene())

    def _open_table(self) -> None:
        """Once it is known that there are several features, unless the person has gone elsewhere by then."""
        if self._table and self.backend.snapshot is not None:
            self._table = False
            several = len(self.backend.snapshots) + len(self.backend.broken) > 1
            if several and len(self.screen_stack) == 1:
                self.places.go(actions.FEATURES)

    async def on_event(self, event: events.Event) -> None:
        """Give each key to the screen on top, in the order in which they were typed."""
        if isinstance(event, events.InputEvent) and not self.screen_stack:
            return  # the app is closing, and a key that nobody wanted has come back
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._cadence.key()
            self._notice = ("", 0.0)
            screen = self.screen
            if isinstance(screen, ConsoleScreen):
                read = self._reads.of(event)
                if ("kills" in self.__dict__ and self.kills.keep(event, read)) or screen.take(event, read):
                    return
                keys = self._keyboard.keys
                action = keys.find(screen.place, event.key) if isinstance(event, events.Key) else None
                if action is not None:
                    looked_at = screen.looked_at
                    self.perform(action.id)
                    self.looks.looked(looked_at)
                    return
        await super().on_event(event)

    def perform(self, action: str) -> bool:
        """Do what the registry calls `action`; False when nothing here does it."""
        screen = self.screen
        return (isinstance(screen, ConsoleScreen) and screen.act(action)) or self._dispatch.do(action)

    @property
    def look(self) -> Look:
        """The glyphs in use."""
        return self._look

    def read_before_paint(self) -> int:
        """Number of the newest read that came before what now stands on the terminal."""
        driver = self._driver
        return driver.reads_before_paint if isinstance(driver, ConsoleDriver) else self._reads.newest

    def say(self, text: str) -> None:
        """Say a sentence in place of the footer for some seconds."""
        self._notice = (text, monotonic() + _NOTICE_SECONDS)
        self.draw()

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        self.kills  # noqa: B018 - loads whatever the kill needs now, not when it is needed
        self.drills  # noqa: B018
        self._dispatch  # noqa: B018
        self.run_worker(self._start(), name="backend", exit_on_error=False)

    async def _start(self) -> None:
        try:
            await self.backend.start()
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must stand and say it
            self._problem = f"The services could not be started: {error}"
        await self.read_book()

    async def read_book(self) -> None:
        """Read runbook and card anew."""
        await self.ahead.read()
        self.changed()

    def forget(self) -> None:
        """Another feature was chosen: drop what was read and held of the one before."""
        self._hold = None
        self.ahead.forget()

    async def refresh_all(self) -> None:
        """Read everything now that is read by the clock."""
        await self.backend.refresh()
        await self.read_book()

    def home(self) -> None:
        """Back to the signals."""
        self.places.home()
        self.draw()

    def toggle_hold(self) -> None:
        """Hold the panels, or let them go on."""
        snapshot = self.backend.snapshot
        self._hold = None if self._hold or snapshot is None else (snapshot, self._now())
        self.draw()

    def open_palette(self) -> None:
        """Every action by name."""
        from console.tui.palette import palette

        self.push_screen(palette(self))

    def _fatal_error(self) -> None:
        # Textual would print a traceback with local variables, among which there may be a secret.
        self._exit_renderables.append(Text(last_words(sys.exc_info()[1])))
        self._close_messages_no_wait()
