"""One thing that a key does."""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = ("the kill", "move", "look", "decide", "write")
"""In the order of the ``?`` page."""
KILL, MOVE, LOOK, DECIDE, WRITE = GROUPS


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does.

    Attributes:
        id: stable name, by which a key is rebound in `[keys]`; it may have several entries.
        keys: Textual's names of the keys, the main one first.
        shown: the main key as it is printed.
        label: in the footer, a word or two.
        description: in ``?`` and the palette.
        screens: where the key works.
        group: of `GROUPS`.
        dangerous: it changes what users get, or opens the dialog that does; capitals only.
        rank: in a footer that is short of room the lowest go first.
        right: stands at the footer's right edge.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    description: str
    screens: frozenset[str]
    group: str
    dangerous: bool = False
    rank: int = 0
    right: bool = False
