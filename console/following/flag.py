"""Follows a feature's flag at its provider: by the clock, and at once when the provider pushes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters import registry
from adapters.errors import AdapterError
from console.snapshot import FlagView

if TYPE_CHECKING:
    from adapters.flags.port import FlagProvider, FlagState
    from console.config import ProviderTable

READ_SECONDS = 5.0
"""Between two reads of the flag; a provider that pushes is read at once besides."""

PUSH_PAUSE_SECONDS = 15.0
"""Before a provider that stopped pushing is asked to again."""


class FlagFollower:
    """Keeps `view` as the flag was read last.

    Args:
        table: the flag's table.
        changed: called on the event loop after every read.
        reached: called when the provider begins to answer, or stops: what was proven of it holds no longer.
    """

    def __init__(
        self, table: ProviderTable, *, changed: Callable[[], None], reached: Callable[[], None]
    ) -> None:
        self.view = FlagView(None, "", None)
        self._table = table
        self._changed = changed
        self._reached = reached
        self._provider: FlagProvider | None = None
        self._due = asyncio.Event()
        self._read = asyncio.Event()
        self._before: FlagState | None = None

    async def follow(self) -> None:
        """Read until cancelled."""
        table = self._table
        try:
            self._provider = registry.open_flag(table.provider, table.options, table.where, trust=table.trust)
        except AdapterError as error:
            self.view = FlagView(None, _words(error), datetime.now(UTC))
            self._told()
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._by_clock(self._provider))
            tasks.create_task(self._by_push(self._provider))

    async def settled(self) -> None:
        """Wait for the end of the first read."""
        await self._read.wait()

    def refresh(self) -> None:
        """Read now."""
        self._due.set()

    def change(self) -> tuple[FlagState, FlagState] | None:
        """What the flag was and what it has become since this was asked last; None where nothing differs."""
        before, now = self._before, self.view.state
        self._before = now or before
        if before is None or now is None or _meaning(before) == _meaning(now):
            return None
        return before, now

    async def aclose(self) -> None:
        """Let go of connections."""
        if self._provider is not None:
            await self._provider.aclose()

    def _told(self) -> None:
        self._read.set()
        self._changed()

    async def _by_clock(self, provider: FlagProvider) -> None:
        while True:
            answered_before = not self.view.problem
            try:
                self.view = FlagView(await provider.read(), "", datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the next read may work
                self.view = replace(self.view, problem=_words(error), checked_at=datetime.now(UTC))
            if answered_before is bool(self.view.problem):
                self._reached()
            self._told()
            await due(self._due, READ_SECONDS)

    async def _by_push(self, provider: FlagProvider) -> None:
        while True:
            try:
                async for _ in provider.changes():
                    self._due.set()
            except Exception:  # noqa: BLE001
                # The reads by the clock go on, and say what is wrong with the provider.
                self._due.set()
            await asyncio.sleep(PUSH_PAUSE_SECONDS)


async def due(event: asyncio.Event, seconds: float) -> None:
    """Wait until something is asked for, `seconds` at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()


def _meaning(state: FlagState) -> tuple[object, ...]:
    """What users notice of a flag; a version that grows by itself is none of it."""
    return state.on, state.percent, tuple(rule.raw for rule in state.rules)


def _words(error: Exception) -> str:
    if isinstance(error, AdapterError):
        return f"{error.where}: {error.what}"
    return f"the flag cannot be read ({type(error).__name__})"
