"""The first screen: signals in their bands, the checklist beside them where there is room, the timeline."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Horizontal
from textual.widget import Widget

from console.text import plain
from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.views.checklist import checklist
from console.tui.views.footer import footer
from console.tui.views.signals import moved, signals
from console.tui.views.standing import back_on
from console.tui.views.timeline import timeline
from widgets.checklist import SIDE_WIDTH, Checklist
from widgets.footer import FooterModel
from widgets.message import Message, MessageModel
from widgets.signals import Signals
from widgets.timeline import Timeline

SIDE_BY_SIDE = 116
"""From this many columns on the checklist stands beside the signals."""

_FRAME = 4  # banner and footer
_WIDE, _COMPACT = 29, 15  # lines of seven signals, by form
_TIMELINE = 4  # lines below which the timeline gives way to the signals
_STEPS = {"next_item": 1, "next": 1, "previous_item": -1, "previous": -1}


def screen(host: Host) -> ConsoleScreen:
    """The place `signals`."""
    return SignalsScreen(host)


class SignalsScreen(ConsoleScreen):
    """Is it hurting users right now?"""

    place = actions.SIGNALS

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        look = self.look
        self._signals = Signals(look=look)
        self._checklist = Checklist(look=look)
        self._timeline = Timeline(look=look)
        self._message = Message(look=look)
        self._cursor: str | None = None
        self._panels = Horizontal(self._signals, self._checklist)

    def body(self) -> Iterable[Widget]:
        """The panels, or while nothing is known, what is being waited for."""
        yield self._message
        yield self._panels
        yield self._timeline

    @property
    def looked_at(self) -> str:
        """The signals."""
        return self.place

    @property
    def cursor(self) -> str | None:
        """The key of the signal under the cursor; None while none was chosen."""
        return self._cursor

    def act(self, action: str) -> bool:
        """Move the cursor, or go into what it is on."""
        if action == "into":
            self._into()
        elif action in _STEPS:
            self._cursor = moved(self.scene, self._cursor, _STEPS[action])
            self.redraw()
        else:
            return False
        return True

    def footer_model(self, scene: Scene) -> FooterModel:
        """Enter is named after what it opens."""
        return footer(scene, self.place, {"into": "ladder" if self._climbs(scene) else "why"})

    def _climbs(self, scene: Scene) -> bool:
        """Enter shows the newest kill: no signal was chosen, and a kill stands or runs."""
        return self._cursor is None and scene.ladder() is not None and not back_on(scene)

    def _into(self) -> None:
        if self._climbs(self.scene):
            self.host.go(actions.LADDER)
        else:
            self.host.go(actions.DETAIL, self._cursor or "")

    # Textual calls the handlers of every class, the most derived first: layout comes before the drawing.

    def on_mount(self) -> None:
        """Lay out before the first drawing."""
        self._arrange(self.app.size.width, self.app.size.height)

    def on_resize(self) -> None:
        """The room has changed."""
        self._arrange(self.app.size.width, self.app.size.height)

    def draw_body(self, scene: Scene) -> None:
        """Panels, checklist, timeline."""
        waiting = scene.snapshot is None
        self._message.display = waiting
        self._panels.display = self._timeline.display = not waiting
        if waiting:
            self._message.show(MessageModel(tuple(plain(scene.message or "starting").splitlines())))
            return
        beside = bool(self._checklist.display)
        self._cursor = moved(scene, self._cursor, 0)
        self._signals.show(signals(scene, self._cursor))
        if beside:
            self._checklist.show(checklist(scene))
        joint = self.app.size.width - SIDE_WIDTH if beside else None
        self._timeline.show(timeline(scene, joint))

    def _arrange(self, width: int, height: int) -> None:
        room = height - _FRAME
        self._checklist.display = width >= SIDE_BY_SIDE
        self._checklist.styles.width = SIDE_WIDTH
        lines = _WIDE if room >= _WIDE + _TIMELINE else _COMPACT
        if room < lines + _TIMELINE:
            lines = max(1, room)
        self._panels.styles.height = lines
