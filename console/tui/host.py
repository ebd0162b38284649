"""The app as its screens see it (`console.tui.screens.base.Host`)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from console.text import plain
from console.tui.places import DRILL

if TYPE_CHECKING:
    from console.drilling.target import DrillOrder
    from console.incident.acts import Act
    from console.tui.app import ConsoleApp
    from console.tui.backend import Backend, RunbookText
    from console.tui.scene import Scene
    from widgets.look import Look


class AppHost:
    """Passes on to the app; a screen gets no more of it than this."""

    def __init__(self, app: ConsoleApp, backend: Backend) -> None:
        self._app = app
        self.backend = backend
        self._going_on: set[asyncio.Task[None]] = set()

    @property
    def look(self) -> Look:
        """The glyphs in use."""
        return self._app.look

    @property
    def book(self) -> RunbookText | None:
        """The runbook as last read."""
        return self._app.ahead.book

    @property
    def card(self) -> tuple[str, ...]:
        """The manual card, a line each."""
        return self._app.ahead.card

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self._app.size.width

    async def read_book(self) -> None:
        """Read the runbook anew."""
        await self._app.read_book()

    def scene(self) -> Scene:
        """This moment."""
        return self._app.scene()

    def go(self, place: str, target: str = "") -> None:
        """Show another place."""
        self._app.places.go(place, target)
        self._app.drills.reached(place)

    async def record(self, act: Act) -> str:
        """Put an act into the journal, a drill's apart; why it is not written, or ""."""
        if self._app.drills.going:
            return self._app.drills.record(act)
        return await self.backend.record(act)

    def drill(self, order: DrillOrder) -> None:
        """Begin a drill."""
        self._app.drills.begin(order)
        self._app.places.go(DRILL)

    def back(self) -> None:
        """Show the place from which this one was opened."""
        self._app.places.back()

    def choose(self, name: str) -> None:
        """Make another feature the chosen one; nothing of the one before stays on the screen."""
        snapshot = self.backend.snapshot
        if snapshot is not None and snapshot.config.name == name:
            return
        self.backend.choose(name)
        self._app.forget()
        self.run(self.read_book())

    def say(self, text: str) -> None:
        """Say a sentence in place of the footer."""
        self._app.say(text)

    def changed(self) -> None:
        """Draw soon."""
        self._app.changed()

    def copy(self, text: str) -> None:
        """Copy by OSC 52, which reaches the person's own clipboard through ssh too."""
        self._app.copy_to_clipboard(text)
        self._app.say("copied, where your terminal lets a program copy")

    def looked(self, screen: str) -> None:
        """Journal a look."""
        self._app.looks.looked(screen)

    def proved(self) -> None:
        """Journal the question."""
        self._app.looks.proved()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something that waits, as a worker of the app."""
        task = asyncio.ensure_future(self._said(work))
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        self._app.run_worker(_waited(task), exit_on_error=False, group="host")

    async def settle(self, seconds: float) -> None:
        """Wait for what is still going on, so long at most: a note that was just sent is not lost by `q`."""
        if self._going_on:
            await asyncio.wait(self._going_on, timeout=seconds)

    async def _said(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - said, and the console goes on
            if self._app.is_running:
                self._app.say(f"that did not work: {plain(str(error))}")
        if self._app.is_running:
            self._app.changed()


async def _waited(task: asyncio.Task[None]) -> None:
    # A worker is cancelled when the app closes; what it waits for is not.
    await asyncio.shield(task)
