"""Who else is here: consoles of the same store that are open now."""

from __future__ import annotations

import asyncio
import os
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from console.store.kept import Presence

if TYPE_CHECKING:
    from console.fleet import Fleet

SIGN_SECONDS = 5.0
"""Between two signs of life."""

GONE_AFTER = timedelta(seconds=16)
"""Without a sign of life for so long a console is gone."""

LOOK_SECONDS = 0.5


class Attendance:
    """Gives this console's signs of life, and tells every feature's service of the others'."""

    def __init__(self, fleet: Fleet, operator: str) -> None:
        self._fleet = fleet
        self._operator = operator
        self._console = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._feature = self._environment = self._screen = ""
        self._moved = False

    def moved(self, feature: str, screen: str) -> None:
        """Note where the person is.

        Args:
            feature: ``key@environment``, or "" on a screen that shows them all.
        """
        key, _, environment = feature.rpartition("@")
        if (key, environment, screen) != (self._feature, self._environment, self._screen):
            self._feature, self._environment, self._screen = key, environment, screen
            self._moved = True

    def leave(self) -> None:
        """Say that this console is gone."""
        self._fleet.history.absent(self._console)

    async def follow(self) -> None:
        """Give signs, and look, until cancelled."""
        revision: tuple[int, ...] | None = None
        signed = looked = datetime.min.replace(tzinfo=UTC)
        while True:
            now = datetime.now(UTC)
            if self._moved or (now - signed).total_seconds() >= SIGN_SECONDS:
                self._moved, signed = False, now
                self._fleet.history.present(self._sign(now))
            found = self._fleet.history.revision()
            if found != revision or (now - looked).total_seconds() >= SIGN_SECONDS:
                revision, looked = found, now
                await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    def _sign(self, now: datetime) -> Presence:
        return Presence(self._console, self._operator, self._feature, self._environment, self._screen, now)

    async def _look(self) -> None:
        here = await self._fleet.history.presences(within=GONE_AFTER)
        others = tuple(sorted((one for one in here if one.console != self._console), key=_name))
        for service in self._fleet.services:
            service.others = others


def _name(presence: Presence) -> tuple[str, str]:
    return presence.operator, presence.console
