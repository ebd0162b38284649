"""What an event stream has said so far, as readings: minutes open and closed, and what came late.

A minute is closed once the server vouches for everything up to `GRACE` seconds (event time) after its end.
Until then its reading is repeated, each time with all that is known of it, whenever something was added.
An event of a closed minute is not counted, and said in the reading of the minute that is running.

The server's history ends at the instant of the subscription, within a minute, and its events go on from
there. So rollups of minutes that are still open are the beginning of those minutes' buckets, and live events
are added to them: nothing is counted twice, and nothing is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import inf

from adapters.signals.event_bucket import Bucket, eval_reading
from adapters.signals.event_frames import Eval, Event, Events, Hello, History, Rollup, Ticket
from adapters.signals.port import Batch, Reading
from adapters.untrusted import Untrusted

GRACE = 2.0
"""Seconds of event time for which late events are still counted after a minute's end."""
AHEAD = 300.0
"""An event that claims to be this many seconds ahead of the server's own clock is malformed."""
MOST_OPEN = 120
"""Minutes open at a time. The oldest is closed by force when a server vouches for none of them."""
MOST_EMPTY = 120
"""Minutes without any event that are reported at once, after a server's clock has leapt."""
MOST_ROLLUPS = 50_000
FOLDED_AT_ONCE = 100
MOST_MODELS = 16
"""Changes of the model told in one batch: where it flickers, the last ones."""
MOST_IDS = 500_000
"""Ids of answers kept in all open minutes to notice repeated ones; beyond that repetition is not noticed."""


class TooMuch(ValueError):
    """The server sent more history than can be meant; the text says how much."""


class Ledger:
    """Counts a stream from one subscription on.

    Args:
        hello: the stream's first frame.
        signals: keys of the signals to report; "traffic" always is.
    """

    def __init__(self, hello: Hello, signals: Collection[str]) -> None:
        self._signals = tuple(signal for signal in signals if signal not in ("evals", "traffic"))
        self._evals_wanted = "evals" in signals
        self._edges = (*hello.latency_bounds, inf)
        self._width = hello.bucket_seconds
        self._speed = hello.speed
        self._at = hello.at.timestamp()
        self._complete_to: float | None = None
        self._further: dict[str, float] = {}
        self._first_open: int | None = None
        self._rollups: dict[tuple[float, int], Rollup] = {}
        self._open: dict[int, Bucket] = {}
        self._evals: dict[float, Eval] = {}
        self._model: tuple[float, str] | None = None
        self._models: deque[tuple[float, str]] = deque(maxlen=MOST_MODELS)
        self._ids = 0
        self._ready: list[Reading] = []
        self._bad_history = 0

    def add_history(self, frame: History, bad: int) -> None:
        """Take one part of the history, of which `bad` items were malformed. After the last, `fold` it.

        Raises:
            TooMuch: more rollups than any stream can need.
        """
        for rollup in frame.rollups:
            start = rollup.start.timestamp()
            aligned = rollup.seconds % self._width == 0 == start % self._width
            if aligned and start < self._at + AHEAD:
                self._rollups[(start, rollup.seconds)] = rollup
            else:
                bad += 1
        if len(self._rollups) > MOST_ROLLUPS:
            raise TooMuch(f"it sent more than {MOST_ROLLUPS} rollups")
        self._add_evals(frame.evals)
        self._bad_history += bad
        if frame.at is not None:
            self._at = max(self._at, frame.at.timestamp())
        if frame.complete_to is not None:
            self._complete_to = frame.complete_to.timestamp()
        self._see_further(frame.complete)

    def add(self, frame: Events, bad: int) -> None:
        """Take one live frame, of which `bad` items were malformed."""
        before, self._at = self._at, max(self._at, frame.at.timestamp())
        if self._first_open is None:
            self._first_open = self._index(before - GRACE)
        current = self._bucket(self._index(self._at))
        if bad:
            current.bad += bad
            current.changed = True
        if frame.dropped:
            # They may belong to the minute before, when the frame reaches over its end.
            for index in {self._index(self._at), max(self._index(before), self._first_open)}:
                bucket = self._bucket(index)
                bucket.dropped += frame.dropped
                bucket.changed = True
        self._add_events(frame.events, current)
        for ticket in frame.tickets:
            self._add_ticket(ticket, current)
        self._add_evals(frame.evals)
        self._see_further(frame.complete)
        self._advance(min(frame.complete_to.timestamp(), self._at))

    def take(self) -> Batch:
        """Everything new or changed since the last call."""
        for index in sorted(self._open):
            bucket = self._open[index]
            if bucket.changed:
                bucket.changed = False
                self._ready.extend(bucket.readings(self._signals, closed=False))
        readings, self._ready = self._ready, []
        complete: dict[str, datetime] = {}
        if self._complete_to is not None:
            until = datetime.fromtimestamp(self._complete_to, UTC)
            complete = dict.fromkeys((*self._signals, "traffic"), until)
            if self._evals_wanted:
                complete["evals"] = until
        for signal, time in self._further.items():
            further = datetime.fromtimestamp(min(time, self._at), UTC)
            complete[signal] = max(further, complete.get(signal, further))
        model = Untrusted(self._model[1]) if self._model is not None else None
        readings.sort(key=_by_start)
        at = datetime.fromtimestamp(self._at, UTC)
        models = tuple((datetime.fromtimestamp(time, UTC), Untrusted(name)) for time, name in self._models)
        self._models.clear()
        return Batch(at, complete, tuple(readings), self._speed, model, models)

    def fold(self) -> Iterator[None]:
        """Turn the rollups into closed readings, but for those of minutes that live events may still join.

        Without a word of the server, the minute before its newest is taken as the last that is whole.

        Yields:
            After each `FOLDED_AT_ONCE` rollups, so that others may run: a month takes a tenth of a second.
        """
        minutes = [start for start, seconds in self._rollups if seconds == self._width]
        if self._complete_to is None and minutes:
            self._complete_to = max(minutes)
        earliest = min(minutes, default=inf)
        if self._complete_to is not None:
            self._complete_to = min(self._complete_to, self._at)
        self._first_open = self._index((self._at if self._complete_to is None else self._complete_to) - GRACE)
        for number, ((start, seconds), rollup) in enumerate(sorted(self._rollups.items())):
            if number % FOLDED_AT_ONCE == 0:
                yield
            if seconds != self._width and start + seconds > earliest:
                self._bad_history += 1  # It would count again what the minutes count.
                continue
            bucket = Bucket(start, seconds, self._edges)
            bucket.add_rollup(rollup)
            self._see_model(rollup.newest.timestamp() if rollup.newest else start, rollup.model)
            index = self._index(start)
            if seconds == self._width and index >= self._first_open:
                self._open[index] = bucket
            else:
                self._ready.extend(bucket.readings(self._signals, closed=True))
        self._rollups.clear()
        if self._bad_history:
            # What they were about cannot be known: it is said where it is seen first.
            bucket = self._bucket(self._index(self._at))
            bucket.bad += self._bad_history

    def _index(self, time: float) -> int:
        return int(time // self._width)

    def _bucket(self, index: int) -> Bucket:
        bucket = self._open.get(index)
        if bucket is None:
            bucket = self._open[index] = Bucket(float(index * self._width), self._width, self._edges)
        return bucket

    def _add_events(self, events: Iterable[Event], current: Bucket) -> None:
        # The loop that every answer passes: names are local, and one bucket is reused while it fits.
        width, first, latest = self._width, self._first_open or 0, self._at + AHEAD
        bucket, low, high = current, current.start, current.start + width
        for event in events:
            time = event.time.timestamp()
            if not low <= time < high:
                index = int(time // width)
                if time > latest:
                    current.bad += 1
                    current.changed = True
                    continue
                if index < first:
                    current.late += 1
                    current.changed = True
                    continue
                bucket = self._bucket(index)
                low, high = bucket.start, bucket.start + width
            name = hash(event.id)
            if name in bucket.seen:
                continue
            if self._ids < MOST_IDS:
                bucket.seen.add(name)
                self._ids += 1
            bucket.add(event)
            if event.path == "ai":
                self._see_model(time, event.model)

    def _add_ticket(self, ticket: Ticket, current: Bucket) -> None:
        time = ticket.time.timestamp()
        index = self._index(time)
        if time > self._at + AHEAD:
            current.bad += 1
        elif index < (self._first_open or 0):
            current.late += 1
        else:
            self._bucket(index).add_ticket(ticket)
            return
        current.changed = True

    def _add_evals(self, evals: Iterable[Eval]) -> None:
        for run in evals:
            at = run.at.timestamp()
            if not self._evals_wanted or at > self._at + AHEAD or self._evals.get(at) == run:
                continue
            self._evals[at] = run
            if len(self._evals) > 1000:
                del self._evals[min(self._evals)]
            self._ready.append(eval_reading(run))

    def _see_further(self, complete: Mapping[str, datetime]) -> None:
        for signal in (*self._signals, "evals") if self._evals_wanted else self._signals:
            if signal in complete:
                time = complete[signal].timestamp()
                self._further[signal] = max(self._further.get(signal, time), time)

    def _see_model(self, time: float, model: str | None) -> None:
        if model is not None and (self._model is None or time >= self._model[0]):
            if self._model is None or self._model[1] != model:
                self._models.append((time, model))
            self._model = (time, model)

    def _advance(self, complete_to: float) -> None:
        """Close every minute that the server vouches for, the empty ones too."""
        self._complete_to = max(self._complete_to or complete_to, complete_to)
        first = self._index(self._complete_to - GRACE)
        begin = max(self._first_open or first, first - MOST_EMPTY)
        for index in sorted({*range(begin, first), *(known for known in self._open if known < first)}):
            self._close(index)
        self._first_open = max(self._first_open or first, first)
        while len(self._open) > MOST_OPEN:
            oldest = min(self._open)
            self._open[oldest].forced = True
            self._close(oldest)
            self._first_open = oldest + 1

    def _close(self, index: int) -> None:
        bucket = self._bucket(index)
        del self._open[index]
        self._ids -= len(bucket.seen)
        self._ready.extend(bucket.readings(self._signals, closed=True))


def _by_start(reading: Reading) -> datetime:
    return reading.start
