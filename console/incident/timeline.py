"""The timeline of one feature: what happened, from wherever it is told, each thing once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from console.incident.happening import Happening

MOST = 500
"""Happenings that are kept; the store has the rest."""

SAME = timedelta(minutes=2)
"""Event time within which two consoles that say the same of one signal mean the same change."""


class Timeline:
    """Happenings in the order of their time."""

    def __init__(self) -> None:
        self._by_key: dict[str, Happening] = {}
        self._rows: tuple[Happening, ...] = ()

    @property
    def rows(self) -> tuple[Happening, ...]:
        """Oldest first; the very same object while nothing was added."""
        return self._rows

    def add(self, happenings: Iterable[Happening]) -> bool:
        """Take what is new; a thing that is told again replaces what was told of it.

        Returns:
            Whether anything differs.
        """
        changed = False
        for one in happenings:
            if self._by_key.get(one.key) == one or self._told(one):
                continue
            self._by_key[one.key] = one
            changed = True
        if changed:
            rows = sorted(self._by_key.values(), key=lambda one: (one.at, one.key))[-MOST:]
            self._by_key = {one.key: one for one in rows}
            self._rows = tuple(rows)
        return changed

    def _told(self, new: Happening) -> bool:
        """Whether another console has told the same change of a verdict, a little earlier or later."""
        if new.kind != "verdict" or new.event_at is None or new.key in self._by_key:
            return False
        return any(
            old.kind == "verdict"
            and old.text == new.text
            and old.event_at is not None
            and abs(old.event_at - new.event_at) <= SAME
            for old in reversed(self._rows[-50:])
        )
