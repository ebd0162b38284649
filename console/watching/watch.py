"""The watch: the same services as the screen's, and a line for each change.

Every feature is watched by itself: one that cannot be, or breaks, is a line, and stops no other. The
configuration is read again when its file changes; what did not change in it goes on undisturbed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.config import Config, ConfigError, keep_aside, open_config
from console.patience import within
from console.text import plain
from console.watching.features import Features
from console.watching.lines import Line
from console.watching.systemd import Systemd

if TYPE_CHECKING:
    from console.config.watcher import Watcher

LEAST_SECONDS = 0.25
"""Between two looks at the features: what changes faster is told together."""
LOOK_SECONDS = 1.0
"""At the latest: what only time changes is looked at so often."""
CONFIG_SECONDS = 1.0
AGAIN_SECONDS = 30.0
"""Before a feature whose watch could not be begun is tried again."""
DISK_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Watch:
    """Watches the features of a configuration until it is told to stop.

    Args:
        path: of console.toml.
        watcher: of that file, made before it was read.
        name: key or ``KEY@ENVIRONMENT`` of the only feature to watch; None watches all.
        say: takes each line; must not wait.
        zone: whose midnight begins a day, for cost and tickets.
        systemd: is told how the watch stands.
    """

    def __init__(
        self,
        path: Path,
        watcher: Watcher,
        name: str | None,
        say: Callable[[Line], None],
        *,
        zone: tzinfo,
        systemd: Systemd,
    ) -> None:
        self._path = path
        self._watcher = watcher
        self._say = say
        self._systemd = systemd
        self._changed = asyncio.Event()
        self._features = Features(name, say, self._changed.set, zone=zone)
        self._stands_in = ""

    async def run(self, config: Config, stands_in: str, stop: asyncio.Event) -> None:
        """Watch until `stop` is set.

        Args:
            config: as it was read.
            stands_in: why the last good copy stands in for the file, or "".

        Raises:
            ConfigError: nothing of what was meant can be watched.
        """
        tasks = [asyncio.create_task(self._beat())]
        try:
            self._say_stands_in(stands_in)
            await _unless(stop, self._features.use(config))
            keep_aside(config)
            self._features.tell()
            self._systemd.ready(self._features.status())
            tasks.append(asyncio.create_task(self._follow_config()))
            tasks.append(asyncio.create_task(self._try_again()))
            while not stop.is_set():
                await _unless(stop, self._changed.wait())
                self._changed.clear()
                if self._features.tell():
                    self._systemd.status(self._features.status())
                await _unless(stop, asyncio.sleep(LEAST_SECONDS))
        finally:
            self._systemd.stopping()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._features.aclose()

    async def _follow_config(self) -> None:
        while True:
            await asyncio.sleep(CONFIG_SECONDS)
            try:
                if not await within(DISK_SECONDS, self._watcher.changed):
                    continue
                config, stands_in = await within(DISK_SECONDS, lambda: open_config(self._path))
                if config.kept_at is not None:
                    # What is in use is no older than the copy, and need not be begun again.
                    self._say_stands_in(f"not in use as it stands: {stands_in}")
                    continue
                self._say_stands_in(stands_in)
                await self._features.use(config)
                keep_aside(config)
            except ConfigError as error:
                self._say_stands_in(f"refused, the one before goes on: {error}")
            except TimeoutError:
                continue  # the file's disk is away; what is in use goes on
            except Exception as error:  # noqa: BLE001 - whatever is wrong with a file, the watch goes on
                _log.exception("reading %s again failed", self._path)
                self._say_stands_in(f"refused, the one before goes on: {type(error).__name__}, see the log")
            else:
                self._line("RELOADED", self._features.status())
                self._changed.set()

    async def _try_again(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            await self._features.again()
            self._changed.set()

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

    def _say_stands_in(self, stands_in: str) -> None:
        if stands_in and stands_in != self._stands_in:
            self._line("PROBLEM", stands_in)
        elif self._stands_in and not stands_in:
            self._line("WORKS", f"{self._path} is in use as it stands")
        self._stands_in = stands_in

    def _line(self, word: str, text: str) -> None:
        self._say(Line(datetime.now(UTC), "", "config", word, plain(text)))


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
