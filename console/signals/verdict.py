"""What the judges say, and the snapshot of it all that screens and commands read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum


class State(Enum):
    """One state a signal; the value is the word shown."""

    OK = "OK"
    WATCH = "WATCH"
    BREACH = "BREACH"
    TOO_FEW = "TOO FEW"
    NO_DATA = "NO DATA"
    STALE = "STALE"
    ERROR = "ERROR"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value against its healthy band, on a fixed scale.

    Attributes:
        low, high: the scale's ends; a value beyond `high` is drawn as off the scale.
        low_text, high_text: the ends as shown ("0", "4 %").
        healthy_low, healthy_high: edges of the band; None where it is open on that side.
        baseline: what a two-sided band is around, else None.
        value: None when there is none.
    """

    low: float
    high: float
    low_text: str
    high_text: str
    healthy_low: float | None
    healthy_high: float | None
    baseline: float | None
    value: float | None


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One line of the table behind a verdict: what was counted over which time, and what it proves.

    Every cell is plain text, as short as a column wants it; "" where the column says nothing of this line.

    Attributes:
        window: over what was counted ("30 min", "5 h", "since harm began", "last night").
        bad, n: counted ("14", "38").
        value: what the band is about ("36.8 %", "0.84", "1.31 x").
        interval: where it may truly lie ("23.4 to 52.7 %").
        proof: the evidence of harm ("1.8e+12"), and `line` what it has to pass ("9.0e+05").
        state: what this line alone says; None where it only informs.
        crossed: event time at which the proof passed its line; None while it has not.
        note: a few words ("on 4 of 13", "second opinion: agrees").
    """

    window: str
    bad: str = ""
    n: str = ""
    value: str = ""
    interval: str = ""
    proof: str = ""
    line: str = ""
    state: State | None = None
    crossed: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One signal, judged. Every text is plain and short, and fit to be shown as it is.

    Attributes:
        signal: key in the configuration ("errors").
        title: what a person calls it ("error rate").
        state: the one state.
        was: BREACH while it is latched and `state` cannot say so ("was BREACH, now STALE"), else None.
        value: what the band is about, in the band's unit; None when there is none.
        value_text: "36.8 %", "4.6 s", "$ 2.31".
        band_text: "< 1 %", "±10 %", "≥ 0.817", "trend", "shape".
        band_long: "healthy < 1 %", "healthy ±10 % of 4.4 s; p50 1.9 s".
        count_text: "14/38"; have/need "241/400" while too few; "6 %" of a day's spend; "" where none.
        count_long: "14 of 38 answers, 30 min".
        headline: for the verdict line, without the state and without since when:
            "error rate 36.8 %: 14 of 38 answers failed".
        why: one line of reason ("schema 13, time-out 1").
        since: event time at which this state began; with `was`, at which that BREACH began.
        newest: event time of the newest event that it rests on.
        gauge: the value in its band; None when the signal cannot be drawn so.
        history: about an hour (batch signals: a month) in equal bins, oldest first; None is a bin without
            data.
        history_edge: the value at which a bin of `history` leaves the band, None for none; `history_low_edge`
            likewise below.
        partial: something was missing or dropped, in words, or "".
        problem: for ERROR: what failed, where, and what to do.
        needs: for TOO FEW: what it waits for ("needs 159 more answers, ~2 h at this rate").
        numbers: (name, value) pairs behind the verdict, all of them, for ``--json``.
        was_since: event time at which the BREACH of `was` began; None without one.
        words: sentences for a tired person: what was counted against what, what would be healthy, what it
            takes to clear.
        method: how it is judged, in a few words ("e-detector, p0 1 %, c 100,000").
        epoch: event time before which nothing counts; None where all that is known does.
        columns: heads of `windows` for bad, n, value and interval ("failed", "answers", "share",
            "Wilson 95 %"); "" where no line has such a cell.
        windows: the table of the detail view.
        parts: (name, value) pairs below that table ("by kind", "schema 13, time-out 1").
    """

    signal: str
    title: str
    state: State
    since: datetime | None
    was: State | None = None
    value: float | None = None
    value_text: str = ""
    band_text: str = ""
    band_long: str = ""
    count_text: str = ""
    count_long: str = ""
    headline: str = ""
    why: str = ""
    newest: datetime | None = None
    gauge: Gauge | None = None
    history: tuple[float | None, ...] = ()
    history_edge: float | None = None
    history_low_edge: float | None = None
    partial: str = ""
    problem: str = ""
    needs: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    was_since: datetime | None = None
    words: tuple[str, ...] = ()
    method: str = ""
    epoch: datetime | None = None
    columns: tuple[str, str, str, str] = ("", "", "", "")
    windows: tuple[WindowRow, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """Answers by path, as the signals' sources see them.

    Attributes:
        ai_per_hour, fallback_per_hour: over the last minutes of event time.
        users: distinct users of the AI path in the last day, where a source can tell.
        newest: event time of the newest answer of either path.
    """

    ai_per_hour: float
    fallback_per_hour: float
    users: int | None
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """The sources' event clock, carried on between batches by the real one.

    Attributes:
        at: event time at `real`.
        real: instant of this machine's clock, UTC.
        speed: event seconds in one real second.
    """

    at: datetime
    real: datetime
    speed: float

    def event_time(self, real: datetime) -> datetime:
        """Event time at an instant of the real clock."""
        return self.at + timedelta(seconds=(real - self.real).total_seconds() * self.speed)


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that changed, for the timeline.

    Attributes:
        at: event time.
        title: the signal's title.
        before, after: states.
    """

    at: datetime
    title: str
    before: State
    after: State


@dataclass(frozen=True, slots=True)
class ModelChange:
    """Another model answers than before.

    Attributes:
        at: event time at which the new one was first seen to stay.
        before, after: fingerprints, raw and unsanitized.
    """

    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a source, for the timeline.

    Attributes:
        at: event time.
        text: a plain sentence.
    """

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the signals say at one moment. Immutable: a reader may keep it.

    Attributes:
        verdicts: by signal key, in the configuration's fixed order.
        clock: the event clock; None until a source has answered.
        flow: answers by path; None until known.
        model: fingerprint of the model seen last, raw and unsanitized; None until known.
        changes: verdict changes, oldest first, the last few dozen.
        revision: grows with every board that differs.
        first_seen: event time of the earliest evidence, by signal key, and of the first AI answer as
            "traffic"; without those that have none.
        models: changes of the model, oldest first, the last few.
        notes: what the sources did that a person should know ("began anew"), oldest first, the last few.
    """

    verdicts: Mapping[str, Verdict]
    clock: Clock | None
    flow: Flow | None
    model: str | None
    changes: tuple[Change, ...]
    revision: int
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    models: tuple[ModelChange, ...] = ()
    notes: tuple[Note, ...] = ()
