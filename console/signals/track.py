"""One signal followed: what arrives for it, the last judgement, and the BREACH that stands."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.errors import AdapterError
from adapters.signals.port import Reading, Score
from console.signals.evidence import Evidence, minute_of
from console.signals.input import Input
from console.signals.judges.port import Judge, Look
from console.signals.precedence import Facts, final
from console.signals.series import Series
from console.signals.verdict import Clock, State, Verdict
from console.store.kept import Latch

_log = logging.getLogger(__name__)

YOUNG = timedelta(hours=1)
"""A BREACH that began less than this before a source's clock was set back was proven by what is forgotten."""

REAL_PATIENCE = 5.0
"""Real seconds that a fast event clock may run ahead of its events."""


class Track:
    """One judged signal.

    Attributes:
        judge: what judges it.
        input: what arrives.
        verdict: the last one.
        latch: the BREACH that stands; None while none does.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        # A judge has no ties to the outside; this one stays as it is, to begin anew with.
        self._fresh = deepcopy(judge)
        self.input = Input(judge.kind)
        self.verdict = self._waiting()
        self.before_kill = ""
        self.latch: Latch | None = None
        self._begin_judging()
        self._series: tuple[tuple[object, ...], Series | None] | None = None
        self._known: Latch | None = None
        self._kept: list[Reading] = []
        self._stood: tuple[State, datetime] | None = None
        self._model_epoch: datetime | None = None
        self._model_words = ""
        self._facts: Facts | None = None
        self._since: datetime | None = None
        self._defect: AdapterError | None = None

    def _waiting(self) -> Verdict:
        judge = self.judge
        return Verdict(judge.key, judge.title, State.NO_DATA, None, band_text=judge.band_text)

    def _begin_judging(self) -> None:
        self._judged = self._waiting()
        self._judged_at: datetime | None = None
        self._judged_version = -1
        self._judged_coarse = -1
        self._epoch: datetime | None = None

    @property
    def judged_at(self) -> datetime | None:
        """Event time of the last judgement."""
        return self._judged_at

    def restore(
        self, readings: Iterable[Reading], latch: Latch | None, stood: tuple[State, datetime] | None
    ) -> None:
        """Give back what was known before a restart; readings wait until the source's clock is known.

        Args:
            readings: of this signal.
            latch: the BREACH that stood.
            stood: what the verdict was then, and since when.
        """
        self._kept = list(readings)
        self._stood = stood
        self._known = self.latch = latch

    def answered(self, clock: Clock, at: datetime, complete_to: datetime | None) -> None:
        """Note that the source spoke, and how far it vouches for what it has delivered."""
        if self.input.went_back(at):
            self.input.begin_anew(at)
            self.judge = deepcopy(self._fresh)
            self._begin_judging()
            # What began shortly before is proven once more by the evidence that is left, or was not.
            stands = self.latch is not None and self.latch.since < at - YOUNG
            self.latch = self._known = self.latch if stands else None
            self._model_epoch = self._stood = self._since = None
            self._model_words = ""
        if self._kept:
            self.input.restore(self._kept, at)
            self._kept = []
        if self._known is not None and self._judged_at is None and self._known.since > at:
            self._known = self.latch = None  # of a world that was another one
        if self._model_epoch is not None and self._judged_at is None and self._model_epoch > at:
            self._model_epoch, self._model_words = None, ""
        self.input.answered(clock, at, complete_to)

    def end_epoch(self, at: datetime) -> None:
        """Keep in words what was proven before a kill, which ends the epoch."""
        proven = self.latch if self.latch is not None and self.latch.since < at else None
        self.before_kill = f"before it BREACH, {proven.headline}" if proven else ""
        if proven is not None:
            self._known = self.latch = None
        self._model_words = ""

    def model_changed(self, at: datetime, words: str) -> None:
        """Begin a new epoch, as another model answers; harm that is proven stands through it.

        Args:
            words: said until health is proven again ("the model changed").
        """
        self._model_epoch, self._model_words = at, words
        self._known = self.latch

    def look(
        self,
        now: datetime | None,
        epoch: datetime | None,
        off: datetime | None,
        returned: str,
        traffic: Evidence,
        note: str = "",
    ) -> Verdict:
        """Say what holds at an event time, judging only what has changed."""
        judged = self._judge(_latest(epoch, self._model_epoch), traffic)
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
            latch=self.latch,
            model=self._model_words,
            note=note,
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
            since = self._stale_since(found, facts) or self._began(found.state, now) or found.was_since
            found = replace(found, since=since)
        self._since = found.since
        self.verdict = found
        return found

    def series(self, span: timedelta, bins: int) -> Series | None:
        """What the signal was over a span that ends where everything has been delivered."""
        at = self.input.judged_to
        if at is None:
            return None
        # Asked for once a second, and new once a minute.
        key = (at, self.input.evidence.version, span, bins)
        if self._series is None or self._series[0] != key:
            self._series = key, self.judge.series(self.input.evidence, at, span, bins)
        return self._series[1]

    def _began(self, state: State, now: datetime | None) -> datetime | None:
        """When a state began of which the judge does not tell."""
        stood = self._stood
        if self._judged_at is not None:
            self._stood = None
        if state is self.verdict.state and self._since is not None:
            return self._since
        return stood[1] if stood is not None and stood[0] is state else now

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
            found = self.judge.judge(evidence, Look(at, epoch, traffic, self._known))
        except Exception as error:  # noqa: BLE001 (a defect in one judge must leave the other six standing)
            _log.exception("judging %s failed", self.judge.key)
            self._defect = AdapterError(
                f"cannot be judged ({type(error).__name__})",
                where=self.judge.title,
                todo="This is a defect of the console; its log has the details.",
            )
            return self._judged
        if self._known is not None and self._known.since >= at and found.state is not State.BREACH:
            # What the source has delivered does not reach the BREACH that is known.
            found = replace(found, state=State.BREACH, since=self._known.since, headline=self._known.headline)
        self._note_latch(found, at)
        if found.state is State.OK:
            self._model_words = ""
        return found if found.epoch == epoch else replace(found, epoch=epoch)

    def _note_latch(self, found: Verdict, at: datetime) -> None:
        """Keep what is proven; without any evidence what was proven before stands."""
        if found.state is State.BREACH:
            since = found.since or at
            if self.latch is None or self.latch.since != since:
                self.latch = Latch(self.judge.key, since, found.headline, found.numbers)
        elif found.state is not State.NO_DATA:
            self.latch = self._known = None


def _latest(*instants: datetime | None) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)
