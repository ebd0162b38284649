"""The features under watch: begun, ended and begun again as the configuration says, each by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from console.config import BrokenFeature, Config, ConfigError, FeatureConfig
from console.feature import FeatureService
from console.store.history import History, history_path
from console.store.journal import Journal
from console.text import plain
from console.watching.lines import Line
from console.watching.told import Told

SETTLE_SECONDS = 10.0
"""What the first lines wait for sources that have not answered; what is missing then is said."""
PROVE_SECONDS = 15.0
"""What the first lines wait for the first proof of the levers besides."""
STOP_SECONDS = 5.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watched:
    """One feature under watch.

    Attributes:
        new: how it stands has not been told yet.
        odd: its snapshot could not be made the last time.
    """

    service: FeatureService
    told: Told
    new: bool = True
    odd: bool = False


class Features:
    """The features of a configuration that are meant. Not for several tasks at once.

    Args:
        name: key or ``KEY@ENVIRONMENT`` of the only one; None takes all.
        say: takes each line; must not wait.
        changed: called whenever a snapshot may have changed.
        zone: whose midnight begins a day, for cost and tickets.
    """

    def __init__(
        self, name: str | None, say: Callable[[Line], None], changed: Callable[[], None], *, zone: tzinfo
    ) -> None:
        self._name = name
        self._say = say
        self._changed = changed
        self._zone = zone
        self._config: Config | None = None
        self._journal: Journal | None = None
        self._history: History | None = None
        self._watched: dict[str, Watched] = {}
        self._wanted: dict[str, FeatureConfig] = {}
        self._broken: dict[str, str] = {}
        self._lame: dict[str, str] = {}
        self._turn = asyncio.Lock()

    async def use(self, config: Config) -> None:
        """Begin what is new in a configuration, and end what it no longer has.

        Raises:
            ConfigError: nothing of what was meant can be watched; all goes on as before.
        """
        features, broken = chosen(config, self._name)
        async with self._turn:
            before, self._config = self._config, config
            elsewhere = before is None or _kept(before) != _kept(config)
            self._wanted = {feature.name: feature for feature in features}
            self._lame = {name: why for name, why in self._lame.items() if name in self._wanted}
            gone = {
                name: one.told
                for name, one in self._watched.items()
                if elsewhere or self._wanted.get(name) != one.service.feature
            }
            await self._drop(*gone)
            if elsewhere:
                await self._open_store(config)
                for told in gone.values():
                    told.elsewhere()
            self._say_broken(broken)
            fresh = [feature for name, feature in self._wanted.items() if name not in self._watched]
            await asyncio.gather(*(self._start(feature, gone.get(feature.name)) for feature in fresh))

    async def again(self) -> None:
        """Begin the watch of those that could not be watched; it may have been the machine's fault."""
        async with self._turn:
            for name in tuple(self._lame):
                await self._start(self._wanted[name], None)

    def tell(self) -> bool:
        """Say what is new. Returns whether any of it is bad."""
        bad = False
        for name, one in tuple(self._watched.items()):
            try:
                snapshot = one.service.snapshot
                lines = one.told.first(snapshot) if one.new else one.told.next(snapshot)
            except Exception as error:  # noqa: BLE001 - one feature's trouble stops no other's watch
                if not one.odd:
                    self._trouble(name, "cannot be looked at", error)
                one.odd = True
                continue
            one.new = one.odd = False
            for line in lines:
                self._say(line)
            bad = bad or any(line.bad for line in lines)
        return bad

    def status(self) -> str:
        """How many are watched, in a line."""
        number, not_watched = len(self._watched), len(self._broken) + len(self._lame)
        beside = f", {not_watched} cannot be" if not_watched else ""
        return f"{number} feature{'s' * (number != 1)} watched{beside}"

    async def aclose(self) -> None:
        """End every watch, and let go of the history."""
        await self._drop(*self._watched)
        await self._close_store()

    async def _start(self, feature: FeatureConfig, told: Told | None) -> None:
        assert self._config is not None, "`use` has set it"  # noqa: S101
        name = feature.name
        try:
            service = FeatureService(
                self._config, feature, zone=self._zone, journal=self._journal, history=self._history
            )
            one = Watched(service, told or Told(name), new=told is None)
            service.subscribe(self._changed)
            await service.start()
            await service.settled(SETTLE_SECONDS)
            await _proven(service)
        except Exception as error:  # noqa: BLE001 - as in `tell`
            if self._lame.get(name) != repr(error):
                self._trouble(name, "cannot be watched", error)
            self._lame[name] = repr(error)
        else:
            self._lame.pop(name, None)
            self._watched[name] = one

    async def _drop(self, *names: str) -> None:
        services = [self._watched.pop(name).service for name in names]
        await asyncio.gather(*(_stopped(service) for service in services))

    async def _open_store(self, config: Config) -> None:
        await self._close_store()
        self._journal = Journal(config.store, config.second_journal)
        self._history = History(
            history_path(config.store),
            retention=config.retention,
            prompts_retention=config.prompts_retention,
        )

    async def _close_store(self) -> None:
        if self._history is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._history.aclose()

    def _say_broken(self, broken: tuple[BrokenFeature, ...]) -> None:
        now = {one.name: one.problem for one in broken}
        for name, problem in now.items():
            if self._broken.get(name) != problem:
                self._line(name, "BROKEN", problem)
        for name in self._broken.keys() - now.keys():
            self._line(name, "WHOLE", "its tables can be used, or are gone")
        self._broken = now

    def _trouble(self, name: str, what: str, error: Exception) -> None:
        if isinstance(error, ConfigError):
            self._line(name, "BROKEN", f"{what}: {error}")
            return
        _log.error("%s %s", name, what, exc_info=error)
        self._line(name, "BROKEN", f"{what} ({type(error).__name__}); the log has the details")

    def _line(self, name: str, word: str, text: str) -> None:
        self._say(Line(datetime.now(UTC), name, "config", word, plain(text)))


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


def _kept(config: Config) -> tuple[object, ...]:
    """What journal and history are made of."""
    return config.store, config.second_journal, config.retention, config.prompts_retention


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


async def _stopped(service: FeatureService) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await service.stop()
    except Exception:  # noqa: BLE001 - a connection that cannot be let go of holds up no end
        _log.exception("ending the watch of %s failed", service.feature.name)
