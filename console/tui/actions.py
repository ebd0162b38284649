"""Every key, once: what it is called, where it works, and whether it changes what users get.

The keys, the footer, the ``?`` page, the palette and docs/keys.md are all made from this list.
"""

from __future__ import annotations

from collections.abc import Iterable

from console.tui.action import GROUPS, Action
from console.tui.actions_do import LOOK_DECIDE_WRITE
from console.tui.actions_move import KILL_AND_MOVE
from console.tui.places import (
    ARMING,
    CARD,
    CHECKLIST,
    DETAIL,
    DIALOG,
    DRILL,
    FEATURES,
    FILTER,
    FORM,
    HELP,
    LADDER,
    RUNBOOK,
    SIGNALS,
    TIMELINE,
    TYPED_ON,
    WALK,
)

__all__ = [
    "ACTIONS",
    "ARMING",
    "CARD",
    "CHECKLIST",
    "DETAIL",
    "DIALOG",
    "DRILL",
    "FEATURES",
    "FILTER",
    "FORM",
    "GROUPS",
    "HELP",
    "KEYS",
    "LADDER",
    "RUNBOOK",
    "SIGNALS",
    "TIMELINE",
    "TYPED_ON",
    "WALK",
    "Action",
    "Keymap",
]

ACTIONS: tuple[Action, ...] = (*KILL_AND_MOVE, *LOOK_DECIDE_WRITE)


class Keymap:
    """Which key does what on which screen.

    Args:
        actions: as in `ACTIONS`, on the same keys or on others.
        refused: a sentence for each wish of `[keys]` that could not be had.
    """

    def __init__(self, actions: Iterable[Action] = ACTIONS, refused: tuple[str, ...] = ()) -> None:
        self.actions = tuple(actions)
        self.refused = refused
        self._by_key = {
            (screen, key): action
            for action in self.actions
            for screen in action.screens
            for key in action.keys
        }

    def find(self, screen: str, key: str) -> Action | None:
        """What `key` (Textual's name) does on a screen."""
        return self._by_key.get((screen, key))

    def of(self, screen: str) -> tuple[Action, ...]:
        """What works on a screen, in the order of the list."""
        return tuple(action for action in self.actions if screen in action.screens)


KEYS = Keymap()
"""As delivered."""
