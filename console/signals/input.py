"""What arrives for one signal: its evidence, its source's clock and troubles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from adapters.errors import AdapterError
from adapters.signals.port import Observation, Reading, Score, Traffic
from console.signals.evidence import Evidence, instant_of, minute_of
from console.signals.sound import believable, fault
from console.signals.verdict import Clock

PARTIAL_STANDS = timedelta(hours=1)
"""How long after the last gap a signal stays marked as partial."""

TOLERATED = timedelta(minutes=2)
"""So far a source's clock may be set back (a correction) before it counts as another beginning."""


class Input:
    """What arrives for one signal, or for traffic.

    Attributes:
        evidence: everything sound.
        clock: the source's; None until it has answered.
        heard: event time at which it last spoke.
        complete_to: event time up to which everything was delivered; goes back only with the source's clock.
        first_seen: event time of the earliest evidence there ever was; of traffic, of the first AI answer.
        told: whether the source itself has vouched for anything.
        anew: event time at which the source began anew, its clock set back; None while it never has.
    """

    def __init__(self, kind: type[Observation]) -> None:
        self.evidence = Evidence(kind)
        self.clock: Clock | None = None
        self.heard: datetime | None = None
        self.complete_to: datetime | None = None
        self.problem: AdapterError | None = None
        self.problem_since: datetime | None = None
        self.first_seen: datetime | None = None
        self.told = False
        self.anew: datetime | None = None
        self._gap: tuple[datetime, str] | None = None
        self._refused = 0

    def answered(self, clock: Clock, at: datetime, complete_to: datetime | None) -> None:
        """Note that the source spoke, at an event time, and how far it vouches for what it has delivered."""
        self.clock, self.heard = clock, at
        self.problem = self.problem_since = None
        if complete_to is not None and believable(complete_to):
            self.told = True
            upto = min(complete_to, at)
            if self.complete_to is None or upto > self.complete_to:
                self.complete_to = upto

    def went_back(self, at: datetime) -> bool:
        """Whether the source's clock, which now says `at`, was set back by more than a correction."""
        return self.heard is not None and self.heard - at > TOLERATED

    def begin_anew(self, at: datetime) -> None:
        """Forget what lies after the clock that was set back, and what was vouched for."""
        self.evidence.forget_after(at)
        self.complete_to = self.heard = None
        self.told = False
        self.anew = at
        self._gap, self._refused = None, 0
        if self.first_seen is not None and self.first_seen > at:
            self.first_seen = None

    def restore(self, readings: Iterable[Reading], at: datetime) -> None:
        """Take what was read before a restart, without a word about what cannot be used of it."""
        for reading in readings:
            if not fault(reading, at) and reading.end <= at and self._fits(reading):
                self.evidence.put(reading)
                self._see(reading)
                if reading.closed and (self.complete_to is None or reading.end > self.complete_to):
                    self.complete_to = reading.end  # what came in those days was delivered

    def _fits(self, reading: Reading) -> bool:
        return isinstance(reading.observation, self.evidence.kind)

    def _see(self, reading: Reading) -> None:
        seen = reading.observation
        if isinstance(seen, Traffic) and seen.ai <= 0:
            return
        # A run of the evals is evidence once it has ended; what it sampled was given before.
        at = reading.end if isinstance(seen, Score) else reading.start
        if self.first_seen is None or at < self.first_seen:
            self.first_seen = at

    def failed(self, error: AdapterError, at: datetime | None) -> None:
        """Note that the source failed."""
        if self.problem is None:
            self.problem_since = at
        self.problem = error

    def take(self, reading: Reading, at: datetime | None) -> None:
        """Take one reading, or count it as unusable."""
        reason = fault(reading, at)
        if not reason and not self._fits(reading):
            reason = "not what this signal is judged by"
        if reason:
            self._refused += 1
            self._mark(at, f"{self._refused} reading{'s' * (self._refused != 1)} unusable: {reason}")
            return
        self.evidence.put(reading)
        self._see(reading)
        if reading.partial:
            self._mark(reading.end, reading.partial)

    def partial(self, now: datetime) -> str:
        """What is missing, in words, or ""."""
        if self._gap is None:
            return ""
        when, words = self._gap
        if now - when > PARTIAL_STANDS:
            self._gap, self._refused = None, 0
            return ""
        return words

    def _mark(self, when: datetime | None, words: str) -> None:
        if when is not None and (self._gap is None or when >= self._gap[0]):
            self._gap = when, words

    @property
    def judged_to(self) -> datetime | None:
        """Begin of the minute up to which everything has been delivered."""
        return None if self.complete_to is None else instant_of(minute_of(self.complete_to))

    def age(self, now: datetime) -> timedelta | None:
        """How old the newest evidence is. Of evals only a run counts, no vouching that there was none."""
        newest = self.evidence.newest
        if self.evidence.kind is not Score and self.complete_to is not None:
            newest = self.complete_to if newest is None else max(newest, self.complete_to)
        return None if newest is None else now - newest
