"""What the app itself does for an action that the screen on top does not do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.incident.acts import AlarmSeen
from console.text import plain
from console.tui import actions
from console.tui.views.standing import LATCH, LEASE, latch_seen

if TYPE_CHECKING:
    from console.tui.app import ConsoleApp

_PLACES = (
    actions.SIGNALS,
    actions.FEATURES,
    actions.CHECKLIST,
    actions.WALK,
    actions.TIMELINE,
    actions.RUNBOOK,
    actions.ARMING,
    actions.CARD,
    actions.HELP,
    actions.LADDER,
)


class Dispatch:
    """One table from action to deed."""

    def __init__(self, app: ConsoleApp) -> None:
        self._app = app
        host = app.host
        self._deeds: dict[str, Callable[[], None]] = {place: self._going(place) for place in _PLACES}
        self._deeds |= {
            "kill": app.kills.open,
            "back": self._back,
            "restore": lambda: self._way_back("restore"),
            "step_back": lambda: self._way_back("back"),
            "drill": self._drill,
            "end_drill": app.drills.end,
            "hint": app.drills.hint,
            "note": lambda: host.go(actions.FORM, "note"),
            "acknowledge": self._latch_seen,
            "refresh": self._refresh,
            "hold": app.toggle_hold,
            "palette": app.open_palette,
            "interrupt": lambda: app.say("q leaves the console; a confirmed kill goes on without it"),
            "quit": lambda: app.exit(0),
        }

    def do(self, action: str) -> bool:
        """Do it; False when this is no action of the app's."""
        deed = self._deeds.get(action)
        if deed is None:
            return False
        deed()
        return True

    def _going(self, place: str) -> Callable[[], None]:
        return lambda: self._app.host.go(place)

    def _back(self) -> None:
        app = self._app
        if app.drills.dismiss():
            app.home()
            return
        app.host.back()
        if app.killing:
            app.say("the kill goes on without its screen: line 2 follows it, K shows it")

    def _latch_seen(self) -> None:
        """Somebody has turned a killed flag back, and it is known here."""
        snapshot = self._app.backend.snapshot
        left = snapshot.left_killed if snapshot is not None else None
        if left is not None:
            self._app.host.run(self._record(AlarmSeen(left.id, (LEASE,)), "a drill has left the flag killed"))
            return
        if snapshot is None or snapshot.kill is None or not snapshot.back_on or latch_seen(snapshot):
            self._app.say("no alarm stands: there is nothing to acknowledge")
            return
        seen = AlarmSeen(snapshot.kill.ladder.kill_id, (LATCH,))
        self._app.host.run(self._record(seen, "the killed flag was turned back; K kills again"))

    async def _record(self, seen: AlarmSeen, what: str) -> None:
        problem = await self._app.backend.record(seen)
        who = plain(self._app.backend.operator)
        self._app.say(
            f"NOT WRITTEN, the alarm stands: {plain(problem)}"
            if problem
            else f"journaled: {who} has seen that {what}"
        )

    def _way_back(self, form: str) -> None:
        """Open the form; in a console that only looks, explain."""
        if self._app.drills.going:
            self._app.say("not in a drill: it restores what it has killed by itself; E ends it")
        elif self._app.backend.read_only:
            self._app.say("this console was started with --read-only: it changes nothing that users get")
        else:
            self._app.host.go(actions.FORM, form)

    def _drill(self) -> None:
        """How far the drill has come; without one, the form that begins one."""
        app = self._app
        if app.drills.going:
            app.host.go(actions.DRILL)
        elif app.backend.read_only:
            app.say("this console was started with --read-only: it changes nothing that users get")
        else:
            app.drills.dismiss()
            app.host.go(actions.FORM, "drill")

    def _refresh(self) -> None:
        self._app.say("reading flag and runbook, and proving arming")
        self._app.host.run(self._app.refresh_all())
