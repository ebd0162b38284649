"""Everything that happened, by everyone, live."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.widget import Widget

from console.tui import actions
from console.tui.scene import Scene
from console.tui.screens.base import ConsoleScreen, Host
from console.tui.views.happenings import as_line, rows_of, shown, whole_timeline
from widgets.happenings import Happenings, HappeningsModel, laid_out, top_of

if TYPE_CHECKING:
    from console.incident.happening import Happening
    from widgets.happenings import HappeningRow

_LONGEST_FILTER = 60


def screen(host: Host) -> ConsoleScreen:
    """The place `timeline`."""
    return TimelineScreen(host)


class _Made(NamedTuple):
    """What was made of the happenings, and of which."""

    happenings: tuple[Happening, ...]
    dated: bool
    filter: str
    listed: tuple[Happening, ...]
    keys: tuple[str, ...]
    rows: tuple[HappeningRow, ...]


class TimelineScreen(ConsoleScreen):
    """Follows the newest until the cursor leaves it; then what is being read does not move."""

    place = actions.TIMELINE

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._rows = Happenings(look=self.look)
        self._filter = ""
        self._cursor: str | None = None
        self._offset = 0
        self._newest = ""
        self._made: _Made | None = None

    def body(self) -> Iterable[Widget]:
        """The rows alone."""
        yield self._rows

    def aim(self, target: str) -> None:
        """Begin at the newest, with nothing filtered."""
        self.place = actions.TIMELINE
        self._filter, self._cursor = "", None

    def draw_body(self, scene: Scene) -> None:
        """What happened, as far as it passes the filter."""
        self._rows.show(self._model(scene))

    def take(self, event: events.Key | events.Paste, read: int) -> bool:
        """The letters of the filter."""
        if self.place != actions.FILTER:
            return False
        if isinstance(event, events.Paste):
            self._wanted(self._filter + " ".join(event.text.split()))
        elif event.key == "backspace":
            self._wanted(self._filter[:-1])
        elif event.character is not None and event.character.isprintable() and len(event.character) == 1:
            self._wanted(self._filter + event.character)
        else:
            return False
        return True

    def act(self, action: str) -> bool:
        """Move, filter, go into a line, or copy it."""
        if action in ("next_item", "previous_item"):
            self._move(1 if action == "next_item" else -1)
        elif action in ("page_down", "page_up"):
            page = max(1, self._rows.size.height - 2)
            self._move(page if action == "page_down" else -page)
        elif action == "newest":
            self._cursor = None
            self.redraw()
        elif action == "filter":
            self.place = actions.FILTER
            self.redraw()
        elif action in ("filter_keep", "filter_clear"):
            self.place = actions.TIMELINE
            self._wanted(self._filter if action == "filter_keep" else "")
        elif action == "back" and self._filter:
            self._wanted("")
        elif action == "into":
            self._into()
        elif action == "copy":
            chosen = self._chosen()
            if chosen is None:
                self.host.say("there is no line to copy")
            else:
                self.host.copy(as_line(self.scene, chosen))
        else:
            return False
        return True

    def _listed(self, scene: Scene) -> _Made:
        """What passes the filter, made anew only when there is something new."""
        happenings = scene.snapshot.happenings if scene.snapshot else ()
        dated = scene.snapshot is not None and scene.snapshot.board.clock is not None
        made = self._made
        same = made is not None and made.happenings is happenings and made.dated is dated
        if made is None or not same or made.filter != self._filter:
            listed = shown(scene, self._filter)
            keys = tuple(each.key for each in listed)
            made = self._made = _Made(happenings, dated, self._filter, listed, keys, rows_of(scene, listed))
        return made

    def _model(self, scene: Scene) -> HappeningsModel:
        made = self._listed(scene)
        keys = made.keys
        if self._cursor is not None and self._cursor not in keys:
            # It dropped out at the far end, or the filter hides it: the newest is the safe place.
            self._cursor = None
        cursor = None if self._cursor is None else keys.index(self._cursor)
        if cursor is None:
            self._newest = keys[-1] if keys else ""
        below = 0
        if cursor is not None and self._newest in keys:
            below = len(keys) - 1 - keys.index(self._newest)
        return whole_timeline(
            made.rows,
            cursor=cursor,
            offset=self._offset,
            below=below,
            wanted=self._filter,
            typing=self.place == actions.FILTER,
        )

    def _wanted(self, text: str) -> None:
        self._filter = text[:_LONGEST_FILTER]
        self._cursor = None
        self.redraw()

    def _move(self, step: int) -> None:
        listed = self._listed(self.scene).listed
        if not listed:
            return
        model = self._model(self.scene)
        last = len(listed) - 1
        at = last if model.cursor is None else model.cursor
        # From the newest, the first step up puts the cursor there, so that it is seen.
        to = max(0, min(at + step + (1 if model.cursor is None and step == -1 else 0), last))
        if step > 0 and to == last:
            self._cursor = None
        else:
            lines, starts = laid_out(model, self._rows.size.width, self.look)
            room = max(1, self._rows.size.height - 1)
            top = top_of(model, lines, starts, room)
            self._offset = max(0, min(starts[to] - top, room - 1))
            self._cursor = listed[to].key
        self.redraw()

    def _chosen(self) -> Happening | None:
        listed = self._listed(self.scene).listed
        if self._cursor is None:
            return listed[-1] if listed else None
        return next((each for each in listed if each.key == self._cursor), None)

    def _into(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen.kind == "kill":
            self._into_kill(chosen.key)
        elif chosen.kind == "verdict" and (signal := self._signal(chosen)):
            self.host.go(actions.DETAIL, signal)
        elif chosen.kind in ("attest", "waive", "said"):
            self.host.go(actions.CHECKLIST)
        elif chosen.kind in ("arming", "proved"):
            self.host.go(actions.ARMING)
        elif chosen.kind == "alarm-seen":
            self.host.go(actions.LADDER)
        elif chosen.kind == "acknowledge":
            self.host.go(actions.RUNBOOK)
        else:
            self.host.say("nothing more is known of that line; y copies it")

    def _into_kill(self, key: str) -> None:
        """The ladder of the kill that a line is about: the newest one, or an older one of the journal."""
        ladder = self.scene.ladder()
        kills = self.scene.snapshot.kills if self.scene.snapshot else ()
        older = next((kill.ladder.kill_id for kill in kills if kill.ladder.kill_id in key), "")
        if ladder is not None and ladder.kill_id in key:
            self.host.go(actions.LADDER)
        elif older:
            self.host.go(actions.LADDER, older)
        else:
            self.host.say("that kill is too old to be shown rung by rung: its rungs are the lines around it")

    def _signal(self, happening: Happening) -> str:
        """Key of the signal that a change of verdict is about; the longest title that it begins with."""
        verdicts = self.scene.snapshot.board.verdicts.values() if self.scene.snapshot else ()
        named = [v for v in verdicts if happening.text.startswith(v.title)]
        return max(named, key=lambda v: len(v.title)).signal if named else ""
