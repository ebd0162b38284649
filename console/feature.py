"""One AI feature, wired: its flag, signals, levers, journal, history and runbook, and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterError
from console.following.flag import FlagFollower, due
from console.following.intake import Intake
from console.following.journal import JournalFollower
from console.following.keeper import Keeper
from console.following.runbook import RunbookFollower
from console.incident.acts import body_of, kind_of
from console.incident.telling import of_arming, of_expiry, of_problem
from console.incident.timeline import Timeline
from console.killswitch.expiry import crossed
from console.killswitch.fingerprint import fingerprints
from console.killswitch.prove import prove
from console.patience import within
from console.signals.monitor import Monitor
from console.signals.seven import build_judges
from console.signals.sources import open_sources
from console.signals.supervise import run_source
from console.snapshot import FlagView, HistoryView, JournalView, RunbookView, Snapshot, SourceView
from console.store.journal import Journal

if TYPE_CHECKING:
    from datetime import tzinfo

    from adapters.flags.port import FlagState
    from adapters.signals.port import SignalSource
    from console.config import Config, FeatureConfig
    from console.identity import Operator
    from console.incident.acts import Act
    from console.incident.happening import Happening
    from console.killswitch.arming import Arming
    from console.killswitch.record import KillRecord
    from console.signals.series import Series
    from console.signals.sources import OpenedSource
    from console.store.history import History
    from console.store.kept import Observed, Presence

__all__ = [
    "FeatureService",
    "FlagView",
    "HistoryView",
    "JournalView",
    "RunbookView",
    "Snapshot",
    "SourceView",
]

ARMING_SECONDS = 15 * 60.0
"""Between two proofs that each lever would work."""

REST_SECONDS = 3.0
"""After a source's first answer, what one look waits for its other signals."""

WRITE_SECONDS = 3.0
"""What a person waits for a row of the journal."""

TICK_SECONDS = 1.0
"""Between two looks at what only the passing of time has changed: a source that fell silent."""


_NOT_KEPT = HistoryView()
_PARTS = tuple(field.name for field in fields(Snapshot))


class FeatureService:
    """Watches one feature without a screen; one reader of it is the screen, another a command.

    Every source, the flag, arming, the runbook, the journal and the history have a task each: one that fails
    says so in its own part of the snapshot and disturbs no other.

    Attributes:
        others: consoles that are open besides this one; whoever knows sets it.
        rotation: names of those who take turns on call.
        reload: why console.toml as it stands on the disk is not in use, or "".

    Args:
        config: the whole configuration, for its store.
        feature: the feature to watch.
        zone: whose midnight begins a day, for cost and tickets.
        journal: where acts are read and written; None opens the configured one.
        history: where what is seen is kept; None goes without.
        keeps: False only reads the history.
        whole: give back readings from the history also where no BREACH stands.

    Raises:
        ConfigError: a signal is configured in a way that no judge can use.
    """

    def __init__(
        self,
        config: Config,
        feature: FeatureConfig,
        *,
        zone: tzinfo,
        journal: Journal | None = None,
        history: History | None = None,
        keeps: bool = True,
        whole: bool = True,
    ) -> None:
        self.feature = feature
        self.others: tuple[Presence, ...] = ()
        self.rotation = config.people.rotation
        self.reload = ""
        self._journal = journal or Journal(config.store, config.second_journal)
        self._monitor = Monitor(build_judges(feature.signals, faulty=feature.faulty, zone=zone), zone=zone)
        self._timeline = Timeline()
        self._arming: Arming | None = None
        self._armed: tuple[tuple[bool, ...], datetime] | None = None
        self._marked = self._over = ""
        self._last: Snapshot | None = None
        self._sourced: tuple[Mapping[str, datetime] | None, Mapping[str, SourceView]] = (None, {})
        self._callbacks: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._opened: list[tuple[SignalSource, tuple[str, ...]]] = []
        self._answers: list[Callable[[], Coroutine[Any, Any, object]]] = []
        self._arming_due = asyncio.Event()
        name = (feature.key, feature.environment)
        self._flag = FlagFollower(feature.flag, changed=self._flag_read, reached=self._arming_due.set)
        self._acts = JournalFollower(
            self._journal, *name, feature.flag_key, changed=self._changed, told=self._told
        )
        self._book = RunbookFollower(feature.runbook, changed=self._notify)
        self._keeper: Keeper | None = None
        if history is not None:
            self._keeper = Keeper(
                history,
                self._monitor,
                *name,
                told=self._told,
                changed=self._changed,
                keeps=keeps,
                whole=whole,
            )
        self._intake = Intake(self._monitor, self._keeper)

    @property
    def snapshot(self) -> Snapshot:
        """Everything known now; the very same object while nothing differs."""
        now = Snapshot(
            config=self.feature,
            board=self._monitor.board(datetime.now(UTC)),
            flag=self._flag.view,
            arming=self._arming,
            kill=self._acts.kill,
            journal=self._acts.view,
            history=self._keeper.view if self._keeper else _NOT_KEPT,
            last_confirmed_kill=self._acts.last_confirmed_kill,
            kills=self._acts.kills,
            drills=self._acts.drills,
            rehearsed=self._acts.rehearsed,
            trainees=self._acts.trainees,
            prints=self._acts.prints,
            happenings=self._timeline.rows,
            records=self._acts.records,
            rotation=self.rotation,
            others=self.others,
            sources=self._sources(),
            runbook=self._book.view,
            reload=self.reload,
        )
        last = self._last
        if last is None or any(getattr(now, name) is not getattr(last, name) for name in _PARTS):
            self._last = now
            return now
        return last

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback`, on the event loop, whenever the snapshot may have changed."""
        self._callbacks.append(callback)

    async def start(self, *, arming: bool = True) -> None:
        """Begin to watch; what cannot be opened is said in its own part.

        Args:
            arming: prove the levers too; one look does without.
        """
        self._answers = [self._acts.settled, self._flag.settled, self._book.settled]
        self._watch(self._acts.follow())
        self._watch(self._flag.follow())
        self._watch(self._book.follow())
        if self._keeper is not None:
            self._watch(self._restore(self._keeper))
            self._answers.append(self._keeper.restored)
        for signal, sentence in self.feature.faulty.items():
            self._monitor.failed((signal,), _faulty(sentence))
        for opened in open_sources(self.feature.signals):
            self._start_source(opened)
        self._watch(self._tick())
        if arming:
            self._watch(self._follow_arming())

    async def settled(self, seconds: float) -> None:
        """Wait until flag, journal and every source have answered or failed, `seconds` at most."""
        try:
            async with asyncio.timeout(seconds):
                for answer in self._answers:
                    await answer()
        except TimeoutError:
            # What has not answered by now shows as such in its own part.
            return

    async def stop(self) -> None:
        """End every task and let go of connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for source, _ in self._opened:
            await source.aclose()
        await self._flag.aclose()

    async def prove(self) -> None:
        """Prove now that each lever would work."""
        arming, prints = await asyncio.gather(prove(self.feature), fingerprints(self.feature))
        self._arming = arming
        self._acts.mark(prints)
        armed = tuple(lever.armed for lever in arming.levers)
        if self._armed is None or self._armed[0] != armed:
            self._armed = armed, arming.proven_at
        expiring = [of_expiry(*one) for one in crossed(self.feature, datetime.now(UTC))]
        self._told([of_arming(arming, since=self._armed[1]), *expiring])
        self._notify()

    async def refresh(self) -> None:
        """Read flag, journal and runbook now, and prove arming."""
        self._flag.refresh()
        await asyncio.gather(self._acts.read(), self._book.read(), self.prove())

    async def record(self, act: Act, operator: Operator) -> str:
        """Put an act into the journal. Returns why it could not be written, or ""."""
        work = partial(
            self._journal.append,
            kind_of(act),
            feature=self.feature.key,
            environment=self.feature.environment,
            body=body_of(act, operator),
        )
        try:
            written = await within(WRITE_SECONDS, work)
        except TimeoutError:
            return f"the journal has not answered within {WRITE_SECONDS:g} s"
        await self._acts.read()
        return "" if written.row is not None else written.problem

    def tell(self, kind: str, text: str) -> None:
        """Take a sentence of the console's own into the timeline."""
        self._told([of_problem(kind, text, datetime.now(UTC))])

    def observe(self, seen: Observed) -> None:
        """Take something that every console sees into timeline and history."""
        if self._keeper is not None:
            self._keeper.observe(seen)

    def series(self, signal: str, span: timedelta, bins: int) -> Series | None:
        """One signal over a span of event time that ends now."""
        return self._monitor.series(signal, span, bins)

    def _watch(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks = [task for task in self._tasks if not task.done()]
        self._tasks.append(asyncio.create_task(work))

    def _start_source(self, opened: OpenedSource) -> None:
        if opened.source is None:
            assert opened.problem is not None  # noqa: S101 - one of the two is there
            self._monitor.failed(opened.signals, opened.problem)
            return
        self._opened.append((opened.source, opened.signals))
        answer = asyncio.Event()
        self._answers.append(answer.wait)
        heard = self._hear(opened.signals, answer)
        self._watch(run_source(opened.source, opened.signals, self._intake, heard))

    def _hear(self, signals: tuple[str, ...], answer: asyncio.Event) -> Callable[[], None]:
        """What follows each batch and each failure of one source."""
        first = True

        def heard() -> None:
            nonlocal first
            self._changed()
            if self._monitor.told(signals):
                answer.set()
            elif first:
                # A signal of which the source has nothing is never told of.
                asyncio.get_running_loop().call_later(REST_SECONDS, answer.set)
            first = False

        return heard

    async def _restore(self, keeper: Keeper) -> None:
        await keeper.restore()
        self._intake.open()
        self._changed()
        await keeper.follow()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._note_board()

    def _told(self, happenings: list[Happening]) -> None:
        if self._timeline.add(happenings):
            self._notify()

    def _notify(self) -> None:
        for callback in self._callbacks:
            callback()

    def _changed(self) -> None:
        """Something that other parts depend on differs."""
        self._mark_killed()
        self._note_board()
        for kind, view in (("journal", self._acts.view), ("history", self._keeper and self._keeper.view)):
            if view and view.problem and view.since:
                self._timeline.add([of_problem(kind, view.problem, view.since)])
        self._notify()

    def _note_board(self) -> None:
        if self._keeper is not None:
            self._keeper.board(self._monitor.board(datetime.now(UTC)))

    def _flag_read(self) -> None:
        moved = self._flag.change()
        if moved is not None and self._keeper is not None:
            self._watch(self._tell_flag(self._keeper, *moved))
        self._changed()

    async def _tell_flag(self, keeper: Keeper, before: FlagState, after: FlagState) -> None:
        """Tell of a change that somebody made; a kill tells of its own."""
        # A provider that pushes is read before the journal is, where the kill's intent stands already.
        await self._acts.read()
        kill = self._acts.kill
        killed = after.on is (self.feature.flag.kill_state == "on")
        if not (killed and kill is not None and _during(kill, before, after)):
            keeper.flag(before, after, self.feature.flag.provider)

    async def _follow_arming(self) -> None:
        while True:
            await self.prove()
            await due(self._arming_due, ARMING_SECONDS)

    def _sources(self) -> Mapping[str, SourceView]:
        heard = self._intake.heard
        if self._sourced[0] is not heard:
            views = {
                signal: SourceView(source.label, source.query_text(signal), heard.get(signal))
                for source, signals in self._opened
                for signal in signals
            }
            self._sourced = heard, views
        return self._sourced[1]

    def _mark_killed(self) -> None:
        """Tell the monitor in event time when the kill was confirmed, and when it is over.

        Waits for the event clock, and for the flag: one that is on again is no longer killed.
        """
        kill = self._acts.kill
        if kill is None or kill.confirmed_at is None or self._flag.view.checked_at is None:
            return
        now = self.snapshot
        if now.board.clock is None:
            return
        if now.over:
            if self._marked == kill.ladder.kill_id:
                self._monitor.killed(None)
            elif self._over != kill.ladder.kill_id:
                # Killed and turned on again before this console was started.
                self._monitor.resumed(now.board.clock.event_time(kill.confirmed_at))
            self._marked, self._over = "", kill.ladder.kill_id
        elif kill.ladder.kill_id != self._marked:
            self._marked = kill.ladder.kill_id
            self._monitor.killed(now.board.clock.event_time(kill.confirmed_at))


def _during(kill: KillRecord, before: FlagState, after: FlagState) -> bool:
    """Whether a flag changed between two reads while a kill was trying to change it."""
    end = kill.confirmed_at
    if end is None and kill.ladder.finished:
        seconds = max((step.seconds or 0.0 for step in kill.ladder.steps), default=0.0)
        end = kill.at + timedelta(seconds=seconds)
    return kill.at <= after.read_at and (end is None or before.read_at <= end)


def _faulty(sentence: str) -> AdapterError:
    """A sentence of the configuration ("FILE: [TABLE] what is wrong. What is accepted.") as an error."""
    file, _, said = sentence.partition(": ")
    what, _, todo = said.partition(". ")
    return AdapterError(what, where=file, todo=todo)
