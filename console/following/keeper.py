"""Keeps what a feature's monitor sees in the history, and gives back what another time or console saw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from console.incident.happening import Happening
from console.incident.telling import flag_body, model_body, of_observed, verdict_body
from console.signals.verdict import Change, ModelChange, State
from console.snapshot import HistoryView
from console.store.kept import Observed

if TYPE_CHECKING:
    from adapters.flags.port import FlagState
    from adapters.signals.port import Reading
    from console.signals.monitor import Monitor
    from console.signals.verdict import Board, Note
    from console.store.history import History
    from console.store.kept import Latch

Told = TypeVar("Told")

RESTORED = timedelta(days=36)
"""So far back readings are given to the monitor again after a start: hours of a month, minutes of a day."""

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
        whole: give back readings too where no BREACH stands. Their sources send most of them again; of many
            features the reading alone would take longer than they are worth.
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
        whole: bool = True,
    ) -> None:
        self.view = HistoryView()
        self._keeps = keeps
        self._whole = whole
        self._missed = False
        self._history = history
        self._monitor = monitor
        self._feature = feature
        self._environment = environment
        self._told = told
        self._changed = changed
        self._restored = asyncio.Event()
        self._changes: Newest[Change] = Newest()
        self._models: Newest[ModelChange] = Newest()
        self._notes: Newest[Note] = Newest()
        self._latches: Mapping[str, Latch] = {}

    async def restore(self) -> None:
        """Give the monitor what was known when a console last watched. Ends within `RESTORE_SECONDS`."""
        try:
            await self._give_back()
        finally:
            self._restored.set()
            self._look_at_problem()

    async def _give_back(self) -> None:
        feature, environment = self._feature, self._environment
        now = datetime.now(UTC)
        readings: list[Reading] = []
        try:
            async with asyncio.timeout(RESTORE_SECONDS):
                latches = await self._history.latches(feature, environment)
                seen = await self._history.changes(feature, environment, since=now - TOLD)
                if self._whole or latches:
                    readings = await self._history.readings(feature, environment, since=now - RESTORED)
        except TimeoutError:
            # What is wrong with the disk stands in the history's own words.
            self._missed = True
            return
        self._missed = bool(self._history.problem)
        changes = [change for one in seen if (change := verdict_change(one)) is not None]
        models = [model for one in seen if (model := model_change(one)) is not None]
        self._monitor.restore(readings, latches, changes=changes, models=models)
        self._latches = latches
        self._told([told for one in seen if (told := of_observed(one)) is not None])

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
            if self._missed and not self._history.problem and self._unheard():
                await self._give_back()
                self._changed()
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
        """Keep what is new on a board: verdicts that changed, latches, the model, what sources did."""
        for change in self._changes.new(board.changes):
            self._see("verdict", _key(change), change.at, verdict_body(change))
        for model in self._models.new(board.models):
            key = f"{model.before}>{model.after}@{model.at:%Y-%m-%dT%H}"
            self._see("model", key, model.at, model_body(model.before, model.after))
        for note in self._notes.new(board.notes):
            self._see("source", f"{note.at:%Y-%m-%dT%H:%M}:{note.text}", note.at, {"text": note.text})
        self._keep_latches()

    def flag(self, before: FlagState, after: FlagState, provider: str) -> None:
        """Keep that somebody changed the flag."""
        # A provider's time that did not move is not that of this change.
        at = (after.changed_at if after.changed_at != before.changed_at else None) or after.read_at
        key = f"{after.version or ''}:{at:%Y-%m-%dT%H:%M:%S}:{after.on}:{after.percent}"
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

    def _unheard(self) -> bool:
        """Whether no source has spoken yet: only until then the monitor can be given the past."""
        return self._monitor.board(datetime.now(UTC)).clock is None

    def _see(self, kind: str, key: str, event_at: datetime, body: Mapping[str, object]) -> None:
        self.observe(Observed(self._feature, self._environment, kind, key, datetime.now(UTC), event_at, body))

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


class Newest(Generic[Told]):
    """Tells what is new at the end of a list that grows and loses its oldest."""

    def __init__(self) -> None:
        self._last: Told | None = None

    def new(self, told: Sequence[Told]) -> list[Told]:
        """What came after what was told last."""
        fresh: list[Told] = []
        for one in reversed(told):
            if one is self._last:
                break
            fresh.append(one)
        if fresh:
            self._last = fresh[0]
        return fresh[::-1]


def verdict_change(seen: Observed) -> Change | None:
    """A verdict's change as it was kept; None for anything else."""
    if seen.kind != "verdict" or seen.event_at is None:
        return None
    try:
        before, after = State(seen.body["before"]), State(seen.body["after"])
    except (KeyError, ValueError):
        return None
    return Change(seen.event_at, str(seen.body.get("title", "")), before, after)


def model_change(seen: Observed) -> ModelChange | None:
    """A change of the model as it was kept; None for anything else."""
    if seen.kind != "model" or seen.event_at is None:
        return None
    return ModelChange(seen.event_at, str(seen.body.get("before", "")), str(seen.body.get("after", "")))


def _key(change: Change) -> str:
    """The same for every console that judges the same minute of event time."""
    return f"{change.title}:{change.after.value}:{change.at:%Y-%m-%dT%H:%M}"
