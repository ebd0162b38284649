"""The keys as people read them: one row an action, wherever it works."""

from __future__ import annotations

from dataclasses import dataclass

from console.tui.actions import Keymap


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One action.

    Attributes:
        keys: all of them as they are printed ("↓ j tab"); "" for one that only the palette has.
        places: where it works, sorted.
    """

    id: str
    group: str
    keys: str
    description: str
    places: tuple[str, ...]
    dangerous: bool


def key_rows(keys: Keymap) -> tuple[KeyRow, ...]:
    """Every action once, in the registry's order."""
    # Brings the whole reading of configurations with it, which the first frame does not need.
    from console.config.keyboard import shown

    rows: list[KeyRow] = []
    for name in dict.fromkeys(action.id for action in keys.actions):
        entries = [action for action in keys.actions if action.id == name]
        printed = dict.fromkeys(shown(key) for action in entries for key in action.keys)
        first = entries[0]
        places = sorted(frozenset[str]().union(*(action.screens for action in entries)))
        rows.append(
            KeyRow(name, first.group, " ".join(printed), first.description, tuple(places), first.dangerous)
        )
    return tuple(rows)
