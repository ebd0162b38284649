"""Following `[keys]`: taken over once it has been read, and whenever it has changed."""

from __future__ import annotations

from collections.abc import Mapping

from console.tui.actions import ACTIONS, KEYS, TYPED_ON, Keymap


class Keyboard:
    """The keys as they are now."""

    def __init__(self) -> None:
        self.keys = KEYS
        self._wanted: Mapping[str, tuple[str, ...]] = {}

    def follow(self, wanted: Mapping[str, tuple[str, ...]]) -> str:
        """Put actions on the keys wanted; says the first wish that could not be had, or ""."""
        if wanted == self._wanted:
            return ""
        from console.config.keys import rebind

        self._wanted = wanted
        self.keys = Keymap(*rebind(ACTIONS, wanted, typed_on=TYPED_ON))
        return self.keys.refused[0] if self.keys.refused else ""
