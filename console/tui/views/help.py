"""The ``?`` page: every key, from the one list of actions."""

from __future__ import annotations

from console.tui import actions
from widgets.line import Line, Role, wrap
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
    lines: list[Line] = [((" the kill", Role.TITLE),)]
    for text in _KILL:
        lines.extend((("   " + piece, Role.PLAIN),) for piece in wrap(text, width - 4))
    lines += [(), ((" keys: capitals change what users get, small letters never do", Role.TITLE),)]
    seen: set[str] = set()
    for action in actions.ACTIONS:
        if action.id in seen:
            continue
        seen.add(action.id)
        pieces = wrap(action.description, width - 12)
        role = Role.DANGER if action.dangerous else Role.PLAIN
        lines.extend(
            ((f"   {action.shown if index == 0 else '':<6} {piece}", role),)
            for index, piece in enumerate(pieces)
        )
    lines += [(), ((" glyphs", Role.TITLE),)]
    lines.extend((("   " + piece, Role.PLAIN),) for piece in wrap(_GLYPHS, width - 4))
    return RunbookModel(title="help", lines=tuple(lines), top=top)
