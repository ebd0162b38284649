"""What is known of a flag before its kill, kept fresh so that the kill itself need not look first."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from console.killswitch.execution import Before

if TYPE_CHECKING:
    from console.config import FeatureConfig
    from console.killswitch.levers import Lever
    from console.killswitch.record import KillRecord
    from console.store.journal import Journal

READ_SECONDS = 5.0
REFRESH_SECONDS = 5.0
"""Between two looks; they keep the connection warm as well."""


class Lookout:
    """Reads lever 1 again and again. What fails here is no matter: the kill will meet it and say so.

    Attributes:
        before: what is known now.
    """

    def __init__(self, lever: Lever, feature: FeatureConfig, journal: Journal) -> None:
        self.before = Before()
        self._lever = lever
        self._feature = feature
        self._journal = journal
        self._looked = asyncio.Event()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            holding = None
            # A third party's adapter may raise anything.
            with suppress(Exception):
                async with asyncio.timeout(READ_SECONDS):
                    holding = await self._lever.holds()
            record = self.before.kill
            self.before = Before(holding, record)
            if record is None and holding is not None and holding.killed:
                record = await self._newest_kill()
                self.before = Before(holding, record)
            self._looked.set()
            await asyncio.sleep(REFRESH_SECONDS)

    async def first_look(self, seconds: float) -> None:
        """Wait until the first look is over, but no longer than this."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._looked.wait()

    async def _newest_kill(self) -> KillRecord | None:
        """Read the journal on a thread that the process need not wait for when the disk hangs."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[KillRecord | None] = loop.create_future()

        def give(record: KillRecord | None) -> None:
            if not found.done():
                found.set_result(record)

        def read() -> None:
            record = None
            # JournalError, or whatever a row of a strange shape leads to: the future must be settled.
            with suppress(Exception):
                record = self._journal.latest_kill(self._feature.key, self._feature.environment)
            # The loop may have stopped waiting, and be closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(give, record)

        threading.Thread(target=read, name="journal reader", daemon=True).start()
        return await found
