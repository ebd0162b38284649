"""The watch: the same services as the screen's, and a line for each change.

Every feature is watched by itself: one that cannot be, or breaks, is a line, and stops no other. The
configuration is read again when its file changes; what did not change in it goes on undisturbed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from console.fleet import Fleet
from console.watching.systemd import Systemd
from console.watching.telling import Telling

if TYPE_CHECKING:
    from datetime import tzinfo

    from console.config import Config
    from console.config.watcher import Watcher
    from console.feature import FeatureService
    from console.watching.lines import Line

SETTLE_SECONDS = 10.0
"""What the first lines wait for sources that have not answered; what is missing then is said."""
PROVE_SECONDS = 15.0
"""What the first lines wait for the first proof of the levers."""
LEAST_SECONDS = 0.25
"""Between two looks at the features: what changes faster is told together."""
LOOK_SECONDS = 1.0
"""At the latest: what only time changes is looked at so often."""
AGAIN_SECONDS = 5.0
"""Before the configuration is followed again, when that broke."""

_log = logging.getLogger(__name__)


class Watch:
    """Watches the features of a configuration until it is told to stop.

    Args:
        config: as it was read.
        watcher: of its file, made before it was read.
        stale: why the last good copy stands in for the file, or "".
        only: name (``key@environment``) of the only feature to watch; None watches all.
        say: takes each line; must not wait.
        zone: whose midnight begins a day, for cost and tickets.
        systemd: is told how the watch stands.
    """

    def __init__(
        self,
        config: Config,
        stale: str,
        watcher: Watcher,
        only: str | None,
        say: Callable[[Line], None],
        *,
        zone: tzinfo,
        systemd: Systemd,
    ) -> None:
        self._systemd = systemd
        self._changed = asyncio.Event()
        self._fleet = Fleet(
            config,
            stale,
            zone=zone,
            changed=self._changed.set,
            watcher=watcher,
            only=None if only is None else (only,),
        )
        self._telling = Telling(say, only)

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        tasks = [asyncio.create_task(self._beat())]
        try:
            await _unless(stop, self._begin())
            if not stop.is_set():
                self._telling.tell(self._fleet)
                self._systemd.ready(self._status())
                tasks.append(asyncio.create_task(self._follow_config()))
            while not stop.is_set():
                await _unless(stop, self._changed.wait())
                self._changed.clear()
                if self._telling.tell(self._fleet):
                    self._systemd.status(self._status())
                await _unless(stop, asyncio.sleep(LEAST_SECONDS))
        finally:
            self._systemd.stopping()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._fleet.stop()

    async def _begin(self) -> None:
        await self._fleet.start()
        services = self._fleet.services
        await asyncio.gather(
            *(service.settled(SETTLE_SECONDS) for service in services), *(map(_proven, services))
        )

    async def _follow_config(self) -> None:
        while True:
            try:
                await self._fleet.follow()
            except Exception:  # noqa: BLE001 - whatever is wrong with a file, the watch goes on
                _log.exception("following the configuration broke")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _beat(self) -> None:
        """Tell the service manager that the event loop turns, and have what only time changes looked at."""
        every = self._systemd.every
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._changed.set()
            if every is not None and loop.time() >= due:
                self._systemd.alive()
                due = loop.time() + every
            await asyncio.sleep(min(LOOK_SECONDS, every or LOOK_SECONDS))

    def _status(self) -> str:
        number, broken = len(self._fleet.services), len(self._fleet.broken)
        beside = f", {broken} cannot be" if broken else ""
        return f"{number} feature{'s' * (number != 1)} watched{beside}"


async def _proven(service: FeatureService) -> None:
    """Wait for the first proof of the levers, for a while."""
    proven = asyncio.Event()

    def look() -> None:
        if service.snapshot.arming is not None:
            proven.set()

    service.subscribe(look)
    look()
    with suppress(TimeoutError):
        async with asyncio.timeout(PROVE_SECONDS):
            await proven.wait()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, object]) -> None:
    """Do something until it is done, or `stop` is set."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        task.result()
        return
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
