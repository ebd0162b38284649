"""Every configured feature, watched; and the configuration itself, which may change while they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from console.config import BrokenFeature, ConfigError, keep_aside, open_config
from console.drilling.left import restore_left
from console.feature import FeatureService
from console.identity import operator
from console.killswitch.card import keep_card
from console.killswitch.takeover import take_over
from console.patience import Lane, within
from console.store.audit import Audit
from console.store.history import History, history_path
from console.store.journal import Journal
from console.store.kept import Observed

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from console.config import Config, FeatureConfig
    from console.config.watcher import Watcher

LOOK_SECONDS = 1.0
"""Between two looks at whether console.toml has changed."""

DISK_SECONDS = 5.0
"""What the file's disk is waited for."""

TAKE_OVER_SECONDS = 30.0
"""Between two looks for kills whose process has died."""

WITNESS_SECONDS = 1.0
"""Between two looks at whether the journal has grown."""

FEW = 8
"""Features up to which each is given all its readings back; it takes some 0.2 s each."""

STOP_SECONDS = 2.0
"""What the end of one feature's services is waited for."""

_log = logging.getLogger(__name__)


class Fleet:
    """The services of all features, with the journal and the history that they share.

    Attributes:
        config: the configuration in use.
        broken: features that it names and that cannot be watched.
        stale: why the file as it stands is not in use, or "".
        history: what all of them see is kept here.

    Args:
        watcher: of the configuration's file, made before it was read; None does not follow it.
        only: the names (``key@environment``) of the features to watch; None means all.
        zone: whose midnight begins a day.
        changed: called on the event loop whenever a snapshot may differ.
        keeps: False only reads the history.
    """

    def __init__(
        self,
        config: Config,
        stale: str,
        *,
        zone: tzinfo,
        changed: Callable[[], None],
        watcher: Watcher | None = None,
        only: Iterable[str] | None = None,
        keeps: bool = True,
    ) -> None:
        self.config = config
        self.stale = stale
        self.history = History(
            history_path(config.store),
            retention=config.retention,
            prompts_retention=config.prompts_retention,
        )
        self.broken: tuple[BrokenFeature, ...] = ()
        self._journal = Journal(config.store, config.second_journal)
        self._zone = zone
        self._changed = changed
        self._watcher = watcher
        self._only = None if only is None else frozenset(only)
        self._keeps = keeps
        self._services: dict[str, FeatureService] = {}
        self._beside: list[asyncio.Task[None]] = []
        self._arrange(config)

    @property
    def services(self) -> tuple[FeatureService, ...]:
        """In the configuration's order."""
        return tuple(self._services.values())

    def service(self, name: str) -> FeatureService | None:
        """That of ``key@environment``."""
        return self._services.get(name)

    async def start(self, *, arming: bool = True) -> None:
        """Begin to watch.

        Args:
            arming: prove the levers too.
        """
        for service in self.services:
            await service.start(arming=arming)
        self._beside.append(asyncio.create_task(self._keep_cards(self.services)))
        if arming:
            self._beside.append(asyncio.create_task(self._take_over()))
            self._beside.append(asyncio.create_task(self._witness()))

    async def stop(self) -> None:
        """End everything; what is still to be kept is written first, in bounded time."""
        for task in self._beside:
            task.cancel()
        if self._beside:
            await asyncio.wait(self._beside, timeout=STOP_SECONDS)
        await asyncio.gather(*(_stopped(service) for service in self._services.values()))
        await self.history.aclose()

    async def follow(self) -> None:
        """Take the configuration anew whenever it changes on the disk, until cancelled."""
        watcher, lane = self._watcher, Lane()
        while watcher is not None:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                changed = await lane.within(DISK_SECONDS, watcher.changed)
            except TimeoutError:
                # The disk hangs. What is in use goes on, and it is asked again.
                continue
            if changed:
                await self.reload()

    async def reload(self) -> None:
        """Read the configuration; a feature whose tables differ is watched anew, the others go on.

        A file that cannot be used is refused, and the old one goes on; a feature that is broken in it goes on
        as the last good copy has it.
        """
        try:
            config, stale = await within(DISK_SECONDS, partial(open_config, self.config.path))
        except TimeoutError:
            self._say(taken=False, text=f"{self.config.path}: its disk does not answer")
            return
        except ConfigError as error:
            self._say(taken=False, text=str(error))
            return
        if config.kept_at is not None:
            self._say(taken=False, text=stale)
            return
        keep_aside(config)
        text = "console.toml was read again"
        kept = replace(
            config,
            store=self.config.store,
            second_journal=self.config.second_journal,
            published_head=self.config.published_head,
        )
        if kept != config:
            text = "console.toml was read again; its [store] is taken when the console is started again"
            config = kept
        before = dict(self._services)
        self.config = config
        self._arrange(config)
        gone = [service for name, service in before.items() if self._services.get(name) is not service]
        new = [name for name, service in self._services.items() if before.get(name) is not service]
        await asyncio.gather(*(_stopped(service) for service in gone))
        for name in new:
            await self._services[name].start()
        await self._keep_cards([self._services[name] for name in new])
        if new:
            text += f"; watched anew: {', '.join(new)}"
        self._say(taken=not stale, text=stale or text)

    def _arrange(self, config: Config) -> None:
        """Have a service for each feature: the old one where nothing of it differs."""
        services: dict[str, FeatureService] = {}
        broken = list(config.broken)
        for feature in config.features:
            if self._only is not None and feature.name not in self._only:
                continue
            old = self._services.get(feature.name)
            try:
                services[feature.name] = (
                    old if old is not None and old.feature == feature else self._make(config, feature)
                )
            except ConfigError as error:
                broken.append(BrokenFeature(feature.name, str(error)))
            except Exception as error:  # noqa: BLE001 - a defect met by one feature stops no other
                _log.exception("%s cannot be watched", feature.name)
                problem = f"{feature.name}: a defect of the console ({type(error).__name__}); see its log"
                broken.append(BrokenFeature(feature.name, problem))
        self._services = services
        self.broken = tuple(broken)
        for service in services.values():
            service.rotation = config.people.rotation
            service.reload = self.stale

    def _make(self, config: Config, feature: FeatureConfig) -> FeatureService:
        service = FeatureService(
            config,
            feature,
            zone=self._zone,
            journal=self._journal,
            history=self.history,
            keeps=self._keeps,
            whole=len(config.features) <= FEW,
        )
        service.subscribe(self._changed)
        return service

    async def _take_over(self) -> None:
        """Bring kills and drills whose process has ended before they were over to an end, or on their way."""
        while True:
            await self._take_over_once()
            await asyncio.sleep(TAKE_OVER_SECONDS)

    async def _take_over_once(self) -> None:
        for service in self.services:
            try:
                found = await take_over(
                    self.config, service.feature, self._journal, operator=operator(self.config.operator)
                )
            except Exception:  # noqa: BLE001 - a defect met by one feature stops no other
                _log.exception("open kills of %s cannot be looked for", service.feature.name)
                continue
            for each in found:
                _log.warning("%s: %s", service.feature.name, each.text)
                service.tell("kill", each.text)
            for text in await restore_left(
                self.config, service.feature, self._journal, operator=operator(self.config.operator)
            ):
                _log.warning("%s: %s", service.feature.name, text)
                service.tell("drill", text)

    async def _witness(self) -> None:
        """Publish the journal's heads whenever they have moved, and take the second place's in."""
        audit = Audit(self.config.store, self.config.second_journal, self.config.published_head)
        lane, seen, said = Lane(), None, ""
        while True:
            now = self._journal.revision()
            if now != seen:
                try:
                    problem = await lane.within(DISK_SECONDS, audit.witness)
                except TimeoutError:
                    problem = "the journal's head is not published: a disk does not answer"
                seen = now if not problem else None
                if problem and problem != said:
                    _log.warning("%s", problem)
                    for service in self.services:
                        service.tell("journal", problem)
                said = problem
            await asyncio.sleep(WITNESS_SECONDS)

    async def _keep_cards(self, services: Iterable[FeatureService]) -> None:
        """Have each feature's manual card in a file, true to the configuration in use."""
        for service in services:
            try:
                await within(DISK_SECONDS, partial(_write_card, self.config, service.feature))
            except Exception:  # noqa: BLE001 - the card can be printed all the same, and the watch goes on
                _log.exception("the manual card of %s is not kept", service.feature.name)

    def _say(self, *, taken: bool, text: str) -> None:
        """Say of every feature what became of the configuration; of many consoles that do, one is heard."""
        self.stale = "" if taken else text
        now, stamp = datetime.now(UTC), _stamp(self.config.path)
        for service in self._services.values():
            service.reload = self.stale
            feature = service.feature
            key = f"{'taken' if taken else 'refused'}:{stamp}"
            body = {"taken": taken, "text": text}
            service.observe(Observed(feature.key, feature.environment, "reload", key, now, None, body))
        self._changed()


def _write_card(config: Config, feature: FeatureConfig) -> None:
    asyncio.run(keep_card(config, feature))


async def _stopped(service: FeatureService) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await service.stop()
    except Exception:  # noqa: BLE001 - a connection that cannot be let go of holds up no end
        _log.exception("ending the watch of %s failed", service.feature.name)


def _stamp(path: Path) -> str:
    """The same for every console that reads the same file."""
    try:
        found = path.stat()
    except OSError:
        return "gone"
    return f"{found.st_ino}:{found.st_mtime_ns}"
