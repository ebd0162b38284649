"""The ``?`` page: every key, from the one list of actions."""

from __future__ import annotations

from console.tui import actions
from widgets.line import Line, Role
from widgets.runbook import RunbookModel

_KILL = (
    "K opens the dialog. Type  kill  (any case), read the line that names flag and environment, press Enter.",
    "Enter counts once that line is on the screen; an Enter that came too early is asked for once more.",
    "A paste is discarded. esc leaves, and nothing is sent. After Enter, leaving never ends the kill.",
    "If no lever works: F2 in the dialog shows the exact requests to send by hand.",
)
_GLYPHS = "● OK  ▲ WATCH  ■ BREACH  ○ TOO FEW  □ NO DATA  ◑ STALE  ✗ ERROR  ◇ OFF (by a kill)"


def help_page(width: int, top: int) -> RunbookModel:
    """Keys, the kill in four lines, and the glyphs."""
    lines: list[Line] = [((" keys: capitals change what users get, small letters never do", Role.TITLE),)]
    seen: set[str] = set()
    for action in actions.ACTIONS:
        if action.id in seen:
            continue
        seen.add(action.id)
        lines.append(
            ((f"   {action.shown:<6} {action.description}", Role.DANGER if action.dangerous else Role.PLAIN),)
        )
    lines += [(), ((" the kill", Role.TITLE),), *((("   " + text, Role.PLAIN),) for text in _KILL)]
    lines += [(), ((" glyphs", Role.TITLE),), (("   " + _GLYPHS, Role.PLAIN),)]
    return RunbookModel(title="help", lines=tuple(lines), top=top)
