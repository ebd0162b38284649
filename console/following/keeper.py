"""Keeps what a feature's monitor sees in the history, and gives back what another time or console saw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from console.incident.happening import Happening
from console.incident.telling import flag_body, model_body, of_observed, verdict_body
from console.snapshot import HistoryView
from console.store.kept import Observed

if TYPE_CHECKING:
    from adapters.flags.port import FlagState
    from adapters.signals.port import Reading
    from console.signals.monitor import Monitor
    from console.signals.verdict import Board, Change
    from console.store.history import History
    from console.store.kept import Latch

RESTORED = timedelta(hours=26)
"""So far back readings are given to the monitor again after a start."""

TOLD = timedelta(days=7)
"""So far back the timeline reaches at a start."""

LOOK_SECONDS = 0.4
"""Between two looks at what other consoles have seen."""

RESTORE_SECONDS = 3.0
"""What the sources wait for the history at the start; a disk that takes longer is gone without."""


class Keeper:
    """Sits between a monitor and the history.

    Args:
        told: is given what was seen, by this console or another.
        changed: called on the event loop when `view` differs.
        keeps: False only gives back what others have kept.
    """

    def __init__(
        self,
        history: History,
        monitor: Monitor,
        feature: str,
        environment: str,
        *,
        told: Callable[[list[Happening]], None],
        changed: Callable[[], None],
        keeps: bool = True,
    ) -> None:
        self.view = HistoryView()
        self._keeps = keeps
        self._history = history
        self._monitor = monitor
        self._feature = feature
        self._environment = environment
        self._told = told
        self._changed = changed
        self._restored = asyncio.Event()
        self._newest_change: Change | None = None
        self._latches: Mapping[str, Latch] = {}
        self._model = ""

    async def restore(self) -> None:
        """Give the monitor what was known when a console last watched. Ends within `RESTORE_SECONDS`."""
        try:
            async with asyncio.timeout(RESTORE_SECONDS):
                now = datetime.now(UTC)
                feature, environment = self._feature, self._environment
                latches = await self._history.latches(feature, environment)
                readings = await self._history.readings(feature, environment, since=now - RESTORED)
                self._monitor.restore(readings, latches)
                self._latches = latches
                await self._take_changes(now - TOLD)
        except TimeoutError:
            # What is wrong with the disk stands in the history's own words.
            return
        finally:
            self._restored.set()
            self._look_at_problem()

    async def restored(self) -> None:
        """Wait until the monitor may be given news."""
        await self._restored.wait()

    async def follow(self) -> None:
        """Take what other consoles see, until cancelled."""
        await self._restored.wait()
        revision: tuple[int, ...] | None = None
        since = datetime.now(UTC)
        while True:
            self._look_at_problem()
            now = self._history.revision()
            if now != revision:
                revision, begun = now, datetime.now(UTC)
                await self._take_changes(since - timedelta(minutes=1))
                since = begun
            await asyncio.sleep(LOOK_SECONDS)

    def keep(self, readings: Iterable[Reading]) -> None:
        """Keep readings."""
        if self._keeps:
            self._history.keep(self._feature, self._environment, readings)

    def board(self, board: Board) -> None:
        """Keep what is new on a board: verdicts that changed, latches, the model."""
        news = [self._observed("verdict", _key(change), change.at, verdict_body(change))
                for change in self._new_changes(board)]  # fmt: skip
        if board.model and board.model != self._model:
            if self._model:
                at = board.clock.event_time(datetime.now(UTC)) if board.clock else None
                key = f"{self._model}>{board.model}@{at:%Y-%m-%dT%H}" if at else board.model
                news.append(self._observed("model", key, at, model_body(self._model, board.model)))
            self._model = board.model
        self._keep_latches()
        if news:
            self._told([told for one in news if (told := of_observed(one)) is not None])

    def flag(self, before: FlagState, after: FlagState, provider: str) -> None:
        """Keep that somebody changed the flag."""
        at = after.changed_at or after.read_at
        key = f"{after.version or ''}:{at:%Y-%m-%dT%H:%M:%S}"
        seen = Observed(
            self._feature, self._environment, "flag", key, at, None, flag_body(before, after, provider)
        )
        self.observe(seen)

    def observe(self, seen: Observed) -> None:
        """Keep something and tell of it."""
        self._observe(seen)
        told = of_observed(seen)
        if told is not None:
            self._told([told])

    def _new_changes(self, board: Board) -> list[Change]:
        fresh: list[Change] = []
        for change in reversed(board.changes):
            if change is self._newest_change:
                break
            fresh.append(change)
        if fresh:
            self._newest_change = fresh[0]
        return fresh[::-1]

    def _observed(
        self, kind: str, key: str, event_at: datetime | None, body: Mapping[str, object]
    ) -> Observed:
        seen = Observed(self._feature, self._environment, kind, key, datetime.now(UTC), event_at, body)
        self._observe(seen)
        return seen

    def _observe(self, seen: Observed) -> None:
        if self._keeps:
            self._history.observe(seen)

    def _keep_latches(self) -> None:
        now = self._monitor.latches()
        if now == self._latches or not self._keeps:
            return
        for signal, latch in now.items():
            if self._latches.get(signal) != latch:
                self._history.latch(self._feature, self._environment, latch)
        for signal in self._latches.keys() - now.keys():
            self._history.unlatch(self._feature, self._environment, signal)
        self._latches = dict(now)

    async def _take_changes(self, since: datetime) -> None:
        seen = await self._history.changes(self._feature, self._environment, since=since)
        self._told([told for one in seen if (told := of_observed(one)) is not None])

    def _look_at_problem(self) -> None:
        problem = self._history.problem
        if problem != self.view.problem:
            since = self.view.since or datetime.now(UTC)
            self.view = HistoryView(problem, since if problem else None)
            self._changed()


def _key(change: Change) -> str:
    """The same for every console that judges the same minute of event time."""
    return f"{change.title}:{change.after.value}:{change.at:%Y-%m-%dT%H:%M}"
