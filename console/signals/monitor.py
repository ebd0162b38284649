"""Keeps all signals of one feature judged, and hands out the board."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import MappingProxyType

from adapters.errors import AdapterError
from adapters.signals.port import Batch, Traffic
from console.signals import words
from console.signals.flow import flow, patience, since_kill
from console.signals.judges.port import Judge
from console.signals.sound import believable
from console.signals.track import Input, Track
from console.signals.verdict import Board, Change, Clock, Flow, State, Verdict

_CHANGES = 48
_FASTEST = 1e6
_DRIFT = 0.25
"""Real seconds by which a source's clock may differ from what was expected before it is set anew."""


class Monitor:
    """Takes what the sources say, and gives the board that follows from it.

    It starts no task and reads no clock of its own; `console.signals.supervise` feeds it.

    Args:
        judges: in the order in which the signals are always shown.
        clock: the real time now, UTC.
    """

    def __init__(self, judges: Iterable[Judge], *, clock: Callable[[], datetime] | None = None) -> None:
        self._tracks = {judge.key: Track(judge) for judge in judges}
        self._traffic = Input(Traffic)
        self._traffic_from: frozenset[str] | None = None
        self._now = clock or _utc_now
        self._clock: Clock | None = None
        self._model: str | None = None
        self._killed: datetime | None = None
        self._epoch: datetime | None = None
        self._changes: deque[Change] = deque(maxlen=_CHANGES)
        self._seen: dict[str, State] = {}
        self._board = Board(self._verdicts(), None, None, None, (), 0)

    def take(self, signals: Iterable[str], batch: Batch) -> None:
        """Take what one source says about the signals that it serves. Nothing is judged before `board`."""
        served = frozenset(signals)
        if not believable(batch.at) or not 0 < batch.speed <= _FASTEST:
            self.failed(served, _nonsense(", ".join(sorted(served))))
            return
        clock = self._set(batch)
        problems = getattr(batch, "problems", None) or {}
        for key in served & self._tracks.keys():
            self._tracks[key].input.answered(clock, batch.at, batch.complete_to.get(key))
        owns_traffic = self._owns_traffic(served, batch)
        if owns_traffic:
            self._traffic.answered(clock, batch.at, batch.complete_to.get("traffic"))
        for reading in batch.readings:
            if reading.signal in served and reading.signal in self._tracks:
                self._tracks[reading.signal].input.take(reading, batch.at)
            elif reading.signal == "traffic" and owns_traffic:
                self._traffic.take(reading, batch.at)
        for key, error in problems.items():
            if key in served and key in self._tracks:
                self._tracks[key].input.failed(error, batch.at)
        if batch.model is not None:
            self._model = batch.model.raw

    def told(self, signals: Iterable[str]) -> bool:
        """Whether each of these signals has had data or has failed; a source may answer for one by one."""
        inputs = [self._tracks[key].input for key in signals if key in self._tracks]
        return all(each.complete_to is not None or each.problem is not None for each in inputs)

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
            for track in self._tracks.values():
                if track.judge.needs_answers and self._killed is None:
                    track.archive()
        self._epoch = at if at is not None else self._event_now(self._now())
        self._killed = at

    def board(self, now: datetime | None = None) -> Board:
        """The newest board; the very same object while nothing differs.

        Args:
            now: real time; by default the monitor's clock.
        """
        real = self._now() if now is None else now
        event_now = self._event_now(real)
        off, returned = self._rest(event_now)
        for track in self._tracks.values():
            clock = track.input.clock
            at = None if clock is None else clock.event_time(real)
            # A month of tickets is not undone by an hour without answers.
            epoch = self._epoch if track.judge.needs_answers else None
            before = track.verdict
            verdict = track.look(at or event_now, epoch, off, returned, self._traffic.evidence)
            if verdict is not before:
                self._note(track, verdict, event_now)
        return self._assemble()

    def _note(self, track: Track, verdict: Verdict, event_now: datetime | None) -> None:
        before = self._seen.get(verdict.signal)
        if track.input.clock is None and track.input.problem is None:
            return
        self._seen[verdict.signal] = verdict.state
        if before is None or before is verdict.state:
            return
        at = event_now
        if track.judged_at is not None and verdict.state in (
            State.OK,
            State.WATCH,
            State.TOO_FEW,
            State.BREACH,
        ):
            at = track.judged_at
        if at is not None:
            self._changes.append(Change(at, verdict.title, before, verdict.state))

    def _assemble(self) -> Board:
        last = self._board
        current = self._flow()
        changed = (
            any(last.verdicts[key] is not track.verdict for key, track in self._tracks.items())
            or current != last.flow
            or self._clock is not last.clock
            or self._model != last.model
            or (len(self._changes) and (not last.changes or self._changes[-1] is not last.changes[-1]))
        )
        if changed:
            self._board = Board(
                self._verdicts(), self._clock, current, self._model, tuple(self._changes), last.revision + 1
            )
        return self._board

    def _flow(self) -> Flow | None:
        return flow(self._traffic.evidence, self._traffic.judged_to, self._killed)

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

    def _rest(self, now: datetime | None) -> tuple[datetime | None, str]:
        """Since when the signals rest, and what AI answers came back instead."""
        if self._killed is None:
            return None, ""
        if now is None or self._traffic.clock is None:
            return self._killed, ""
        remembered = patience(self._traffic.clock.speed)
        answers = since_kill(self._traffic.evidence, self._killed, now, remembered)
        if answers <= 0:
            return self._killed, ""
        minutes = words.span(remembered.total_seconds() / 60)
        return None, f"AI answers after the kill: {words.count(answers)} in {minutes}"


def _nonsense(what: str) -> AdapterError:
    return AdapterError(
        "sent a batch without a usable clock",
        where=f"the source of {what}",
        todo="Check the source: its time must carry a zone and be of this age, its speed must be over 0.",
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
