"""The ``?`` page: every key, from the one list of actions."""

from __future__ import annotations

from console.tui.actions import GROUPS, Keymap
from console.tui.key_table import key_rows
from widgets.line import Line, Role, wrap
from widgets.runbook import RunbookModel

_KILL = (
    "K opens the dialog. Type  kill  (any case), read the line that names flag and environment, press Enter.",
    "Enter counts once that line is on the screen; an Enter that came too early is asked for once more.",
    "A paste is discarded. esc leaves, and nothing is sent. After Enter, leaving never ends the kill.",
    "If no lever works: F2 in the dialog shows the exact requests to send by hand.",
)
_GLYPHS = "● OK  ▲ WATCH  ■ BREACH  ○ TOO FEW  □ NO DATA  ◑ STALE  ✗ ERROR  ◇ OFF (by a kill)"
_GATES = "✓ PASS  ✗ FAIL  ? UNKNOWN  ◑ EXPIRED  ≈ WAIVED"
_KEYS = 18
"""Column of what a key does."""


def help_page(width: int, top: int, keys: Keymap) -> RunbookModel:
    """The kill in four lines, the keys by what they are for, and the glyphs."""
    lines: list[Line] = []
    for group in GROUPS:
        lines += [(), ((f" {group}", Role.TITLE),)] if lines else [((f" {group}", Role.TITLE),)]
        if group == GROUPS[0]:
            lines += _text(width, *_KILL)
        for row in key_rows(keys):
            if row.group == group:
                lines += _row(
                    row.keys or f": {row.id}",
                    row.description,
                    width,
                    Role.DANGER if row.dangerous else Role.PLAIN,
                )
    lines += [(), ((" capitals change what users get, small letters never do", Role.TITLE),)]
    lines += _text(width, "Where letters are typed no letter is a key: esc leaves, F1 is this page.")
    lines += [(), ((" glyphs", Role.TITLE),), *_text(width, _GLYPHS, _GATES)]
    return RunbookModel(title="help", lines=tuple(lines), top=top)


def _text(width: int, *texts: str) -> list[Line]:
    return [(("   " + piece, Role.PLAIN),) for text in texts for piece in wrap(text, width - 4)]


def _row(keys: str, description: str, width: int, role: Role) -> list[Line]:
    narrow = width < 3 * _KEYS
    column = 3 if narrow else _KEYS
    pieces = wrap(description, max(8, width - column - 1))
    lines: list[Line] = []
    if narrow or len(keys) > _KEYS - 5:
        lines.append(((f"   {keys}", role),))
        keys = ""
    for index, piece in enumerate(pieces):
        head = f"   {keys}" if index == 0 and keys else ""
        lines.append(((f"{head:<{column}}{piece}", role),))
    return lines
