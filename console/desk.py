"""What a person sits at: one feature, read from a configuration that may still have to appear."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from console.identity import operator
from console.runbook.text import RunbookText, read_runbook

if TYPE_CHECKING:
    from console.config import BrokenFeature, Config
    from console.feature import FeatureService, Snapshot
    from console.incident.acts import Act
    from console.killswitch.client import ExecutorClient
    from console.signals.series import Series


class Desk:
    """The services of one feature, as the screen needs them (`console.tui.backend.Backend`).

    Args:
        locate: says where the configuration is; may wait (the embedded world writes it first).
        feature: key or ``KEY@ENVIRONMENT``; None means the only one.
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
        self._service: FeatureService | None = None
        self._config: Config | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._executors: list[ExecutorClient] = []
        self.read_only = read_only
        self.demo = demo
        self.message = "starting the embedded world …" if demo else "reading the configuration …"

    @property
    def snapshot(self) -> Snapshot | None:
        """Everything known about the feature; None until the configuration has been read."""
        return self._service.snapshot if self._service else None

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every feature that is watched."""
        return (self._service.snapshot,) if self._service else ()

    @property
    def broken(self) -> tuple[BrokenFeature, ...]:
        """Those that the configuration names and that cannot be watched."""
        return self._config.broken if self._config else ()

    @property
    def scenarios(self) -> tuple[tuple[str, str], ...]:
        """Nothing can be switched."""
        return ()

    def choose(self, name: str) -> None:
        """There is one feature."""

    async def refresh(self) -> None:
        """Read flag, journal and runbook now, and prove arming."""
        if self._service:
            await self._service.refresh()

    async def record(self, act: Act) -> str:
        """Put an act into the journal."""
        if self._service is None or self._config is None:
            return "nothing is watched yet"
        return await self._service.record(act, operator(self._config.operator))

    async def series(self, signal: str, span: timedelta, bins: int) -> Series | None:
        """One signal over a span of event time."""
        return self._service.series(signal, span, bins) if self._service else None

    async def play(self, scenario: str) -> str:
        """Nothing can be switched."""
        return "nothing can be switched"

    async def export(self, name: str, text: str) -> str:
        """Write a document."""
        raise OSError("nothing can be written yet")

    @property
    def operator(self) -> str:
        """Who is at the keyboard."""
        return operator(self._config.operator).name if self._config else ""

    @property
    def tz(self) -> tzinfo:
        """This machine's time zone."""
        zone = datetime.now().astimezone().tzinfo
        assert zone is not None, "astimezone() always sets one"  # noqa: S101
        return zone

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback`, on the event loop, whenever the snapshot or the message has changed."""
        self._callbacks.append(callback)

    async def start(self) -> None:
        """Read the configuration and begin to watch."""
        # Imported here: they bring the adapters with them, which the first frame does not need.
        from console.config import ConfigError, load
        from console.feature import FeatureService

        try:
            path = await asyncio.to_thread(self._locate)
            self._config = await asyncio.to_thread(load, path)
            feature = self._config.feature(self._name)
            self._service = FeatureService(self._config, feature, zone=self.tz)
        except ConfigError as error:
            self.message = str(error)
            self._notify()
            return
        self._service.subscribe(self._notify)
        await self._service.start()
        self._notify()

    async def stop(self) -> None:
        """End every task and let go of connections."""
        if self._service:
            await self._service.stop()

    async def prove(self) -> None:
        """Prove arming now."""
        if self._service:
            await self._service.prove()

    def open_executor(self) -> ExecutorClient:
        """Start the process that a kill lives in; returns at once.

        Raises:
            OSError: it could not be started.
        """
        from console.killswitch.client import ExecutorClient

        if self._config is None or self._service is None:
            raise OSError("the configuration has not been read yet")
        client = ExecutorClient.start(
            self._config.path, self._service.feature.name, operator=operator(self._config.operator)
        )
        self._executors.append(client)
        return client

    def end_executors(self) -> None:
        """End the kills that were started here: of the embedded world nothing is left to kill."""
        for client in self._executors:
            with suppress(ProcessLookupError):
                os.kill(client.pid, signal.SIGTERM)

    def runbook(self) -> RunbookText:
        """Read the runbook."""
        return read_runbook(self._service.feature.runbook if self._service else None)

    def _notify(self) -> None:
        for callback in self._callbacks:
            callback()
