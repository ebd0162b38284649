"""What stands between the sources and the monitor: batches wait until the past has been given back to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.errors import AdapterError
    from adapters.signals.port import Batch
    from console.following.keeper import Keeper
    from console.signals.monitor import Monitor


class Intake:
    """Takes what a source says (`console.signals.supervise.Taker`).

    Attributes:
        heard: real instant (UTC) of the last batch, by signal key; another object with every batch.
    """

    def __init__(self, monitor: Monitor, keeper: Keeper | None) -> None:
        self.heard: Mapping[str, datetime] = {}
        self._monitor = monitor
        self._keeper = keeper
        self._waiting: list[tuple[tuple[str, ...], Batch | AdapterError]] | None = (
            None if keeper is None else []
        )

    def take(self, signals: Iterable[str], batch: Batch) -> None:
        """Hand a batch on, or hold it back."""
        served = tuple(signals)
        self.heard = {**self.heard, **dict.fromkeys(served, datetime.now(UTC))}
        if self._waiting is not None:
            self._waiting.append((served, batch))
            return
        self._monitor.take(served, batch)
        if self._keeper is not None:
            self._keeper.keep(batch.readings)

    def failed(self, signals: Iterable[str], error: AdapterError) -> None:
        """Hand a failure on, or hold it back."""
        served = tuple(signals)
        if self._waiting is not None:
            self._waiting.append((served, error))
            return
        self._monitor.failed(served, error)

    def open(self) -> None:
        """Hand on what was held back, and hold nothing back any more."""
        waiting, self._waiting = self._waiting or [], None
        for served, said in waiting:
            if isinstance(said, Exception):
                self._monitor.failed(served, said)
            else:
                self.take(served, said)
