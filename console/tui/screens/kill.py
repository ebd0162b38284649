"""The kill: the dialog that guards it, then its ladder, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import events
from textual.widget import Widget

from console.incident.acts import AlarmSeen
from console.text import plain
from console.tui import actions
from console.tui.confirm import Answer, ConfirmWord
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.screens.page import scrolled
from console.tui.views.alarms import unseen
from console.tui.views.card import card_page
from console.tui.views.help import help_page
from console.tui.views.kill_dialog import effect, kill_dialog
from console.tui.views.kill_left import overdue
from console.tui.views.ladder import ladder
from console.tui.views.requests import requests
from widgets.kill_dialog import KillDialog
from widgets.ladder import Ladder
from widgets.runbook import Runbook, RunbookModel

_SCROLL = {"down": "scroll_down", "up": "scroll_up", "pagedown": "page_down", "pageup": "page_up"}

_LOOKS = 3
"""How often a dialog that was just uncovered is looked at, a refresh apart."""


class KillScreen(ConsoleScreen):
    """Reads its keys itself, one by one and in order, from the moment it is pushed, drawn or not."""

    def __init__(
        self,
        host: Host,
        *,
        go: Callable[[], str],
        leave: Callable[[], None],
        typing: Callable[[bool], None],
        read_before_paint: Callable[[], int],
        climbing: bool = False,
        problem: str = "",
        kill_id: str = "",
    ) -> None:
        """Make the screen.

        Args:
            go: sends the confirmed kill at once; says what went wrong, or "".
            leave: leaves the dialog, nothing is sent.
            typing: is told whether the word stands begun.
            read_before_paint: number of the newest read before the screen was last painted.
            climbing: show the ladder of a kill that was confirmed before.
            problem: what is already known to be wrong, or "".
            kill_id: the ladder is that of an older kill.
        """
        super().__init__(host)
        look = self.look
        self.place = actions.LADDER if climbing else actions.DIALOG
        # As it stood when the kill was opened: it must not move under the reading eye.
        self._book = host.book
        self._go = go
        self._leave = leave
        self._typing = typing
        self._read_before_paint = read_before_paint
        self._word = ConfirmWord()
        self._problem = problem
        self._kill_id = kill_id
        self._effect = ""
        self._top = 0
        self._page = ""
        self._card_shown = False
        self._dialog = KillDialog(look=look)
        self._ladder = Ladder(look=look)
        self._pages = Runbook(look=look)

    @property
    def word(self) -> ConfirmWord:
        """How far the word has been typed."""
        return self._word

    def body(self) -> Iterable[Widget]:
        """Dialog, ladder and page; one is shown."""
        yield self._dialog
        yield self._ladder
        yield self._pages

    def draw_body(self, scene: Scene) -> None:
        """The one that is shown."""
        if self.place == actions.LADDER and not self._card_shown and not self._kill_id and overdue(scene):
            # Half a minute, and nothing is confirmed: how to do it by hand comes by itself, once.
            self._card_shown, self._page, self._top = True, "card", 0
        self._pages.display = bool(self._page)
        self._dialog.display = not self._page and self.place == actions.DIALOG
        self._ladder.display = not self._page and self.place == actions.LADDER
        if self._page:
            self._pages.show(self._page_of(scene, self.app.size.width))
        elif self.place == actions.DIALOG:
            if (
                scene.snapshot is not None
                and (named := effect(scene.snapshot, drill=scene.drill is not None)) != self._effect
            ):
                # A reload has changed what is killed: Enter counts for what is on the screen now.
                self._effect, self._word = named, self._word.hidden()
            self._dialog.show(kill_dialog(scene, self._word, self._runbook(), self._problem))
            if self._word.complete and self._word.painted_read is None:
                self.call_after_refresh(self._painted)
        else:
            self._ladder.show(ladder(scene, self._runbook(), self._kill_id))

    def _page_of(self, scene: Scene, width: int) -> RunbookModel:
        if self._page == "requests":
            return requests(scene, width, self._top)
        if self._page == "card":
            return card_page(self.host.card, width, self._top)
        return help_page(width, self._top, scene.keys)

    def _runbook(self) -> str:
        """Its text; of a feature that was chosen only just now it comes a moment later."""
        self._book = self._book or self.host.book
        return self._book.text if self._book else ""

    def take(self, event: events.Key | events.Paste, read: int) -> bool:
        """Every key and paste belongs to the dialog while it asks for the word."""
        if self.place != actions.DIALOG:
            return self._page != "" and isinstance(event, events.Key) and self._turn_page(event.key)
        if isinstance(event, events.Paste):
            self._page = ""
            self._word = self._word.paste()
        elif not self._turn_page(event.key):
            self._page = ""
            self._type(event, read)
        self.redraw()
        return True

    def act(self, action: str) -> bool:
        """F2 and F3 on the ladder, and what acknowledges its alarms."""
        key = {"requests": "f2", "kill_card": "f3"}.get(action)
        if key is not None:
            self._turn_page(key)
        elif action == "acknowledge" and self.place == actions.LADDER:
            self._acknowledge()
        else:
            return False
        return True

    def _acknowledge(self) -> None:
        if self.host.scene().drill is not None:
            self.host.say("a drill's alarms go into its score, and need nobody's word")
            return
        newest = self.host.scene().ladder()
        if self._kill_id and (newest is None or newest.kill_id != self._kill_id):
            self.host.say("an older kill: the alarms of the newest one are on its own ladder")
            return
        open_alarms = unseen(self.host.scene(), newest) if newest is not None else ()
        if newest is None or not open_alarms:
            self.host.say("no alarm stands: there is nothing to acknowledge")
            return
        seen = AlarmSeen(newest.kill_id, tuple(step.rung.value for step in open_alarms))
        self.host.run(self._record(seen))

    async def _record(self, seen: AlarmSeen) -> None:
        problem = await self.host.backend.record(seen)
        rungs = ", ".join(seen.rungs)
        who = self.host.backend.operator
        self.host.say(
            f"NOT WRITTEN, the alarm stands: {plain(problem)}"
            if problem
            else f"journaled: {plain(who)} has seen that {rungs} did not come true"
        )

    def _type(self, event: events.Key, read: int) -> None:
        character = event.character
        if event.key in ("escape", "ctrl+c"):
            self._leave()
        elif event.key == "enter":
            self._word = self._word.enter(read)
            if self._word.answer is Answer.GO:
                self._confirmed()
        elif event.key == "backspace":
            self._word = self._word.backspace()
        elif character is not None and character.isprintable():
            self._word = self._word.character(character, read)
        else:
            self._word = self._word.other()
        if self.place == actions.DIALOG and event.key not in ("escape", "ctrl+c"):
            self._typing(self._word.typed > 0)

    def _confirmed(self) -> None:
        problem = self._go()
        if problem:
            # The word stands: the next Enter tries again.
            self._problem = problem
            self._word = self._word.other()
        else:
            self.place = actions.LADDER

    def _painted(self, looks: int = _LOOKS) -> None:
        """Note that the effect stands on the screen; a dialog that was just uncovered is laid out first."""
        if not self._dialog.display:
            return
        if self._dialog.message_shown:
            self._word = self._word.painted(self._read_before_paint())
        elif looks:
            self.call_after_refresh(self._painted, looks - 1)

    def _turn_page(self, key: str) -> bool:
        """Open, scroll or close the page over the dialog; False when the key is not about it."""
        wanted = {"f1": "help", "f2": "requests", "f3": "card"}.get(key)
        if wanted:
            self._word = self._word.hidden()
            self._page = "" if self._page == wanted else wanted
            self._top = 0
        elif self._page and key == "escape":
            self._page = ""
        elif self._page and key in _SCROLL:
            self._top = scrolled(_SCROLL[key], self._top, self._pages) or 0
        else:
            return False
        self.redraw()
        return True
