"""What a judge is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from adapters.signals.port import Observation
from console.signals.evidence import Evidence
from console.signals.series import Series
from console.signals.verdict import State, Verdict
from console.store.kept import Latch


@dataclass(frozen=True, slots=True)
class Look:
    """The moment of a judgement.

    Attributes:
        at: event time up to which everything has been delivered; the begin of a minute, UTC.
        epoch: evidence from before this does not count any more (a kill, a restore); None for all.
        traffic: answers by path, for judges that need to know who was exposed.
        latch: a BREACH that stands and was proven by what the evidence may not show any more (before a
            restart, before the epoch); None when there is none.
    """

    at: datetime
    epoch: datetime | None
    traffic: Evidence
    latch: Latch | None = None


class Judge(Protocol):
    """Judges one signal. What it says depends on the evidence and the look alone."""

    @property
    def key(self) -> str:
        """Key in the configuration."""
        ...

    @property
    def title(self) -> str:
        """What a person calls it."""
        ...

    @property
    def kind(self) -> type[Observation]:
        """The observation that it reads."""
        ...

    @property
    def needs_answers(self) -> bool:
        """Whether the signal rests while the AI path is killed."""
        ...

    @property
    def follows_model(self) -> bool:
        """Whether another model is another thing to judge, and begins a new epoch."""
        ...

    @property
    def band_text(self) -> str:
        """The band in a few characters."""
        ...

    def max_age(self, interval: timedelta) -> timedelta:
        """How old the newest event may be, given how long the source's intervals are."""
        ...

    def judge(self, evidence: Evidence, look: Look) -> Verdict:
        """Judge: BREACH, TOO_FEW, WATCH, OK or NO_DATA."""
        ...

    def series(self, evidence: Evidence, at: datetime, span: timedelta, bins: int) -> Series | None:
        """What the signal was over a span that ends at an event time; None where it cannot be drawn.

        Signals that come once a day or night answer by day, a month of them where the span is shorter.
        """
        ...


def stream_age(interval: timedelta) -> timedelta:
    """Three intervals, at least two minutes: how old the newest event of a stream may be."""
    return max(3 * interval, timedelta(minutes=2))


WORST_FIRST = (State.BREACH, State.WATCH, State.TOO_FEW, State.NO_DATA, State.OK)


def worse(*states: State) -> State:
    """The state that a person should hear of first."""
    return min(states, key=WORST_FIRST.index)


def number_pairs(numbers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Leave out the pairs that say nothing."""
    return tuple((name, value) for name, value in numbers.items() if value)


def first_minute_after(epoch: datetime | None) -> int | None:
    """Index of the first whole minute that begins at or after an epoch."""
    return None if epoch is None else -int(-epoch.timestamp() // 60)
