"""What a person sits at: the configured features, of which one is chosen."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.identity import Operator, operator
from console.incident.acts import Play
from console.runbook.text import RunbookText, read_runbook

if TYPE_CHECKING:
    from console.attendance import Attendance
    from console.config import BrokenFeature, Config
    from console.demo.control import Control
    from console.drilling.client import DrillClient
    from console.drilling.target import DrillOrder
    from console.feature import FeatureService, Snapshot
    from console.fleet import Fleet
    from console.incident.acts import Act
    from console.killswitch.client import ExecutorClient
    from console.restoring.carry import Order
    from console.signals.series import Series


class Desk:
    """The services of the configured features, as the screen needs them (`console.tui.backend.Backend`).

    Args:
        locate: says where the configuration is; may wait (the embedded world writes it first).
        feature: key or ``KEY@ENVIRONMENT`` of the one that is opened; None means the only one, or all.
        demo: it is the embedded world's, which can be told what to play.
    """

    def __init__(
        self,
        locate: Callable[[], Path],
        feature: str | None,
        *,
        read_only: bool = False,
        demo: bool = False,
    ) -> None:
        self._locate = locate
        self._name = feature
        self._control: Control | None = None
        self._fleet: Fleet | None = None
        self._attendance: Attendance | None = None
        self._chosen = ""
        self._callbacks: list[Callable[[], None]] = []
        self._executors: list[ExecutorClient | DrillClient] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.read_only = read_only
        self.demo = demo
        self.message = "starting the embedded world …" if demo else "reading the configuration …"

    @property
    def snapshot(self) -> Snapshot | None:
        """Everything known about the chosen feature; None until the configuration has been read."""
        service = self._service
        return service.snapshot if service else None

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every feature that is watched, in the configuration's order."""
        return tuple(service.snapshot for service in self._fleet.services) if self._fleet else ()

    @property
    def broken(self) -> tuple[BrokenFeature, ...]:
        """Those that the configuration names and that cannot be watched."""
        return self._fleet.broken if self._fleet else ()

    @property
    def scenarios(self) -> tuple[tuple[str, str], ...]:
        """(name, what happens) of what the embedded world can play; () where nothing can be switched."""
        return self._control.scenarios if self._control else ()

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """Names of keys by the id of an action, as configured; empty until it has been read."""
        return self._fleet.config.keys if self._fleet else {}

    @property
    def operator(self) -> str:
        """Who is at the keyboard."""
        return self._operator().name if self._fleet else ""

    @property
    def tz(self) -> tzinfo:
        """This machine's time zone."""
        zone = datetime.now().astimezone().tzinfo
        assert zone is not None, "astimezone() always sets one"  # noqa: S101
        return zone

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback`, on the event loop, whenever a snapshot or the message has changed."""
        self._callbacks.append(callback)

    def choose(self, name: str) -> None:
        """Make another feature the chosen one; a name that is not watched changes nothing."""
        if self._fleet and self._fleet.service(name):
            self._chosen = name
            self._notify()

    def showing(self, screen: str) -> None:
        """Say which screen the person is on, for the others who are here."""
        if self._attendance:
            self._attendance.moved(self._chosen, screen)

    async def start(self) -> None:
        """Read the configuration and begin to watch."""
        # Imported here: they bring the adapters with them, which the first frame does not need.
        from console import log
        from console.config import ConfigError, open_config
        from console.config.watcher import Watcher
        from console.fleet import Fleet

        try:
            path = await asyncio.to_thread(self._locate)
            watcher = await asyncio.to_thread(Watcher, path)
            config, stale = await asyncio.to_thread(open_config, path)
            if self.demo:
                from console.demo.control import Control

                self._control = await asyncio.to_thread(Control.beside, config.path)
            chosen = self._first(config)
            self._fleet = Fleet(config, stale, zone=self.tz, changed=self._notify, watcher=watcher)
        except ConfigError as error:
            self.message = str(error)
            self._notify()
            return
        self._chosen = chosen
        log.start(config.store.parent)
        await self._fleet.start()
        self._watch(self._fleet.follow())
        self._attend(self._fleet)
        self._notify()

    async def stop(self) -> None:
        """End every task and let go of connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._attendance:
            self._attendance.leave()
        if self._fleet:
            await self._fleet.stop()

    async def prove(self) -> None:
        """Prove arming of the chosen feature now."""
        if service := self._service:
            await service.prove()

    async def refresh(self) -> None:
        """Read flag, journal and runbook of the chosen feature now, and prove arming."""
        if service := self._service:
            await service.refresh()

    async def record(self, act: Act) -> str:
        """Put an act of the person at the keyboard into the journal; why it could not be written, or ""."""
        service = self._service
        return await service.record(act, self._operator()) if service else "nothing is watched yet"

    async def go_back(self, order: Order) -> str:
        """Restore, or step down, by the command of that name; how it went, in words.

        A process of its own: what has begun is not left half-way because a terminal stands still.
        """
        service = self._service
        if self._fleet is None or service is None:
            return "nothing is watched yet"
        from console.restoring.process import carry_out_beside

        said = await carry_out_beside(self._fleet.config.path, service.feature, order)
        await service.refresh()
        return said

    async def series(self, signal: str, span: timedelta, bins: int) -> Series | None:
        """One signal of the chosen feature over a span of event time that ends now."""
        service = self._service
        return service.series(signal, span, bins) if service else None

    async def play(self, scenario: str) -> str:
        """Switch the embedded world to a scenario; why it could not be, or ""."""
        if self._control is None:
            return "this is not the embedded world"
        problem = await self._control.play(scenario)
        if not problem:
            await self.record(Play(scenario))
        return problem

    async def export(self, name: str, text: str) -> str:
        """Write a document beside the store, private to the user.

        Raises:
            OSError: it could not be written.
        """
        service = self._service
        if self._fleet is None or service is None:
            raise OSError("nothing is watched yet")
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
        folder = self._fleet.config.store.parent / "exports"
        path = folder / f"{service.feature.key}-{name}-{stamp}.md"
        await asyncio.to_thread(_write, path, text)
        return str(path)

    def open_executor(self) -> ExecutorClient:
        """Start the process that a kill of the chosen feature lives in; returns at once.

        Raises:
            OSError: it could not be started.
        """
        from console.killswitch.client import ExecutorClient

        service = self._service
        if self._fleet is None or service is None:
            raise OSError("the configuration has not been read yet")
        client = ExecutorClient.start(
            self._fleet.config.path, service.feature.name, operator=self._operator()
        )
        self._executors.append(client)
        return client

    def begin_drill(self, order: DrillOrder) -> DrillClient:
        """Start the process that holds the lease of a drill of the chosen feature; returns at once.

        Raises:
            OSError: it could not be started.
        """
        from console.drilling.client import DrillClient

        service = self._service
        if self._fleet is None or service is None:
            raise OSError("the configuration has not been read yet")
        client = DrillClient.begin(
            self._fleet.config.path, service.feature.name, operator=self._operator(), order=order
        )
        self._executors.append(client)
        return client

    def end_executors(self) -> None:
        """End the kills that were started here: of the embedded world nothing is left to kill."""
        for client in self._executors:
            with suppress(ProcessLookupError):
                os.kill(client.pid, signal.SIGTERM)

    def runbook(self) -> RunbookText:
        """Read the chosen feature's runbook."""
        service = self._service
        return read_runbook(service.feature.runbook if service else None)

    async def card(self) -> tuple[str, ...]:
        """The chosen feature's manual card, a line each."""
        from console.killswitch.card import lines, make_card

        service = self._service
        return lines(await make_card(service.feature)) if service else ()

    @property
    def _service(self) -> FeatureService | None:
        if self._fleet is None:
            return None
        services = self._fleet.services
        # One that the configuration no longer has gives way to the first.
        return self._fleet.service(self._chosen) or (services[0] if services else None)

    def _first(self, config: Config) -> str:
        """The feature that is opened.

        Raises:
            ConfigError: the one that was asked for is not there, or cannot be used; or none can.
        """
        if self._name is not None or len(config.features) == 1 or not config.features:
            return config.feature(self._name).name
        return config.features[0].name

    def _operator(self) -> Operator:
        return operator(self._fleet.config.operator if self._fleet else "")

    def _attend(self, fleet: Fleet) -> None:
        from console.attendance import Attendance

        self._attendance = Attendance(fleet, self._operator().name)
        self._attendance.moved(self._chosen, "signals")
        self._watch(self._attendance.follow())

    def _watch(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _notify(self) -> None:
        for callback in self._callbacks:
            callback()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, "utf-8")
