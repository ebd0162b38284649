"""One signal followed: its evidence, its source's clock and troubles, and the last judgement."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.errors import AdapterError
from adapters.signals.port import Observation, Reading, Score
from console.signals.evidence import Evidence, instant_of, minute_of
from console.signals.judges.port import Judge, Look
from console.signals.precedence import Facts, final
from console.signals.sound import believable, fault
from console.signals.verdict import Clock, State, Verdict

_log = logging.getLogger(__name__)

PARTIAL_STANDS = timedelta(hours=1)
"""How long after the last gap a signal stays marked as partial."""

REAL_PATIENCE = 5.0
"""Real seconds that a fast event clock may run ahead of its events."""


class Input:
    """What arrives for one signal, or for traffic.

    Attributes:
        evidence: everything sound.
        clock: the source's; None until it has answered.
        heard: event time at which it last spoke.
        complete_to: event time up to which everything was delivered; never goes back.
    """

    def __init__(self, kind: type[Observation]) -> None:
        self.evidence = Evidence(kind)
        self.clock: Clock | None = None
        self.heard: datetime | None = None
        self.complete_to: datetime | None = None
        self.problem: AdapterError | None = None
        self.problem_since: datetime | None = None
        self._gap: tuple[datetime, str] | None = None
        self._refused = 0

    def answered(self, clock: Clock, at: datetime, complete_to: datetime | None) -> None:
        """Note that the source spoke, at an event time, and how far it vouches for what it has delivered."""
        self.clock, self.heard = clock, at
        self.problem = self.problem_since = None
        if complete_to is not None and believable(complete_to):
            upto = min(complete_to, at)
            if self.complete_to is None or upto > self.complete_to:
                self.complete_to = upto

    def failed(self, error: AdapterError, at: datetime | None) -> None:
        """Note that the source failed."""
        if self.problem is None:
            self.problem_since = at
        self.problem = error

    def take(self, reading: Reading, at: datetime | None) -> None:
        """Take one reading, or count it as unusable."""
        reason = fault(reading, at)
        if not reason and not isinstance(reading.observation, self.evidence.kind):
            reason = "not what this signal is judged by"
        if reason:
            self._refused += 1
            self._mark(at, f"{self._refused} reading{'s' * (self._refused != 1)} unusable: {reason}")
            return
        self.evidence.put(reading)
        if reading.partial:
            self._mark(reading.end, reading.partial)

    def partial(self, now: datetime) -> str:
        """What is missing, in words, or ""."""
        if self.heard is not None and self.complete_to is not None:
            back = self.complete_to - self.heard
            if back > timedelta(minutes=2):
                return f"the source's clock went back {back.total_seconds() / 60:.0f} min"
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


class Track:
    """One judged signal.

    Attributes:
        input: what arrives.
        verdict: the last one.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.input = Input(judge.kind)
        self.verdict = Verdict(judge.key, judge.title, State.NO_DATA, None, band_text=judge.band_text)
        self.before_kill = ""
        self._judged = self.verdict
        self._judged_at: datetime | None = None
        self._judged_version = -1
        self._judged_coarse = -1
        self._epoch: datetime | None = None
        self._facts: Facts | None = None
        self._since: datetime | None = None
        self._defect: AdapterError | None = None

    @property
    def judged_at(self) -> datetime | None:
        """Event time of the last judgement."""
        return self._judged_at

    def archive(self) -> None:
        """Keep in words what was proven, as a kill ends the epoch."""
        proven = self.verdict.state is State.BREACH or self.verdict.was is State.BREACH
        self.before_kill = f"before it BREACH, {self._judged.headline}" if proven else ""

    def look(
        self,
        now: datetime | None,
        epoch: datetime | None,
        off: datetime | None,
        returned: str,
        traffic: Evidence,
    ) -> Verdict:
        """Say what holds at an event time, judging only what has changed."""
        judged = self._judge(epoch, traffic)
        rests = off is not None and self.judge.needs_answers
        age = None if now is None else self.input.age(now)
        speed = 1.0 if self.input.clock is None else self.input.clock.speed
        facts = Facts(
            newest=self.input.evidence.newest,
            off=off if rests else None,
            before_kill=self.before_kill,
            problem=self.input.problem or self._defect,
            problem_since=self.input.problem_since,
            answered=self.input.clock is not None,
            age=None,
            max_age=max(
                self.judge.max_age(self.input.evidence.interval), timedelta(seconds=REAL_PATIENCE * speed)
            ),
            partial="" if now is None else self.input.partial(now),
            returned=returned if self.judge.needs_answers else "",
        )
        if age is not None and age > facts.max_age:
            # In whole minutes, so that a stale panel changes no oftener than its words do.
            minutes = timedelta(minutes=age // timedelta(minutes=1))
            facts = replace(facts, age=max(minutes, facts.max_age + timedelta.resolution))
        if judged is self._judged and facts == self._facts:
            return self.verdict
        self._judged, self._facts = judged, facts
        found = final(judged, facts)
        if found.since is None:
            self._since = self._since if found.state is self.verdict.state and self._since else now
            found = replace(found, since=self._stale_since(found, facts) or self._since)
        else:
            self._since = found.since
        self.verdict = found
        return found

    def _stale_since(self, found: Verdict, facts: Facts) -> datetime | None:
        if found.state is not State.STALE:
            return None
        newest = facts.newest
        if self.input.evidence.kind is not Score and self.input.complete_to is not None:
            newest = max(self.input.complete_to, newest or self.input.complete_to)
        return None if newest is None else newest + facts.max_age

    def _judge(self, epoch: datetime | None, traffic: Evidence) -> Verdict:
        at = self.input.judged_to
        if at is None:
            return self._judged
        evidence = self.input.evidence
        if at == self._judged_at and epoch == self._epoch and evidence.coarse_version == self._judged_coarse:
            changed = evidence.oldest_change(self._judged_version)
            if changed is None or changed >= minute_of(at):
                return self._judged
        self._judged_at, self._epoch = at, epoch
        self._judged_version, self._judged_coarse = evidence.version, evidence.coarse_version
        self._defect = None
        try:
            return self.judge.judge(evidence, Look(at, epoch, traffic))
        except Exception as error:  # noqa: BLE001 (a defect in one judge must leave the other six standing)
            _log.exception("judging %s failed", self.judge.key)
            self._defect = AdapterError(
                f"cannot be judged ({type(error).__name__})",
                where=self.judge.title,
                todo="This is a defect of the console; its log has the details.",
            )
            return self._judged
