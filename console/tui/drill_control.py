"""A drill at this console: beginning it, following it, and what its keys do, whatever screen is on top."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from console.drilling import score as marks
from console.drilling.stage import stage
from console.drilling.stories import story
from console.drilling.target import DrillOrder
from console.incident.acts import Note
from console.killswitch.record import TABLETOP
from console.text import plain
from console.tui import actions
from console.tui.scene import Drilling, Killing, Scene
from console.tui.screens.kill import KillScreen
from console.tui.views.kill_dialog import in_breach

if TYPE_CHECKING:
    from console.drilling.client import DrillClient
    from console.drilling.wire import Told
    from console.incident.acts import Act
    from console.snapshot import Snapshot
    from console.tui.app import ConsoleApp

_REACHED = {
    actions.SIGNALS: marks.SIGNALS,
    actions.DETAIL: marks.SIGNALS,
    actions.RUNBOOK: marks.RUNBOOK,
}
"""What going to a place counts as."""


class DrillControl:
    """At most one drill. Its lease is held by a process of its own, which restores also without this one."""

    def __init__(self, app: ConsoleApp, *, asked: DrillOrder | None = None) -> None:
        """Be ready.

        Args:
            asked: a drill that is begun as soon as the configuration has been read; DRILL stands on the
                screen from the first frame on.
        """
        self._app = app
        self._wanted = asked
        self._drilling: Drilling | None = _drilling(asked) if asked is not None else None
        self._client: DrillClient | None = None
        self._descriptor: int | None = None
        self._sent_at: float | None = None
        self.status: int | None = None
        """What the drill was worth, as an exit status; None while there was none."""

    @property
    def on(self) -> bool:
        """The screen is about a drill."""
        return self._drilling is not None

    @property
    def going(self) -> bool:
        """A drill goes on: `K` is its kill."""
        return self._drilling is not None and not self._drilling.over

    def scene(self, scene: Scene) -> Scene:
        """The scene as the drill shows it."""
        drilling = self._drilling
        if drilling is None:
            return scene
        real = scene.snapshot
        staged = stage(real, drilling.told, drilling.kind, drilling.story) if real is not None else None
        held = stage(scene.held, drilling.told, drilling.kind, drilling.story) if scene.held else None
        return replace(
            scene,
            snapshot=staged,
            held=held,
            killing=self._killing(),
            drill=replace(drilling, real=real),
        )

    def follow(self) -> None:
        """Begin what was asked for; end the drill where something real has happened."""
        snapshot = self._app.backend.snapshot
        if snapshot is None:
            return
        if self._wanted is not None:
            order, self._wanted = self._wanted, None
            self.begin(order)
            self._app.places.go(actions.DRILL)
        if self.going and self._drilling is not None and self._drilling.told is not None:
            self._look(snapshot)

    def begin(self, order: DrillOrder) -> None:
        """Begin a drill of the chosen feature."""
        if self.going and self._client is not None:
            self._app.say("a drill is going on: E ends it")
            return
        self._close()
        self._drilling, self._sent_at = _drilling(order), None
        try:
            self._client = self._app.backend.begin_drill(order)
        except OSError as error:
            self._drilling = replace(self._drilling, lost=True)
            self._app.say(f"the drill's process could not be started: {error}")
            return
        self._descriptor = self._client.fileno()
        asyncio.get_running_loop().add_reader(self._descriptor, self._readable)

    def reached(self, place: str) -> None:
        """The person went to a place."""
        mark = _REACHED.get(place)
        if mark is not None and self.going:
            self._mark(mark)

    def dialog(self) -> None:
        """Open the drill's kill dialog, or its ladder."""
        drilling, app = self._drilling, self._app
        if drilling is None or drilling.told is None or drilling.told.phase != "running":
            app.say("the drill is not ready yet: K again in a moment")
            return
        if not isinstance(app.screen, KillScreen):
            self._mark(marks.DIALOG)
            climbing = drilling.told.ladder is not None or self._sent_at is not None
            app.kills.push(self._go, self._leave, climbing=climbing)

    def end(self) -> None:
        """End the drill; it is restored."""
        if not self.going or self._client is None:
            self._app.say("no drill is going on here")
            return
        self._client.end(f"{plain(self._app.backend.operator)} ended it")
        self._app.say("the drill is over: what it has killed is being restored")

    def hint(self) -> None:
        """One more line of advice, counted."""
        if self.going and self._drilling is not None:
            self._drilling = replace(self._drilling, hints=self._drilling.hints + 1)
            self._mark(marks.HINT)
            self._app.places.go(actions.DRILL)
        else:
            self._app.say("no drill is going on here: there is nothing to hint at")

    def record(self, act: Act) -> str:
        """Keep an act of a drill apart from real ones; why it is not written, or ""."""
        if not isinstance(act, Note):
            return "a drill changes no gate and reads no runbook for real: E ends it"
        if self._client is not None:
            self._client.mark(marks.SAID, plain(act.text))
        return ""

    def dismiss(self) -> bool:
        """Leave a drill that is over; False while it goes on, or where there is none."""
        if self._drilling is None or self.going:
            return False
        self._close()
        self._drilling = None
        return True

    def let_go(self) -> None:
        """The console closes: the lease goes on by itself, and restores."""
        self._close()

    def _killing(self) -> Killing | None:
        drilling = self._drilling
        if drilling is None or drilling.told is None:
            return None
        told = drilling.told
        since = monotonic() - self._sent_at if self._sent_at is not None else None
        return Killing(
            subject="",
            prepared=told.prepared,
            confirmed=self._sent_at is not None,
            ladder=told.ladder,
            lost=drilling.lost,
            seconds=since,
        )

    def _go(self) -> str:
        """The word and Enter."""
        if self._client is None or not self.going:
            return "NOT SENT: the drill is over; esc, then K is for real"
        snapshot = self._app.scene().snapshot
        try:
            self._client.go(f"a drill: {in_breach(snapshot) if snapshot else ''}")
        except OSError as error:
            return f"NOT SENT: the drill's process cannot be reached ({error})"
        self._sent_at = monotonic()
        return ""

    def _leave(self) -> None:
        self._app.home()
        self._app.say("left the drill's dialog: nothing was sent")

    def _mark(self, name: str) -> None:
        if self._client is not None:
            self._client.mark(name)

    def _readable(self) -> None:
        client, drilling = self._client, self._drilling
        if client is None or drilling is None:
            return
        before = drilling.told
        for told in client.receive():
            drilling = replace(drilling, told=told)
        if client.closed:
            self._stop_reading()
            drilling = replace(drilling, lost=not drilling.over)
        self._drilling = drilling
        self._turned(before, drilling.told)
        self._app.changed()

    def _turned(self, before: Told | None, now: Told | None) -> None:
        """What follows when the drill has ended."""
        if now is None or (before is not None and before.phase == now.phase):
            return
        if now.phase == "over" and now.score is not None:
            self.status = 0 if now.score.passed and not _alarm(now) else 1
        if now.phase == "refused":
            self.status = 6
            self._app.say(f"no drill: {plain(now.text)}")
        if now.phase in ("restoring", "over", "refused"):
            if _is_real(now.why):
                # Something real goes on: the screen is about that at once, and K is for real.
                self._drilling = None
                self._app.home()
                self._app.say(f"THE DRILL IS OVER, THIS IS REAL: {plain(now.why)}")
            elif self._app.screen_stack:
                self._app.places.go(actions.DRILL)

    def _look(self, snapshot: Snapshot) -> None:
        """A real BREACH ends the drill."""
        title = in_breach(snapshot)
        if title and self._client is not None:
            self._client.end(f"a real BREACH: {title}", title)

    def _stop_reading(self) -> None:
        if self._descriptor is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._descriptor = None

    def _close(self) -> None:
        self._stop_reading()
        if self._client is not None:
            with suppress(OSError):
                self._client.leave()
            self._client = None


def _drilling(order: DrillOrder) -> Drilling:
    return Drilling(None, order.kind, order.trainee, story(order.story), None)


def _alarm(told: Told) -> bool:
    return told.result in ("void", "not restored") and told.kind != TABLETOP


def _is_real(why: str) -> bool:
    return why.startswith(("a real kill", "a real BREACH"))
