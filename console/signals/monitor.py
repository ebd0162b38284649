"""Keeps all signals of one feature judged, and hands out the board."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType

from adapters.errors import AdapterError
from adapters.signals.port import Batch, Reading, Traffic
from console.signals.changes import Changes
from console.signals.flow import flow, rest
from console.signals.input import Input
from console.signals.judges.port import Judge
from console.signals.models import Models
from console.signals.series import Series
from console.signals.sound import believable
from console.signals.track import Track
from console.signals.verdict import Board, Change, Clock, Flow, ModelChange, Note, Verdict
from console.store.kept import Latch

_NOTES = 16
NOTED = timedelta(minutes=10)
"""Event time for which a signal says that its source began anew."""
_FASTEST = 1e6
_DRIFT = 0.25
"""Real seconds by which a source's clock may differ from what was expected before it is set anew."""


class Monitor:
    """Takes what the sources say, and gives the board that follows from it.

    It starts no task and reads no clock of its own; `console.signals.supervise` feeds it.

    Args:
        judges: in the order in which the signals are always shown.
        clock: the real time now, UTC.
        zone: in which words name a time of day; without it they name none.
    """

    def __init__(
        self,
        judges: Iterable[Judge],
        *,
        clock: Callable[[], datetime] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._tracks = {judge.key: Track(judge) for judge in judges}
        self._traffic = Input(Traffic)
        self._traffic_from: frozenset[str] | None = None
        self._now = clock or _utc_now
        self._clock: Clock | None = None
        self._zone = zone
        self._first: datetime | None = None
        self._models = Models()
        self._models_from: frozenset[str] | None = None
        self._notes: deque[Note] = deque(maxlen=_NOTES)
        self._kept_traffic: list[Reading] = []
        self._killed: datetime | None = None
        self._epoch: datetime | None = None
        self._changes = Changes()
        self._board = Board(self._verdicts(), None, None, None, (), 0)

    def restore(
        self,
        readings: Iterable[Reading],
        latches: Mapping[str, Latch],
        *,
        changes: Iterable[Change] = (),
        models: Iterable[ModelChange] = (),
    ) -> None:
        """Give back what was known before a restart. To be called before the first batch.

        Readings wait until their source's clock is known, and what is newer than it is dropped: it was read
        from another world. Until then a BREACH of `latches` stands behind whatever the signal shows, and it
        goes on to stand until its judge clears it.

        Args:
            readings: of all signals and of traffic, in any order; of the same interval the last one counts.
            latches: what stood, by signal key.
            changes: the last verdict changes, oldest first: since when a state holds.
            models: the last changes of the model, oldest first.
        """
        by_signal: dict[str, list[Reading]] = {}
        for reading in readings:
            by_signal.setdefault(reading.signal, []).append(reading)
        stood = {change.title: (change.after, change.at) for change in changes if believable(change.at)}
        for key, track in self._tracks.items():
            latch = latches.get(key)
            if latch is not None and not believable(latch.since):
                latch = None
            track.restore(by_signal.get(key, ()), latch, stood.get(track.judge.title))
        self._kept_traffic = by_signal.get("traffic", [])
        self._models.restore(model for model in models if believable(model.at))
        if self._models.changes:
            self._follow_model(self._models.changes[-1])

    def latches(self) -> Mapping[str, Latch]:
        """What stands now, by signal key."""
        return {key: track.latch for key, track in self._tracks.items() if track.latch is not None}

    def series(self, signal: str, span: timedelta, bins: int) -> Series | None:
        """One signal over a span of event time that ends now; None where there is none."""
        track = self._tracks.get(signal)
        return None if track is None or bins < 1 or span <= timedelta() else track.series(span, bins)

    def take(self, signals: Iterable[str], batch: Batch) -> None:
        """Take what one source says about the signals that it serves. Nothing is judged before `board`."""
        served = frozenset(signals)
        if not believable(batch.at) or not 0 < batch.speed <= _FASTEST:
            self.failed(served, _nonsense(", ".join(sorted(served))))
            return
        if self._first is None:
            self._first = batch.at
            if any(change.at > batch.at for change in self._models.changes):
                self._models.went_back(batch.at)
        tracks = [self._tracks[key] for key in self._tracks if key in served]
        self._look_back(tracks, served, batch.at)
        clock = self._set(batch)
        problems = getattr(batch, "problems", None) or {}
        for track in tracks:
            track.answered(clock, batch.at, batch.complete_to.get(track.judge.key))
        owns_traffic = self._owns_traffic(served, batch)
        if owns_traffic:
            self._traffic.restore(self._kept_traffic, batch.at)
            self._kept_traffic = []
            self._traffic.answered(clock, batch.at, batch.complete_to.get("traffic"))
        for reading in batch.readings:
            if reading.signal in served and reading.signal in self._tracks:
                self._tracks[reading.signal].input.take(reading, batch.at)
            elif reading.signal == "traffic" and owns_traffic:
                self._traffic.take(reading, batch.at)
        for key, error in problems.items():
            if key in served and key in self._tracks:
                self._tracks[key].input.failed(error, batch.at)
        self._see_models(served, batch)

    def _see_models(self, served: frozenset[str], batch: Batch) -> None:
        seen = list(batch.models)
        if batch.model is not None:
            seen.append((batch.at, batch.model))
        if not seen or self._models_from not in (None, served):
            return
        self._models_from = served
        for at, model in seen:
            changed = self._models.see(model.raw, at)
            if changed is not None:
                self._follow_model(changed)

    def _look_back(self, tracks: list[Track], served: frozenset[str], at: datetime) -> None:
        """Begin anew what a source serves whose clock was set back: its world is another one."""
        gone = [track for track in tracks if track.input.went_back(at)]
        if not gone:
            return
        titles = {track.judge.title for track in gone}
        self._changes.forget_after(at, titles)
        if self._traffic_from == served and self._traffic.went_back(at):
            self._traffic.begin_anew(at)
            # A kill of this world lies in no future of the other one.
            self._killed = None if self._killed is None else min(self._killed, at)
            self._epoch = None if self._epoch is None else min(self._epoch, at)
        if self._models_from == served:
            self._models.went_back(at)
        self._first = at
        names = ", ".join(track.judge.title for track in gone)
        self._notes.append(Note(at, f"the source of {names} began anew: its clock was set back"))

    def _follow_model(self, change: ModelChange) -> None:
        when = "" if self._zone is None else f" {change.at.astimezone(self._zone):%H:%M}"
        for track in self._tracks.values():
            if track.judge.follows_model:
                track.model_changed(change.at, f"model changed{when}")

    def told(self, signals: Iterable[str]) -> bool:
        """Whether each of these signals has had data or has failed; a source may answer for one by one."""
        inputs = [self._tracks[key].input for key in signals if key in self._tracks]
        return all(each.told or each.problem is not None for each in inputs)

    def failed(self, signals: Iterable[str], error: AdapterError) -> None:
        """Note that the source of these signals failed."""
        at = self._event_now(self._now())
        served = frozenset(signals)
        for key in served & self._tracks.keys():
            self._tracks[key].input.failed(error, at)
        if served == self._traffic_from:
            self._traffic.failed(error, at)

    def killed(self, at: datetime | None) -> None:
        """Say whether the feature is killed: the event time at which it was confirmed, or None.

        A kill ends the epoch: what was proven is kept in words, and what comes is judged from then on. None
        after a kill is a restore, and begins one more epoch.
        """
        if at == self._killed or (at is not None and not believable(at)):
            return
        if at is not None:
            if self._killed is None:
                self._end_epochs(at)
            if self._first is not None and at < self._first:
                # It was killed before anybody watched here: what was judged meanwhile is no news.
                self._changes.begin()
        self._epoch = at if at is not None else self._event_now(self._now())
        self._killed = at

    def resumed(self, at: datetime) -> None:
        """Say that a kill and its restore lie before the start: what is older than `at` counts no more.

        Args:
            at: event time of the restore, or of the kill where that is not known.
        """
        if not believable(at) or self._killed is not None:
            return
        self._end_epochs(at)
        for track in self._tracks.values():
            track.before_kill = ""
        self._epoch = at if self._epoch is None else max(at, self._epoch)
        self._changes.begin()

    def _end_epochs(self, at: datetime) -> None:
        for track in self._tracks.values():
            if track.judge.needs_answers:
                track.end_epoch(at)

    def board(self, now: datetime | None = None) -> Board:
        """The newest board; the very same object while nothing differs.

        Args:
            now: real time; by default the monitor's clock.
        """
        real = self._now() if now is None else now
        event_now = self._event_now(real)
        off, returned = rest(self._traffic, self._killed, event_now)
        for track in self._tracks.values():
            clock = track.input.clock
            at = None if clock is None else clock.event_time(real)
            # A month of tickets is not undone by an hour without answers.
            epoch = self._epoch if track.judge.needs_answers else None
            before = track.verdict
            now_at = at or event_now
            note = self._note_of(track, now_at)
            verdict = track.look(now_at, epoch, off, returned, self._traffic.evidence, note)
            if verdict is not before:
                self._changes.note(track, event_now)
        return self._assemble()

    def _assemble(self) -> Board:
        last = self._board
        current = self._flow()
        changed = (
            any(last.verdicts[key] is not track.verdict for key, track in self._tracks.items())
            or current != last.flow
            or self._clock is not last.clock
            or self._models.current != last.model
            or tuple(self._notes) != last.notes
            or self._models.changes != last.models
            or self._changes.kept != last.changes
        )
        if changed:
            self._board = Board(
                verdicts=self._verdicts(),
                clock=self._clock,
                flow=current,
                model=self._models.current,
                changes=self._changes.kept,
                revision=last.revision + 1,
                first_seen=self._first_seen(),
                models=self._models.changes,
                notes=tuple(self._notes),
            )
        return self._board

    def _flow(self) -> Flow | None:
        return flow(self._traffic.evidence, self._traffic.judged_to, self._killed)

    def _note_of(self, track: Track, now: datetime | None) -> str:
        anew = track.input.anew
        if anew is None or now is None or now - anew > NOTED:
            return ""
        when = "" if self._zone is None else f" at {anew.astimezone(self._zone):%H:%M}"
        return f"the source began anew{when}"

    def _first_seen(self) -> MappingProxyType[str, datetime]:
        inputs = {key: track.input for key, track in self._tracks.items()} | {"traffic": self._traffic}
        return MappingProxyType(
            {key: each.first_seen for key, each in inputs.items() if each.first_seen is not None}
        )

    def _verdicts(self) -> MappingProxyType[str, Verdict]:
        return MappingProxyType({key: track.verdict for key, track in self._tracks.items()})

    def _event_now(self, real: datetime) -> datetime | None:
        return None if self._clock is None else self._clock.event_time(real)

    def _set(self, batch: Batch) -> Clock:
        real = self._now()
        fresh = Clock(batch.at, real, batch.speed)
        last = self._clock
        if last is not None and last.speed == fresh.speed:
            off = abs((last.event_time(real) - batch.at).total_seconds())
            if off <= _DRIFT * batch.speed:
                return last
        self._clock = fresh
        return fresh

    def _owns_traffic(self, served: frozenset[str], batch: Batch) -> bool:
        if self._traffic_from is None or (self._traffic_from != served and self._traffic.problem is not None):
            if not any(reading.signal == "traffic" for reading in batch.readings):
                return False
            self._traffic_from = served
        return self._traffic_from == served


def _nonsense(what: str) -> AdapterError:
    return AdapterError(
        "sent a batch without a usable clock",
        where=f"the source of {what}",
        todo="Check the source: its time must carry a zone and be of this age, its speed must be over 0.",
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
