"""The watch: the same services as the screen's, and a line for each change.

Every feature is watched by itself: one that cannot be, or breaks, is a line, and stops no other. The
configuration is read again when its file changes; what did not change in it goes on undisturbed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.config import BrokenFeature, Config, ConfigError, FeatureConfig, open_config
from console.config.watcher import Watcher
from console.feature import FeatureService
from console.patience import within
from console.store.history import History, history_path
from console.store.journal import Journal
from console.text import plain
from console.watching.lines import Line
from console.watching.systemd import Systemd
from console.watching.told import Told

if TYPE_CHECKING:
    from console.snapshot import Snapshot

SETTLE_SECONDS = 10.0
"""What the first lines wait for sources that have not answered; what is missing then is said."""
PROVE_SECONDS = 15.0
"""What the first lines wait for the first proof of the levers besides."""
LEAST_SECONDS = 0.25
"""Between two looks at the features: what changes faster is told together."""
CONFIG_SECONDS = 1.0
DISK_SECONDS = 5.0
STOP_SECONDS = 5.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watched:
    """One feature under watch."""

    service: FeatureService
    told: Told
    broke: bool = False
    """Its snapshot could not be made the last time; said once."""


class Watch:
    """Watches the features of a configuration until it is told to stop.

    Args:
        path: of console.toml.
        name: key or ``KEY@ENVIRONMENT`` of the only feature to watch; None watches all.
        say: takes each line; must not wait.
        zone: whose midnight begins a day, for cost and tickets.
        systemd: is told how the watch stands.
    """

    def __init__(
        self,
        path: Path,
        name: str | None,
        say: Callable[[Line], None],
        *,
        zone: tzinfo,
        systemd: Systemd,
    ) -> None:
        self._path = path
        self._name = name
        self._say = say
        self._zone = zone
        self._systemd = systemd
        self._watched: dict[str, _Watched] = {}
        self._broken: dict[str, str] = {}
        self._config: Config | None = None
        self._journal: Journal | None = None
        self._history: History | None = None
        self._stands_in = ""
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, config: Config, stands_in: str, stop: asyncio.Event) -> None:
        """Watch until `stop` is set.

        Args:
            config: as it was read.
            stands_in: why the last good copy stands in for the file, or "".
        """
        beat = asyncio.create_task(self._beat())
        try:
            await _unless(stop, self._begin(config, stands_in))
            if not stop.is_set():
                self._systemd.ready(self._status())
                self._tasks.append(asyncio.create_task(self._follow_config()))
            while not stop.is_set():
                await _unless(stop, self._changed.wait())
                self._changed.clear()
                self._tell()
                await _unless(stop, asyncio.sleep(LEAST_SECONDS))
        finally:
            self._systemd.stopping()
            beat.cancel()
            await self._end()

    async def _begin(self, config: Config, stands_in: str) -> None:
        await self._take(config, stands_in)
        for feature in self._watched.values():
            self._first(feature)

    async def _take(self, config: Config, stands_in: str) -> None:
        """Use a configuration: begin what is new in it, end what it no longer has."""
        before, self._config = self._config, config
        if before is None or (before.store, before.second_journal) != (config.store, config.second_journal):
            await self._drop(list(self._watched))
            if self._history is not None:
                await self._history.aclose()
            self._journal = Journal(config.store, config.second_journal)
            self._history = History(
                history_path(config.store),
                retention=config.retention,
                prompts_retention=config.prompts_retention,
            )
        features, broken = chosen(config, self._name)
        wanted = {feature.name: feature for feature in features}
        gone = [name for name, one in self._watched.items() if wanted.get(name) != one.service.feature]
        told = {name: self._watched[name].told for name in gone if name in wanted}
        await self._drop(gone)
        self._say_broken(broken)
        self._say_stands_in(stands_in)
        fresh = [name for name in wanted if name not in self._watched]
        await asyncio.gather(*(self._start(wanted[name], told.get(name)) for name in fresh))

    async def _start(self, feature: FeatureConfig, told: Told | None) -> None:
        assert self._config is not None  # noqa: S101 - _take has set it
        try:
            service = FeatureService(
                self._config, feature, zone=self._zone, journal=self._journal, history=self._history
            )
            service.subscribe(self._changed.set)
            self._watched[feature.name] = _Watched(service, told or Told(feature.name))
            await service.start()
            await service.settled(SETTLE_SECONDS)
            await _proven(service)
        except Exception as error:  # noqa: BLE001 - one feature's trouble stops no other's watch
            self._watched.pop(feature.name, None)
            self._trouble(feature.name, "cannot be watched", error)

    async def _drop(self, names: list[str]) -> None:
        services = [self._watched.pop(name).service for name in names]
        await asyncio.gather(*(_stopped(service) for service in services))

    def _say_broken(self, broken: tuple[BrokenFeature, ...]) -> None:
        now = {one.name: one.problem for one in broken}
        for name, problem in now.items():
            if self._broken.get(name) != problem:
                self._line(name, "config", "BROKEN", problem)
        for name in self._broken.keys() - now.keys():
            self._line(name, "config", "WHOLE", "its tables can be used again")
        self._broken = now

    def _say_stands_in(self, stands_in: str) -> None:
        if stands_in and stands_in != self._stands_in:
            self._line("", "config", "PROBLEM", stands_in)
        elif self._stands_in and not stands_in:
            self._line("", "config", "WORKS", f"{self._path} is in use as it stands")
        self._stands_in = stands_in
        for feature in self._watched.values():
            feature.service.reload = stands_in

    def _tell(self) -> None:
        for name, feature in list(self._watched.items()):
            try:
                lines = feature.told.next(feature.service.snapshot)
            except Exception as error:  # noqa: BLE001 - as in _start
                if not feature.broke:
                    self._trouble(name, "cannot be looked at", error)
                feature.broke = True
                continue
            feature.broke = False
            for line in lines:
                self._say(line)
                if line.bad:
                    self._systemd.status(self._status())

    def _first(self, feature: _Watched) -> None:
        name = feature.service.feature.name
        try:
            for line in feature.told.first(feature.service.snapshot):
                self._say(line)
        except Exception as error:  # noqa: BLE001 - as in _start
            self._trouble(name, "cannot be looked at", error)

    async def _follow_config(self) -> None:
        watcher = Watcher(self._path)
        while True:
            await asyncio.sleep(CONFIG_SECONDS)
            try:
                if not await within(DISK_SECONDS, watcher.changed):
                    continue
                config, stands_in = await within(DISK_SECONDS, lambda: open_config(self._path))
                chosen(config, self._name)
            except ConfigError as error:
                self._say_stands_in(f"refused, the one before goes on: {error}")
                continue
            except TimeoutError:
                continue  # the disk of the file is away; what is in use goes on
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, the watch goes on
                self._trouble("", f"{self._path} cannot be read", error)
                continue
            known = set(self._watched)
            await self._take(config, stands_in)
            self._line("", "config", "RELOADED", self._status())
            for name, feature in self._watched.items():
                if name not in known:
                    self._first(feature)

    async def _beat(self) -> None:
        """Tell the service manager that the event loop turns, and look at what only time changes."""
        every = min(1.0, self._systemd.every or 1.0)
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._changed.set()
            if self._systemd.every is not None and loop.time() >= due:
                self._systemd.alive()
                due = loop.time() + self._systemd.every
            await asyncio.sleep(every)

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._drop(list(self._watched))
        if self._history is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._history.aclose()

    def _status(self) -> str:
        number = len(self._watched)
        broken = f", {len(self._broken)} cannot be" if self._broken else ""
        return f"{number} feature{'s' * (number != 1)} watched{broken}"

    def _trouble(self, name: str, what: str, error: Exception) -> None:
        if isinstance(error, ConfigError):
            self._line(name, "config", "BROKEN", f"{what}: {error}")
            return
        _log.error("%s %s", name or "the watch", what, exc_info=error)
        self._line(name, "watch", "PROBLEM", f"{what} ({type(error).__name__}); the log has the details")

    def _line(self, name: str, kind: str, word: str, text: str) -> None:
        self._say(Line(datetime.now(UTC), name, kind, word, plain(text)))


def chosen(config: Config, name: str | None) -> tuple[tuple[FeatureConfig, ...], tuple[BrokenFeature, ...]]:
    """The features meant, and those meant that cannot be used.

    Raises:
        ConfigError: nothing of what was meant can be watched.
    """
    if name is not None:
        return (config.feature(name),), ()
    if not config.features:
        raise ConfigError("; ".join(feature.problem for feature in config.broken))
    return config.features, config.broken


async def _proven(service: FeatureService) -> None:
    """Wait for the first proof of the levers, for a while."""
    proven = asyncio.Event()

    def look() -> None:
        if _arming(service.snapshot):
            proven.set()

    service.subscribe(look)
    look()
    with suppress(TimeoutError):
        async with asyncio.timeout(PROVE_SECONDS):
            await proven.wait()


def _arming(snapshot: Snapshot) -> bool:
    return snapshot.arming is not None


async def _stopped(service: FeatureService) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await service.stop()
    except Exception:  # noqa: BLE001 - a connection that cannot be let go of holds up no end
        _log.exception("ending the watch of %s failed", service.feature.name)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, object]) -> None:
    """Do something until it is done, or `stop` is set."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return
    task.result()
