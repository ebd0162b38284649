"""One AI feature, wired: its flag, signals, levers and journal, and the snapshot that all readers share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters import registry
from adapters.errors import AdapterError
from console.killswitch.prove import prove
from console.readiness.records import Records
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.sources import open_sources
from console.signals.supervise import run_source
from console.store.journal import Journal, JournalError

if TYPE_CHECKING:
    from datetime import tzinfo

    from adapters.flags.port import FlagProvider, FlagState
    from adapters.signals.port import SignalSource
    from console.config import Config, FeatureConfig
    from console.killswitch.arming import Arming
    from console.incident.happening import Happening
    from console.killswitch.record import KillRecord
    from console.signals.verdict import Board
    from console.store.kept import Presence

FLAG_SECONDS = 5.0
"""Between two reads of the flag; a provider that pushes is read at once besides."""

PUSH_PAUSE_SECONDS = 15.0
"""Before a provider that stopped pushing is asked to again."""

ARMING_SECONDS = 15 * 60.0
"""Between two proofs that each lever would work."""

REST_SECONDS = 3.0
"""After a source's first answer, what one look waits for its other signals."""

JOURNAL_SECONDS = 0.5
"""Between two looks into the journal, where other processes write."""


@dataclass(frozen=True, slots=True)
class FlagView:
    """The flag as last read.

    Attributes:
        state: None until it has been read once.
        problem: why the last attempt to read it failed, plain words, or "".
        checked_at: when the last attempt ended, UTC; None before the first.
    """

    state: FlagState | None
    problem: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class JournalView:
    """Whether the journal can be read.

    Attributes:
        problem: why it cannot, or "": then nobody can tell here what other consoles have done.
        since: when it was first found so, UTC.
    """

    problem: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Whether readings, verdicts and latches are being kept.

    Attributes:
        problem: why they are not, or "": then a restart would forget them.
        since: when it was first found so, UTC.
    """

    problem: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where one signal comes from.

    Attributes:
        label: how a person names the source.
        queries: what it is asked, as (name, query) pairs.
        heard_at: real instant (UTC) of its last answer; None before the first.
    """

    label: str
    queries: tuple[tuple[str, str], ...] = ()
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunbookView:
    """The runbook's file.

    Attributes:
        version: of what stands in it (`console.runbook.text.version`); "" when it could not be read.
        problem: why it could not, or "".
    """

    version: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything about one feature at one moment. Immutable.

    Attributes:
        arming: None until it was proven once.
        kill: the newest kill in the journal; None when there is none.
        last_confirmed_kill: instant (UTC) of the newest confirmed kill of this flag; None when there is none.
        happenings: the timeline, oldest first, the last few hundred.
        records: what people have vouched for, waived, read and said.
        rotation: names of those who take turns on call, as configured.
        others: consoles that are open now besides this one, on any feature.
        sources: by signal key.
        reload: why console.toml as it stands on the disk is not in use, or "".
    """

    config: FeatureConfig
    board: Board
    flag: FlagView
    arming: Arming | None
    kill: KillRecord | None
    journal: JournalView = field(default_factory=JournalView)
    history: HistoryView = field(default_factory=HistoryView)
    last_confirmed_kill: datetime | None = None
    happenings: tuple[Happening, ...] = ()
    records: Records = field(default_factory=Records)
    rotation: tuple[str, ...] = ()
    others: tuple[Presence, ...] = ()
    sources: Mapping[str, SourceView] = field(default_factory=dict)
    runbook: RunbookView = field(default_factory=RunbookView)
    reload: str = ""

    @property
    def back_on(self) -> bool:
        """The flag was proven off by the newest kill, and has since been read as not killed.

        A kill by another lever says nothing about the flag, so it stands until its lever is undone.
        """
        state = self.flag.state
        return (
            self.kill is not None
            and self.kill.ladder.killed_by == 1
            and self.kill.confirmed_at is not None
            and state is not None
            and state.read_at > self.kill.confirmed_at
            and state.on is not (self.config.flag.kill_state == "on")
        )


class FeatureService:
    """Watches one feature without a screen; one reader of it is the screen, another a command.

    Every source, the flag, arming and the journal have a task each: one that fails says so in its own part of
    the snapshot and disturbs no other.

    Args:
        config: the whole configuration, for its store.
        feature: the feature to watch.
        zone: whose midnight begins a day, for cost and tickets.

    Raises:
        ConfigError: a signal is configured in a way that no judge can use.
    """

    def __init__(self, config: Config, feature: FeatureConfig, *, zone: tzinfo) -> None:
        self.feature = feature
        self._journal = Journal(config.store, config.second_journal)
        self._monitor = Monitor(build_judges(feature.signals, zone=zone))
        self._flag = FlagView(None, "", None)
        self._arming: Arming | None = None
        self._kill: KillRecord | None = None
        self._journal_view = JournalView()
        self._marked = ""
        self._callbacks: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._sources: list[SignalSource] = []
        self._provider: FlagProvider | None = None
        self._answers: list[asyncio.Event] = []
        self._flag_due = asyncio.Event()
        self._arming_due = asyncio.Event()

    @property
    def snapshot(self) -> Snapshot:
        """Everything known now."""
        board = self._monitor.board(datetime.now(UTC))
        return Snapshot(
            self.feature,
            board,
            self._flag,
            self._arming,
            self._kill,
            self._journal_view,
            last_confirmed_kill=self._kill.confirmed_at if self._kill else None,
        )

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback`, on the event loop, whenever the snapshot may have changed."""
        self._callbacks.append(callback)

    async def start(self, *, arming: bool = True) -> None:
        """Begin to watch; what cannot be opened is said in its own part.

        Args:
            arming: prove the levers too; one look does without.
        """
        self._watch(self._follow_journal(self._answer()))
        self._watch(self._follow_flag(self._answer()))
        for opened in open_sources(self.feature.signals):
            if opened.source is None:
                assert opened.problem is not None  # noqa: S101 - one of the two is there
                self._monitor.failed(opened.signals, opened.problem)
                continue
            self._sources.append(opened.source)
            heard = self._hear(opened.signals, self._answer())
            self._watch(run_source(opened.source, opened.signals, self._monitor, heard))
        if arming:
            self._watch(self._follow_arming())

    async def settled(self, seconds: float) -> None:
        """Wait until flag, journal and every source have answered or failed, `seconds` at most."""
        try:
            async with asyncio.timeout(seconds):
                for answer in self._answers:
                    await answer.wait()
        except TimeoutError:
            # What has not answered by now shows as such in its own part.
            return

    async def stop(self) -> None:
        """End every task and let go of connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for source in self._sources:
            await source.aclose()
        if self._provider is not None:
            await self._provider.aclose()

    async def prove(self) -> None:
        """Prove now that each lever would work."""
        self._arming = await prove(self.feature)
        self._notify()

    def _watch(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _answer(self) -> asyncio.Event:
        """Something that `settled` waits for."""
        answer = asyncio.Event()
        self._answers.append(answer)
        return answer

    def _hear(self, signals: tuple[str, ...], answer: asyncio.Event) -> Callable[[], None]:
        """What follows each batch and each failure of one source."""
        first = True

        def heard() -> None:
            nonlocal first
            self._mark_killed()
            if self._monitor.told(signals):
                answer.set()
            elif first:
                # A signal of which the source has nothing is never told of.
                asyncio.get_running_loop().call_later(REST_SECONDS, answer.set)
            first = False
            self._notify()

        return heard

    def _notify(self) -> None:
        for callback in self._callbacks:
            callback()

    async def _follow_flag(self, answered: asyncio.Event) -> None:
        flag = self.feature.flag
        try:
            self._provider = registry.open_flag(flag.provider, flag.options, flag.where, trust=flag.trust)
        except AdapterError as error:
            self._flag = FlagView(None, _words(error), datetime.now(UTC))
            answered.set()
            return
        self._watch(self._follow_pushes(self._provider))
        while True:
            answered_before = not self._flag.problem
            try:
                self._flag = FlagView(await self._provider.read(), "", datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the next read may work
                self._flag = replace(self._flag, problem=_words(error), checked_at=datetime.now(UTC))
            self._mark_killed()
            if answered_before is bool(self._flag.problem):
                # What was proven while the provider answered, or did not, holds no longer.
                self._arming_due.set()
            answered.set()
            self._notify()
            await _due(self._flag_due, FLAG_SECONDS)

    async def _follow_pushes(self, provider: FlagProvider) -> None:
        while True:
            try:
                async for _ in provider.changes():
                    self._flag_due.set()
            except Exception:  # noqa: BLE001
                # The reads by the clock go on, and say what is wrong with the provider.
                self._flag_due.set()
            await asyncio.sleep(PUSH_PAUSE_SECONDS)

    async def _follow_arming(self) -> None:
        while True:
            await self.prove()
            await _due(self._arming_due, ARMING_SECONDS)

    async def _follow_journal(self, answered: asyncio.Event) -> None:
        revision: tuple[int, ...] | None = None
        while True:
            now = self._journal.revision()
            if now != revision or self._journal_view.problem:
                revision = now
                await self._read_journal()
            self._mark_killed()
            answered.set()
            await asyncio.sleep(JOURNAL_SECONDS)

    async def _read_journal(self) -> None:
        feature, view, kill = self.feature, JournalView(), self._kill
        try:
            kill = await asyncio.to_thread(self._journal.latest_kill, feature.key, feature.environment)
        except Exception as error:  # noqa: BLE001 - an odd row must not end the watch over the journal
            told = str(error) if isinstance(error, JournalError) else f"a row is odd ({type(error).__name__})"
            view = JournalView(told, self._journal_view.since or datetime.now(UTC))
        if (kill, view) != (self._kill, self._journal_view):
            self._kill, self._journal_view = kill, view
            self._notify()

    def _mark_killed(self) -> None:
        """Tell the monitor in event time when the kill was confirmed, and when it is over.

        Waits for the event clock, and for the flag: one that is on again is no longer killed.
        """
        now = self.snapshot
        kill = now.kill
        if (
            kill is None
            or kill.confirmed_at is None
            or now.flag.checked_at is None
            or now.board.clock is None
        ):
            return
        if now.back_on:
            if self._marked:
                self._marked = ""
                self._monitor.killed(None)
        elif kill.ladder.kill_id != self._marked:
            self._marked = kill.ladder.kill_id
            self._monitor.killed(now.board.clock.event_time(kill.confirmed_at))


async def _due(event: asyncio.Event, seconds: float) -> None:
    """Wait until something is asked for, `seconds` at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()


def _words(error: Exception) -> str:
    if isinstance(error, AdapterError):
        return f"{error.where}: {error.what}"
    return f"the flag cannot be read ({type(error).__name__})"
